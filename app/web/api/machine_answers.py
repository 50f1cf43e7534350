"""The published shapes of the machine behind the cases, and of closures."""

from marshmallow import Schema, fields, validate

from app.queries.closures import ClosureLine, TouchedApproval
from app.web.api.answers import answer_of, answer_with
from app.web.api.fields import AskedInstant, Instant
from app.web.api.schemas import Strict


class Confirmed(Schema):
    """A clock somebody confirmed. doubts: what had been open."""

    confirmed_at = Instant()
    confirmed_by = fields.String()
    doubts = fields.List(fields.String())


class Revived(Schema):
    """What is tried again: a deadline, and the incident it belongs to."""

    deadline_id = fields.String()
    incident_id = fields.String()
    case_no = fields.String()
    state = fields.String()


class Closures(Schema):
    """Closures, the newest first."""

    items = fields.List(fields.Nested(answer_of(ClosureLine)))
    next_cursor = fields.String(allow_none=True)


class Declared(Schema):
    """A closure that was declared or confirmed. load_id: of the load that counts open clocks again."""

    closure_id = fields.String()
    state = fields.String()
    days = fields.List(fields.String())
    load_id = fields.String()
    load_state = fields.String()


TouchedClosure = answer_with(
    ClosureLine, "TouchedClosure", approvals=fields.List(fields.Nested(answer_of(TouchedApproval)))
)


class ClosureBody(Strict):
    """A closure as declared. scope: a whole region, a department with its offices, or one office."""

    scope = fields.String(required=True, validate=validate.Length(1, 16))
    region_code = fields.String(load_default="", validate=validate.Length(max=12))
    department_code = fields.String(load_default="", validate=validate.Length(max=64))
    began_at = AskedInstant(data_key="from", required=True)
    ended_at = AskedInstant(data_key="to", required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))
    document = fields.String(load_default="", validate=validate.Length(max=200))
