"""The machine behind the cases: the clock confirmed, dead letters and incidents listed and tried again."""

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import fields, validate

from app.domain.errors import InvalidInput
from app.operations.confirm_clock import confirm_clock
from app.operations.retry_deadline import retry_deadline
from app.operations.retry_incident import retry_incident
from app.queries.failures import STATES, list_failed_deadlines, list_incidents
from app.web.api import schemas
from app.web.api.present import jsonable
from app.web.api.requests import container, context, paging, reading, row_id
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("machine", __name__, description="Clock, dead letters, incidents (时钟与异常)")
WATCHING = ("supervisor", "duty_officer", "unit_head")


class ClockConfirmation(schemas.Strict):
    """Why the clock is right."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


@blueprint.route("/supervision/clock-confirmations")
class ClockConfirmations(MethodView):
    """Approvals by default wait after a jump of the clock until somebody confirms it."""

    @blueprint.arguments(ClockConfirmation)
    @blueprint.response(201)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Confirm that the clock is right now; every open doubt is settled."""
        return confirm_clock(context(), current_person(), reason=str(body["reason"]))


@blueprint.route("/deadlines")
class Deadlines(MethodView):
    """Deadlines a person has to look at."""

    @blueprint.response(200)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def get(self) -> object:
        """List deadlines by state: dead (given up after ten tries) or blocked (a guard is false)."""
        person, state, page = require_role(*WATCHING), request.args.get("state", "dead"), paging()
        if state not in STATES:
            raise InvalidInput("invalid", items=({"pointer": "/state", "code": "option_unknown"},))
        key = container().settings.secret_key
        with reading() as opened:
            return jsonable(
                list_failed_deadlines(
                    opened.connection, person.scope, state, secret=key, cursor=page.cursor, limit=page.limit
                )
            )


@blueprint.route("/deadlines/<deadline_id>/retry")
class DeadlineRetry(MethodView):
    """A dead letter gets another chance."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def post(self, deadline_id: str) -> object:
        """Arm a deadline again that was given up or waits after a failure; it is tried at once."""
        return retry_deadline(context(), current_person(), deadline_id=row_id(deadline_id))


@blueprint.route("/incidents")
class Incidents(MethodView):
    """Failures that wait for a person."""

    @blueprint.response(200)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the open incidents of the caller's scope."""
        person, page, key = require_role(*WATCHING), paging(), container().settings.secret_key
        with reading() as opened:
            return jsonable(
                list_incidents(opened.connection, person.scope, secret=key, cursor=page.cursor, limit=page.limit)
            )


@blueprint.route("/incidents/<incident_id>/retry")
class IncidentRetry(MethodView):
    """What failed gets another chance."""

    @blueprint.response(200)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def post(self, incident_id: str) -> object:
        """Try what failed again, at once, and close the incident."""
        return retry_incident(context(), current_person(), incident_id=row_id(incident_id))
