"""The machine behind the cases: the clock confirmed, dead letters and incidents listed and tried again."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import fields, validate

from app.operations.confirm_clock import confirm_clock
from app.operations.retry_deadline import retry_deadline
from app.operations.retry_incident import retry_incident
from app.queries.failures import STATES, FailedDeadline, OpenIncident, list_failed_deadlines, list_incidents
from app.web.api import machine_answers, schemas
from app.web.api.answers import page_of
from app.web.api.asked import PageAsked
from app.web.api.requests import context, cursor_secret, reading, row_id
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("machine", __name__, description="Clock, dead letters, incidents (时钟与异常)")
WATCHING = ("supervisor", "duty_officer", "unit_head")


class FailedAsked(PageAsked):
    """Which deadlines: dead or blocked."""

    state = fields.String(load_default="dead", validate=validate.OneOf(sorted(STATES)))


class ClockConfirmation(schemas.Strict):
    """Why the clock is right."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


@blueprint.route("/supervision/clock-confirmations")
class ClockConfirmations(MethodView):
    """Approvals by default wait after a jump of the clock until somebody confirms it."""

    @blueprint.arguments(ClockConfirmation)
    @blueprint.response(201, machine_answers.Confirmed)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Confirm that the clock is right now; every open doubt is settled."""
        return confirm_clock(context(), current_person(), reason=str(body["reason"]))


@blueprint.route("/deadlines")
class Deadlines(MethodView):
    """Deadlines a person has to look at."""

    @blueprint.arguments(FailedAsked, location="query")
    @blueprint.response(200, page_of(FailedDeadline))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List deadlines by state: dead (given up after ten tries) or blocked (a guard is false)."""
        person, page = require_role(*WATCHING), {"cursor": asked["cursor"], "limit": asked["limit"]}
        with reading() as opened:
            return list_failed_deadlines(
                opened.connection, person.scope, asked["state"], secret=cursor_secret(), **page
            )


@blueprint.route("/deadlines/<deadline_id>/retry")
class DeadlineRetry(MethodView):
    """A dead letter gets another chance."""

    @blueprint.response(200, machine_answers.Revived)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def post(self, deadline_id: str) -> object:
        """Arm a deadline again that was given up or waits after a failure; it is tried at once."""
        return retry_deadline(context(), current_person(), deadline_id=row_id(deadline_id))


@blueprint.route("/incidents")
class Incidents(MethodView):
    """Failures that wait for a person."""

    @blueprint.arguments(PageAsked, location="query")
    @blueprint.response(200, page_of(OpenIncident))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the open incidents of the caller's scope."""
        person = require_role(*WATCHING)
        with reading() as opened:
            return list_incidents(opened.connection, person.scope, secret=cursor_secret(), **asked)


@blueprint.route("/incidents/<incident_id>/retry")
class IncidentRetry(MethodView):
    """What failed gets another chance."""

    @blueprint.response(200, machine_answers.Revived)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def post(self, incident_id: str) -> object:
        """Try what failed again, at once, and close the incident."""
        return retry_incident(context(), current_person(), incident_id=row_id(incident_id))
