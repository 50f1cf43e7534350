"""The published shapes of API v1. Unknown fields are refused, so that a typing error never passes silently."""

from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate, validates_schema

from app.domain.vocabulary import CaseState
from app.web.api.fields import AskedInstant, Instant

PHONE_LENGTH = 18


class Strict(Schema):
    """A body that refuses what it does not know."""

    class Meta:
        """Options of marshmallow."""

        unknown = RAISE


class Problem(Schema):
    """An error answer (RFC 9457), in the language asked for.

    `code` is stable. `remedy` says what to do next and ends `detail`. `article` names the article the refusal rests on,
    `due_at` the instant it speaks of, where there is one.
    """

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    remedy = fields.String()
    code = fields.String()
    article = fields.String()
    due_at = Instant()
    errors = fields.List(fields.Dict())


class Sentence(Schema):
    """A sentence in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class Applicant(Strict):
    """Who applies."""

    kind = fields.String(required=True, validate=validate.OneOf(["person", "company", "agent"]))
    name = fields.String(required=True, validate=validate.Length(1, 100))
    id_type = fields.String(required=True, validate=validate.Length(1, 8))
    id_number = fields.String(required=True, validate=validate.Length(1, 40))
    mobile = fields.String(required=True, validate=validate.Length(5, PHONE_LENGTH))


class MaterialReference(Strict):
    """What is offered for one requirement: an uploaded material, or the number of a certificate of the register."""

    requirement = fields.String(required=True, validate=validate.Length(1, 64))
    material_id = fields.String(load_default="", validate=validate.Regexp(r"^(\d{1,19})?$"))
    certificate_no = fields.String(load_default="", validate=validate.Length(max=80))

    @validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a reference that names nothing, or two things."""
        if bool(data["material_id"]) == bool(data["certificate_no"]):
            raise ValidationError({"material_id": ["Name a material or a certificate, not both."]})


class PaperReceipt(Strict):
    """A receipt given on paper while the system stood still. number: of a block of the hall; scan_id: of an upload."""

    number = fields.Integer(required=True)
    received_at = AskedInstant(required=True)
    scan_id = fields.String(required=True, validate=validate.Regexp(r"^\d{1,19}$"))


INTAKE_MODES = ("window", "online", "assisted", "home", "station", "batch", "elsewhere")


class Application(Strict):
    """An application for one matter. `form` holds the answers of the form that `/matters/{code}` shows."""

    matter_code = fields.String(required=True, validate=validate.Length(1, 64))
    region_code = fields.String(required=True, validate=validate.Regexp(r"^\d{4,12}$"))
    intake_mode = fields.String(load_default="online", validate=validate.OneOf(INTAKE_MODES))
    applicant = fields.Nested(Applicant, required=True)
    subject = fields.Dict(load_default=None, allow_none=True)
    form = fields.Dict(load_default=dict)
    materials = fields.List(fields.Nested(MaterialReference), load_default=list, validate=validate.Length(max=100))
    paper = fields.Nested(PaperReceipt, load_default=None, allow_none=True)
    refuse_duplicate = fields.Boolean(
        load_default=False,
        metadata={"description": "Refuse (409 application_duplicate) while the same is open about the same person."},
    )


class ThemeApplication(Strict):
    """An application for a theme. `paper` is the one receipt of the joint case; its members have none of their own."""

    region_code = fields.String(required=True, validate=validate.Regexp(r"^\d{4,12}$"))
    intake_mode = fields.String(load_default="online", validate=validate.OneOf(INTAKE_MODES))
    applicant = fields.Nested(Applicant, required=True)
    subject = fields.Dict(load_default=None, allow_none=True)
    guidance = fields.Dict(load_default=dict)
    form = fields.Dict(load_default=dict)
    materials = fields.List(fields.Nested(MaterialReference), load_default=list, validate=validate.Length(max=100))
    paper = fields.Nested(PaperReceipt, load_default=None, allow_none=True)
    refuse_duplicate = fields.Boolean(
        load_default=False,
        metadata={"description": "Refuse (409 application_duplicate) while the same is open about the same person."},
    )


class FirstDeadline(Schema):
    """A clock as the receipt shows it."""

    name = fields.String()
    due_at = Instant(allow_none=True)
    explanation = fields.List(fields.Nested(Sentence))


class MissingMaterial(Schema):
    """A material the list asks for and nobody handed in yet."""

    requirement = fields.String()
    name = fields.String()


class AskedRenewal(Schema):
    """What an application asks to renew. is_late: after the window, so that its expiry renews nothing by law."""

    certificate_no = fields.String()
    is_known = fields.Boolean()
    expiry_on = fields.String(allow_none=True, metadata={"format": "date"})
    last_day_to_ask_on = fields.String(allow_none=True, metadata={"format": "date"})
    is_late = fields.Boolean()


class OpenDuplicate(Schema):
    """The same matter or theme, open about the same person; case_no is empty where the caller may not see it."""

    case_no = fields.String()
    name = fields.String()
    received_at = Instant()


class Receipt(Schema):
    """The answer to an application."""

    case_no = fields.String()
    case_id = fields.String()
    state = fields.String(validate=validate.OneOf([state.value for state in CaseState]))
    received_at = Instant()
    progress_code = fields.String()
    missing = fields.List(fields.Nested(MissingMaterial))
    members = fields.List(fields.Dict())
    deadlines = fields.List(fields.Nested(FirstDeadline))
    renewal = fields.Nested(AskedRenewal)
    duplicates = fields.List(fields.Nested(OpenDuplicate))


class CaseSummary(Schema):
    """What every act says about its case."""

    case_no = fields.String()
    state = fields.String()
    version = fields.Integer()
    retrying = fields.List(
        fields.String(), metadata={"description": "Automatic steps that failed; the worker tries them again."}
    )


class CaseActAnswer(Schema):
    """The case after an act."""

    case = fields.Nested(CaseSummary)


class ClockAnswer(Schema):
    """A clock after an act on it: when it ends, when it warns, and one sentence per step of its ledger."""

    clock = fields.String(metadata={"example": "promised"})
    state = fields.String(validate=validate.OneOf(["running", "paused", "stopped"]))
    due_at = Instant(allow_none=True)
    yellow_at = Instant(allow_none=True)
    red_at = Instant(allow_none=True)
    provisional = fields.Boolean()
    explanation = fields.List(fields.Nested(Sentence))


class ClockActAnswer(Schema):
    """What an act on the clocks led to. suspension_id: of the special procedure that began. corrects: the entry corrected."""

    suspension_id = fields.String()
    corrects = fields.Integer()
    clocks = fields.List(fields.Nested(ClockAnswer))


class ServiceAnswer(Schema):
    """What an attempt to serve led to. result: served, sent or failed."""

    service_id = fields.String()
    result = fields.String(validate=validate.OneOf(["served", "sent", "failed"]))
    clocks = fields.List(fields.Nested(ClockAnswer))


class Mark(Strict):
    """An officer's mark on a material."""

    requirement = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["accepted", "missing", "wrong"]))
    remark = fields.String(load_default="", validate=validate.Length(max=500))


class Completion(Strict):
    """What completes a task. outcome: one of those its step offers; left out where it offers none."""

    outcome = fields.String(load_default="", validate=validate.Length(max=24))
    data = fields.Dict(load_default=dict)
    materials = fields.List(fields.Nested(Mark), load_default=list)


class Draft(Schema):
    """What is typed so far: any object, kept as it is sent."""

    class Meta:
        """Options of marshmallow."""

        unknown = INCLUDE


class Handover(Strict):
    """Who gets a task, and why."""

    to_staff_id = fields.String(required=True, validate=validate.Regexp(r"^\d{1,19}$"))
    reason = fields.String(required=True, validate=validate.Length(1, 500))


class ServiceAttempt(Strict):
    """An attempt to serve a document. served_at: with its proof; electronic service also needs the consent."""

    channel = fields.String(required=True, validate=validate.Length(1, 16))
    sent_at = AskedInstant(load_default=None, allow_none=True)
    served_at = AskedInstant(load_default=None, allow_none=True)
    proof = fields.String(load_default="", validate=validate.Length(max=500))
    consent_at = AskedInstant(load_default=None, allow_none=True)
    has_failed = fields.Boolean(load_default=False)


class Withdrawal(Strict):
    """Why an application is taken back."""

    reason = fields.String(load_default="", validate=validate.Length(max=500))


class Correction(Strict):
    """What the applicant brings after the one-time notice."""

    materials = fields.List(fields.Nested(MaterialReference), load_default=list, validate=validate.Length(max=100))
    data = fields.Dict(load_default=dict)


class Theme(Schema):
    """A theme as it is chosen and filled in; as it holds in `region`, when one was named."""

    code = fields.String()
    name = fields.String()
    name_en = fields.String()
    region = fields.String()
    is_offered = fields.Boolean()
    regions = fields.List(fields.String())
    lead_department = fields.String()
    promised_limit = fields.String()
    place = fields.String()
    place_en = fields.String()
    questions = fields.List(fields.Dict())
    members = fields.List(fields.Dict())
    materials = fields.List(fields.Dict())
    form_key = fields.String()
    form = fields.Dict()


class Members(Schema):
    """The member matters a situation asks for, in the order of the theme."""

    members = fields.List(fields.String())


class Material(Schema):
    """A stored file."""

    material_id = fields.String()
    sha256 = fields.String()
    mime = fields.String()
    size_bytes = fields.Integer()


class Guidance(Strict):
    """Situation answers of a theme, for a region when one is named."""

    answers = fields.Dict(load_default=dict)
    region_code = fields.String(load_default="", validate=validate.Regexp(r"^(\d{4,12})?$"))


class NewStaff(Strict):
    """An officer to be added."""

    login = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9._-]{2,40}$"))
    name = fields.String(required=True, validate=validate.Length(1, 60))
    department_code = fields.String(required=True)
    roles = fields.List(fields.String(), required=True, validate=validate.Length(1, 12))
    password = fields.String(required=True, load_only=True, validate=validate.Length(10, 200))


class NewToken(Strict):
    """A bearer token for a program. The token itself is shown once."""

    login = fields.String(required=True)
    name = fields.String(required=True, validate=validate.Length(1, 60))
    days = fields.Integer(load_default=90, validate=validate.Range(1, 366))


class CalendarDay(Strict):
    """A day of a calendar layer."""

    on = fields.Raw(required=True, allow_none=True)
    kind = fields.Raw(required=True, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=200))


class CalendarHours(Strict):
    """Office hours of an office from a day on, `09:00-12:00,13:30-17:30`."""

    valid_from = fields.Raw(required=True, allow_none=True)
    blocks = fields.String(required=True, validate=validate.Length(1, 120))


class CalendarVersion(Strict):
    """A version of a calendar layer, as days, or as the text of a file in `format` csv or toml."""

    document = fields.String(load_default="", validate=validate.Length(max=200))
    year = fields.Integer(load_default=0)
    days = fields.List(fields.Nested(CalendarDay), load_default=list, validate=validate.Length(max=2000))
    hours = fields.List(fields.Nested(CalendarHours), load_default=list, validate=validate.Length(max=20))
    content = fields.String(load_default="", validate=validate.Length(max=256 * 1024))
    format = fields.String(load_default="", validate=validate.OneOf(["", "csv", "toml"]))


class StaffAdded(Schema):
    """An officer that was added."""

    staff_id = fields.String()
    login = fields.String()


class TokenIssued(Schema):
    """A token; `token` is shown this once."""

    token_id = fields.String()
    token = fields.String()
    expires_at = Instant()


class TokenRevoked(Schema):
    """A token that works no more."""

    token_id = fields.String()
    revoked = fields.Boolean()
