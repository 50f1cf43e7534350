"""Shapes of the approval by default: holds, findings, releases."""

from marshmallow import Schema, fields, validate

from app.domain.vocabulary import AccountabilityCause, HoldFinding, HoldReason
from app.queries.holds import BlockView
from app.web.api.answers import answer_of
from app.web.api.schemas import Strict

LONGEST_BATCH = 200
ROW_ID = validate.Regexp(r"^\d{1,19}$")


class HoldRequest(Strict):
    """A hold asked for, of one or many cases."""

    case_nos = fields.List(
        fields.String(validate=validate.Length(1, 50)), required=True, validate=validate.Length(1, LONGEST_BATCH)
    )
    reason = fields.String(required=True, validate=validate.OneOf([reason.value for reason in HoldReason]))
    text = fields.String(required=True, validate=validate.Length(1, 2000))


class HoldAnswer(Strict):
    """An answer to a hold. also: further holds to be answered alike."""

    also = fields.List(fields.String(validate=ROW_ID), load_default=list, validate=validate.Length(max=LONGEST_BATCH))


class HoldConfirmation(HoldAnswer):
    """A confirmation. working_days: how long it holds; by default as long as the rule allows."""

    working_days = fields.Integer(load_default=None, allow_none=True)


class SignedFinding(Strict):
    """The signed finding on a hold for fraud or public safety."""

    finding = fields.String(required=True, validate=validate.OneOf([finding.value for finding in HoldFinding]))
    text = fields.String(required=True, validate=validate.Length(1, 2000))


class ReleaseRequest(Strict):
    """The release of what one outage or one closure blocks."""

    outage_id = fields.String(load_default=None, allow_none=True, validate=ROW_ID)
    closure_id = fields.String(load_default=None, allow_none=True, validate=ROW_ID)
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class AccountabilityCauseChoice(Strict):
    """Why a limit passed, as the unit says."""

    cause = fields.String(required=True, validate=validate.OneOf([cause.value for cause in AccountabilityCause]))
    text = fields.String(required=True, validate=validate.Length(1, 2000))


class AccountabilityFinding(Strict):
    """What the supervision office found, and what is to be done."""

    finding = fields.String(required=True, validate=validate.Length(1, 2000))
    measures = fields.String(load_default="", validate=validate.Length(max=2000))


class HoldResult(Schema):
    """What became of one hold or one case; key, status, code, title, detail and remedy stand where it was refused."""

    hold_id = fields.String()
    case_no = fields.String()
    reason = fields.String()
    state = fields.String()
    until_at = fields.String(allow_none=True)
    finding = fields.String(allow_none=True)
    key = fields.String()
    status = fields.Integer()
    code = fields.String()
    title = fields.String()
    detail = fields.String()
    remedy = fields.String()


class HoldResults(Schema):
    """What became of each."""

    items = fields.List(fields.Nested(HoldResult), required=True)


class Blocks(Schema):
    """Outages and closures that were not released."""

    items = fields.List(fields.Nested(answer_of(BlockView)), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReleaseAnswer(Schema):
    """A release that was asked for, and how many approvals wait for it."""

    release_id = fields.String()
    state = fields.String()
    blocked_count = fields.Integer()


class RearmedCase(Schema):
    """A blocked approval after a release: what blocks it still; `finding_missing` while it waits for a finding."""

    case_no = fields.String()
    state = fields.String()
    guards = fields.List(fields.String())
    code = fields.String(allow_none=True)


class Released(Schema):
    """A release and what became of each case."""

    release_id = fields.String()
    state = fields.String()
    items = fields.List(fields.Nested(RearmedCase))


class AccountabilityAnswer(Schema):
    """A record after an act."""

    record_id = fields.String()
    case_no = fields.String()
    state = fields.String()
