"""The published parameters of requests."""

from marshmallow import EXCLUDE, Schema, fields, validate

from app.domain.vocabulary import AccountabilityState, CaseState, CertificateState, Colour, HoldState
from app.queries.catalogue import DEMO_COUNTY
from app.queries.supervision import DEEMED_DAYS, STATES
from app.queries.worklist import QUEUES

MOST_DAYS = 366


class Asked(Schema):
    """Parameters of a request; others are left alone."""

    class Meta:
        """Options of marshmallow."""

        unknown = EXCLUDE


class PageAsked(Asked):
    """Which page of a list: the cursor of the page before, and how many rows (at most 200)."""

    cursor = fields.String(load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1))


class CasesAsked(PageAsked):
    """Search of cases. q: number, matter or applicant; members: list member cases beside their joint case."""

    q = fields.String(load_default="")
    state = fields.String(load_default="", validate=validate.OneOf(["", *(state.value for state in CaseState)]))
    members = fields.Boolean(load_default=False)


class ThemesAsked(Asked):
    """The region themes are asked for; empty for none in particular."""

    region = fields.String(load_default="", validate=validate.Regexp(r"^(\d{4,12})?$"))


class RevocableAsked(PageAsked):
    """Search of what may be revoked. q: number, matter or applicant."""

    q = fields.String(load_default="")


class TasksAsked(PageAsked):
    """Filter of the worklist."""

    queue = fields.String(load_default="group", validate=validate.OneOf(QUEUES))
    colour = fields.String(load_default="", validate=validate.OneOf(["", *(colour.value for colour in Colour)]))
    matter = fields.String(load_default="")
    region = fields.String(load_default="")
    q = fields.String(load_default="")


class SupervisedAsked(PageAsked):
    """Which figure a list stands behind. days: how far `to_be_deemed` looks ahead; matter: code of one matter."""

    state = fields.String(load_default="overdue", validate=validate.OneOf(STATES))
    days = fields.Integer(load_default=DEEMED_DAYS, validate=validate.Range(0, MOST_DAYS))
    matter = fields.String(load_default="")


class HoldsAsked(PageAsked):
    """Filter of the holds: a code of `hold_state`, or `open` for those that block."""

    state = fields.String(load_default="", validate=validate.OneOf(["", "open", *(state.value for state in HoldState)]))


class CertificatesAsked(PageAsked):
    """Filter of the register. q: number, holder or number of the holder's identity document, whole."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *(state.value for state in CertificateState)]))
    q = fields.String(load_default="")


class AccountabilityAsked(PageAsked):
    """Filter of the accountability records: a code of `accountability_state`."""

    state = fields.String(
        load_default="", validate=validate.OneOf(["", *(state.value for state in AccountabilityState)])
    )


class CardsAsked(PageAsked):
    """Filter of cards. department: id; person: staff id, or `me` for the cards that concern the caller."""

    colour = fields.String(load_default="")
    state = fields.String(load_default="")
    cause = fields.String(load_default="")
    county = fields.String(load_default="")
    department = fields.String(load_default="", validate=validate.Regexp(r"^(\d{1,19})?$"))
    person = fields.String(load_default="", validate=validate.Regexp(r"^(me|\d{1,19})?$"))


class CheckAsked(Asked):
    """key: of the definition it is or would be; its matters' promises are held against the steps then."""

    key = fields.String(load_default="", validate=validate.Length(max=120))


class CompletionAsked(Asked):
    """What comes after a completion: a suggestion, the next task claimed in the same commit, or nothing."""

    next = fields.String(load_default="suggest", validate=validate.OneOf(["suggest", "claim", "none"]))


class MattersAsked(Asked):
    """Filter of the catalogue."""

    region = fields.String(load_default=DEMO_COUNTY)
    department = fields.String(load_default="")
    q = fields.String(load_default="")


class RegionAsked(Asked):
    """The county an implementation list is asked for."""

    region = fields.String(load_default=DEMO_COUNTY)


class ProgressAsked(Asked):
    """The code of the receipt."""

    code = fields.String(load_default="")
