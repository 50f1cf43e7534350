"""Closures (停止办公): declared by one person, confirmed by another."""

from dataclasses import asdict
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.closure import REGION, ClosureInput
from app.operations.declare_closure import confirm_closure, declare_closure
from app.queries.closures import get_closure, list_closures_of, list_touched
from app.web.api import machine_answers, schemas
from app.web.api.requests import context, instant, reading, row_id
from app.web.sign_in import require_role

blueprint = Blueprint("closures", __name__, description="Closures (停止办公)")
WATCHING = ("supervisor", "duty_officer")
READING = ("supervisor", "duty_officer", "admin")


@blueprint.route("/closures")
class Closures(MethodView):
    """The closures of a region."""

    @blueprint.response(200, machine_answers.Closures)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the closures of the regions the caller watches over, the newest first."""
        person = require_role(*READING)
        with reading() as opened:
            return {"items": list_closures_of(opened.connection, person), "next_cursor": None}

    @blueprint.arguments(machine_answers.ClosureBody)
    @blueprint.response(201, machine_answers.Declared)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Declare a closure; it counts once a second person has confirmed it."""
        person = require_role(*WATCHING)
        began_at, ended_at = instant(body["began_at"]), instant(body["ended_at"])
        assert began_at is not None
        assert ended_at is not None
        declared = ClosureInput(
            scope=body["scope"],
            code=body["region_code"] if body["scope"] == REGION else body["department_code"],
            began_at=began_at,
            ended_at=ended_at,
            reason=body["reason"],
            document=body["document"],
        )
        return declare_closure(context(), person, declared)


@blueprint.route("/closures/<closure_id>")
class Closure(MethodView):
    """One closure."""

    @blueprint.response(200, machine_answers.TouchedClosure)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, closure_id: str) -> object:
        """Return a closure with the approvals by default it blocks, and those that had fired inside it."""
        person = require_role(*READING)
        with reading() as opened:
            line = get_closure(opened.connection, person, row_id(closure_id))
            touched = list_touched(opened.connection, row_id(closure_id))
        return {**asdict(line), "approvals": touched}


@blueprint.route("/closures/<closure_id>/confirmation")
class Confirmation(MethodView):
    """The second person."""

    @blueprint.response(200, machine_answers.Declared)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, closure_id: str) -> object:
        """Confirm a closure somebody else declared; `/calendar-loads/{load_id}` says which dates move."""
        return confirm_closure(context(), require_role(*WATCHING), closure_id=row_id(closure_id))
