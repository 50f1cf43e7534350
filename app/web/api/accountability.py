"""Accountability records: list, cause, finding, closing."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.operations.account_for_limit import (
    choose_accountability_cause,
    close_accountability,
    enter_accountability_finding,
)
from app.queries.accountability import AccountabilityView, get_accountability, list_accountability
from app.web.api import asked as asked_for
from app.web.api import deemed_schemas, schemas
from app.web.api.answers import answer_of, page_of
from app.web.api.requests import context, cursor_secret, idempotency, reading, row_id
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("accountability", __name__, description="Accountability (责任认定)")
WATCHING = ("supervisor", "duty_officer", "unit_head")


@blueprint.route("/accountability-records")
class Records(MethodView):
    """Records."""

    @blueprint.arguments(asked_for.AccountabilityAsked, location="query")
    @blueprint.response(200, page_of(AccountabilityView))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the records in the caller's scope, newest first; `state` narrows them."""
        person = require_role(*WATCHING)
        with reading() as opened:
            return list_accountability(
                opened.connection,
                person.scope,
                now=opened.now,
                secret=cursor_secret(),
                state=asked["state"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )


@blueprint.route("/accountability-records/<record_id>")
class Record(MethodView):
    """One record."""

    @blueprint.response(200, answer_of(AccountabilityView))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, record_id: str) -> object:
        """Return a record with the steps, suspensions and cards of its case."""
        person = require_role(*WATCHING)
        with reading() as opened:
            return get_accountability(opened.connection, person.scope, row_id(record_id), now=opened.now)


@blueprint.route("/accountability-records/<record_id>/cause")
class Cause(MethodView):
    """What the unit says."""

    @blueprint.arguments(deemed_schemas.AccountabilityCauseChoice)
    @blueprint.response(200, deemed_schemas.AccountabilityAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], record_id: str) -> object:
        """Choose the cause, as head of the unit."""
        return choose_accountability_cause(
            context(),
            current_person(),
            record_id=row_id(record_id),
            cause=body["cause"],
            text=body["text"],
            request=idempotency(),
        )


@blueprint.route("/accountability-records/<record_id>/finding")
class RecordFinding(MethodView):
    """What the supervision office says."""

    @blueprint.arguments(deemed_schemas.AccountabilityFinding)
    @blueprint.response(200, deemed_schemas.AccountabilityAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], record_id: str) -> object:
        """Enter the finding and the measures, as supervisor."""
        return enter_accountability_finding(
            context(),
            current_person(),
            record_id=row_id(record_id),
            finding=body["finding"],
            measures=body["measures"],
            request=idempotency(),
        )


@blueprint.route("/accountability-records/<record_id>/closing")
class Closing(MethodView):
    """The end."""

    @blueprint.response(200, deemed_schemas.AccountabilityAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, record_id: str) -> object:
        """Close a record whose measures are done, as supervisor."""
        return close_accountability(context(), current_person(), record_id=row_id(record_id), request=idempotency())
