"""The published shapes of acts on clocks and of computed due dates."""

from marshmallow import Schema, fields, validate

from app.web.api.fields import AskedInstant, Instant
from app.web.api.schemas import Sentence, Strict


class Suspension(Strict):
    """A special procedure that stops the clock."""

    ground = fields.String(required=True, validate=validate.Length(1, 40))
    document_no = fields.String(load_default="", validate=validate.Length(max=80))
    expected_days = fields.Integer(load_default=0)
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    occurred_at = AskedInstant(data_key="from", load_default=None, allow_none=True)


class Resumption(Strict):
    """The end of a special procedure."""

    suspension_id = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"^\d{1,19}$"))
    document_no = fields.String(load_default="", validate=validate.Length(max=80))
    occurred_at = AskedInstant(data_key="at", load_default=None, allow_none=True)


class Extension(Strict):
    """More working days, approved by the caller."""

    days = fields.Integer(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    document_no = fields.String(load_default="", validate=validate.Length(max=80))
    occurred_at = AskedInstant(data_key="at", load_default=None, allow_none=True)


class Reclassification(Strict):
    """Another class of the matter; the promise is counted again from the same start. class: of `/matters/{code}`."""

    class_code = fields.String(data_key="class", required=True, validate=validate.Length(1, 40))
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class Restart(Strict):
    """A new start by law. document_no: of what the limits count from anew; at: its receipt, now where it is left out."""

    ground = fields.String(required=True, validate=validate.Length(1, 40))
    document_no = fields.String(load_default="", validate=validate.Length(max=80))
    occurred_at = AskedInstant(data_key="at", load_default=None, allow_none=True)


class AcceptanceErrorFound(Strict):
    """A gap found after acceptance. consent_document: of the applicant, without which no supplement is asked for."""

    requirement = fields.String(required=True, validate=validate.Length(1, 64))
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    wants_supplement = fields.Boolean(load_default=False)
    consent_document = fields.String(load_default="", validate=validate.Length(max=80))


class LedgerCorrection(Strict):
    """What a ledger entry should have said; the caller is the second person. corrects: seq of the entry."""

    corrects = fields.Integer(required=True, validate=validate.Range(1))
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    occurred_at = AskedInstant(data_key="at", load_default=None, allow_none=True)
    ground = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    document_no = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 80))
    expected_days = fields.Integer(load_default=None, allow_none=True)
    days = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 365))


class DueDateItem(Strict):
    """One limit to be computed."""

    start = AskedInstant(required=True)
    limit = fields.Integer(required=True)
    unit = fields.String(load_default="WD", validate=validate.OneOf(["WD", "WH", "D", "H", "M"]))
    suspensions = fields.List(fields.Dict(), load_default=list, validate=validate.Length(max=50))
    extensions = fields.List(fields.Dict(), load_default=list, validate=validate.Length(max=10))


class DueDates(Strict):
    """A batch of limits on one calendar."""

    calendar = fields.List(fields.String(), load_default=lambda: ["CN", "HB", "ES"], validate=validate.Length(1, 5))
    items = fields.List(fields.Nested(DueDateItem), required=True, validate=validate.Length(1, 1000))


class OutcomeAnswer(Schema):
    """What became of one fact. code: why it counts for nothing, and then by what article and what to do; null: it holds."""

    kind = fields.String()
    at = Instant(allow_none=True)
    on = fields.Date(allow_none=True)
    code = fields.String(allow_none=True)
    title = fields.Nested(Sentence)
    remedy = fields.Nested(Sentence)
    article = fields.String()


class DueDateAnswer(Schema):
    """The instants of one limit; due_at is null while a suspension is open."""

    due_at = Instant(allow_none=True)
    provisional = fields.Boolean()
    yellow_at = Instant(allow_none=True)
    red_at = Instant(allow_none=True)
    outcomes = fields.List(fields.Nested(OutcomeAnswer))
    explanation = fields.List(fields.Nested(Sentence))


class DueDatesAnswer(Schema):
    """The limits of a batch, in the order asked."""

    items = fields.List(fields.Nested(DueDateAnswer))
