"""The published shapes of what belongs to a case."""

from marshmallow import Schema, fields, validate

from app.domain.vocabulary import FilingState, SealState
from app.queries.case_page import CaseView, HistoryEntry
from app.web.api.answers import answer_of, answer_with
from app.web.api.fields import Instant
from app.web.api.schemas import ClockAnswer, MissingMaterial


class Clock(ClockAnswer):
    """A clock of a case with its limit and what is left of it."""

    limit = fields.String(metadata={"example": "5WD"})
    started_at = Instant(allow_none=True)
    remaining_working_days = fields.Integer(allow_none=True)


class Deadline(Schema):
    """What fires next, and when. stage: 0 yellow, 1 red, 2 due."""

    id = fields.String()
    name = fields.String()
    element = fields.String(allow_none=True)
    due_at = Instant(allow_none=True)
    fire_at = Instant(allow_none=True)
    stage = fields.Integer()
    state = fields.Integer()
    last_error = fields.String(allow_none=True)


class CaseClocks(Schema):
    """The clock ledger of a case, folded and explained. as_of: only what was recorded by then counts."""

    case_no = fields.String()
    as_of = Instant(allow_none=True)
    clocks = fields.List(fields.Nested(Clock))
    entries = fields.List(
        fields.Dict(), metadata={"description": "The entries as recorded, without what they leave empty."}
    )
    deadlines = fields.List(fields.Nested(Deadline))


class ServiceRecord(Schema):
    """One way a document was served: its attempts, the proof, and the period that runs from it."""

    id = fields.String()
    addressee = fields.String()
    channel = fields.String()
    consent_at = Instant(allow_none=True)
    sent_at = Instant(allow_none=True)
    served_at = Instant(allow_none=True)
    proof = fields.String(allow_none=True)
    attempts = fields.List(fields.Dict())
    fallback_of = fields.String(allow_none=True)
    clock = fields.String(allow_none=True)
    period = fields.String(allow_none=True)


class Services(Schema):
    """The service of a document, oldest first."""

    items = fields.List(fields.Nested(ServiceRecord))
    next_cursor = fields.String(allow_none=True)


class CaseMaterial(Schema):
    """A material of a case with the officer's mark; without a file what was shown at the counter, or is missing."""

    requirement = fields.String()
    material_id = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    mime = fields.String(allow_none=True)
    size_bytes = fields.Integer(allow_none=True)
    certificate_no = fields.String(allow_none=True, metadata={"description": "the certificate that stands for it"})
    trust = fields.String(allow_none=True, metadata={"description": "A to D, None where nothing is there"})
    valid_to_on = fields.Date(allow_none=True)
    seen_by = fields.String(allow_none=True, metadata={"description": "department that saw the original before"})
    seen_at = Instant(allow_none=True)
    state = fields.String()
    remark = fields.String(allow_none=True)
    checked_by = fields.String(allow_none=True, metadata={"description": "id of the officer who marked it"})
    checked_at = Instant(allow_none=True)


class Materials(Schema):
    """The materials of a case. missing: what must still be handed in or shown before the case can be accepted."""

    items = fields.List(fields.Nested(CaseMaterial))
    next_cursor = fields.String(allow_none=True)
    missing = fields.List(fields.Nested(MissingMaterial))


class Paper(Schema):
    """An issued paper; its PDF is at `/cases/{case_no}/documents/{id}`."""

    id = fields.String()
    kind = fields.String()
    document_no = fields.String(allow_none=True)
    issued_at = Instant()
    seal_state = fields.String(
        allow_none=True,
        validate=validate.OneOf([state.value for state in SealState]),
        metadata={"description": "None for a paper that carries no seal."},
    )
    sealed_by = fields.String(allow_none=True)
    sealed_at = Instant(allow_none=True)


class Delivery(Schema):
    """How a result was handed over."""

    id = fields.String()
    method = fields.String()
    state = fields.String()
    delivered_at = Instant(allow_none=True)


class Decision(Schema):
    """The decision of a case; an empty object while there is none."""

    decision = fields.String()
    decided_by = fields.String()
    decided_at = Instant()
    effective_at = Instant()
    executed_at = Instant(allow_none=True)
    is_late = fields.Boolean()
    reasons = fields.String(allow_none=True)
    filing_state = fields.String(
        allow_none=True,
        validate=validate.OneOf([state.value for state in FilingState]),
        metadata={"description": "How far the result of an approval by default is filed; None where a person decided."},
    )
    facts = fields.Dict()


Case = answer_with(CaseView, "Case", clocks=fields.List(fields.Nested(Clock)))


def list_of(line: type[Schema], name: str) -> type[Schema]:
    """Return the schema of a list that comes whole: what one case has of it is short."""
    items, cursor = fields.List(fields.Nested(line)), fields.String(allow_none=True)
    return Schema.from_dict({"items": items, "next_cursor": cursor}, name=name)


Events = list_of(answer_of(HistoryEntry), "Events")
Papers = list_of(Paper, "Papers")
Deliveries = list_of(Delivery, "Deliveries")
