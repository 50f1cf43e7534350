"""Interventions of a supervisor in a running case, and the cases that stand still."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from app.domain.intervention import LONGEST_REASON, Intervention, InterventionKind
from app.operations.intervene import intervene_in_case
from app.queries.pauses import PausedCase, list_paused
from app.web.api import schemas
from app.web.api.answers import answer_of
from app.web.api.case_answers import list_of
from app.web.api.cases import case_id_of
from app.web.api.description import REPEATABLE
from app.web.api.requests import context, idempotency, reading, required_version
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("interventions", __name__, description="Interventions in running cases (人工干预)")
WATCHING = ("supervisor", "duty_officer", "unit_head")


class InterventionBody(schemas.Strict):
    """What is done to a case, and why. element, target: ids as drawn; variable: a name, or names with points between."""

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in InterventionKind]))
    reason = fields.String(required=True, validate=validate.Length(1, LONGEST_REASON))
    element = fields.String(load_default="", validate=validate.Length(max=64))
    target = fields.String(load_default="", validate=validate.Length(max=64))
    variable = fields.String(load_default="", validate=validate.Length(max=200))
    value = fields.Raw(load_default=None, allow_none=True)
    dry_run = fields.Boolean(load_default=False)


class Effects(Schema):
    """What comes and goes: titles of tasks, names of deadlines, members by number or name, work for programs, failed steps."""

    tasks_withdrawn = fields.List(fields.String())
    tasks_opened = fields.List(fields.String())
    deadlines_disarmed = fields.List(fields.String())
    deadlines_armed = fields.List(fields.String())
    members_withdrawn = fields.List(fields.String())
    members_opened = fields.List(fields.String())
    programs_dropped = fields.List(fields.String())
    programs_asked = fields.List(fields.String())
    steps_failed = fields.List(fields.String())


class InterventionAnswer(Schema):
    """What was done, or would be."""

    kind = fields.String()
    dry_run = fields.Boolean()
    effects = fields.Nested(Effects)
    case = fields.Nested(schemas.CaseSummary)


PausedList = list_of(answer_of(PausedCase), "PausedList")


@blueprint.route("/cases/<case_no>/interventions")
class Interventions(MethodView):
    """Acts of a supervisor on the diagram of a case; no legal clock moves."""

    @blueprint.doc(**REPEATABLE)
    @blueprint.arguments(InterventionBody)
    @blueprint.response(200, InterventionAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    @blueprint.alt_response(412, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], case_no: str) -> object:
        """Move a token, cancel a branch, correct a variable, pause or resume; `If-Match` is the version of the case."""
        asked = Intervention(
            kind=InterventionKind(body["kind"]),
            reason=body["reason"],
            version=required_version(),
            element=body["element"],
            target=body["target"],
            variable=body["variable"],
            value=body["value"],
        )
        return intervene_in_case(
            context(),
            current_person(),
            case_id=case_id_of(case_no),
            asked=asked,
            is_dry_run=body["dry_run"],
            request=idempotency(),
        )


@blueprint.route("/supervision/paused")
class Paused(MethodView):
    """Cases that stand still."""

    @blueprint.response(200, PausedList)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the paused cases of the caller's scope, the longest first."""
        person = require_role(*WATCHING)
        with reading() as opened:
            return {"items": list_paused(opened.connection, person.scope), "next_cursor": None}
