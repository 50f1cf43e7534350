"""Approval by default: holds, findings, releases."""

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.authority import Person
from app.operations.answer_holds import confirm_holds, lift_holds, reject_holds, sign_hold_finding
from app.operations.release_deemed import ask_release, release_deemed
from app.operations.request_holds import request_holds
from app.queries.holds import HoldView, get_hold, list_blocks, list_holds
from app.runtime.batches import Outcome
from app.web.api import asked as asked_for
from app.web.api import deemed_schemas, schemas
from app.web.api.answers import answer_of, page_of
from app.web.api.requests import context, cursor_secret, idempotency, reading, row_id
from app.web.errors import problem_of, status_of
from app.web.language import current_language
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("deemed", __name__, description="Approval by default (超时默认)")
WATCHING = ("supervisor", "duty_officer")


@blueprint.route("/holds")
class Holds(MethodView):
    """Holds."""

    @blueprint.arguments(asked_for.HoldsAsked, location="query")
    @blueprint.response(200, page_of(HoldView))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the holds in the caller's scope, newest first; `state` narrows them, `open` to those that block."""
        person = require_role(*WATCHING, "unit_head")
        with reading() as opened:
            return list_holds(
                opened.connection,
                person.scope,
                secret=cursor_secret(),
                state=asked["state"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )

    @blueprint.arguments(deemed_schemas.HoldRequest)
    @blueprint.response(201, deemed_schemas.HoldResults)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Ask for holds; each blocks at once. One refused case is a problem; of many, each says what became of it."""
        outcomes = request_holds(
            context(),
            current_person(),
            body["case_nos"],
            reason=body["reason"],
            text=body["text"],
            request=idempotency(),
        )
        return _answer(outcomes)


@blueprint.route("/holds/<hold_id>")
class Hold(MethodView):
    """One hold."""

    @blueprint.response(200, answer_of(HoldView))
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, hold_id: str) -> object:
        """Return a hold."""
        person: Person = require_role(*WATCHING, "unit_head")
        with reading() as opened:
            return get_hold(opened.connection, person.scope, row_id(hold_id))


@blueprint.route("/holds/<hold_id>/confirmation")
class Confirmation(MethodView):
    """Answer of the second person: yes."""

    @blueprint.arguments(deemed_schemas.HoldConfirmation)
    @blueprint.response(200, deemed_schemas.HoldResults)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], hold_id: str) -> object:
        """Confirm a request, at most until the close of the third working day."""
        outcomes = confirm_holds(
            context(),
            current_person(),
            _ids(hold_id, body),
            working_days=body["working_days"],
            request=idempotency(),
        )
        return _answer(outcomes)


@blueprint.route("/holds/<hold_id>/rejection")
class Rejection(MethodView):
    """Answer of the second person: no."""

    @blueprint.arguments(deemed_schemas.HoldAnswer)
    @blueprint.response(200, deemed_schemas.HoldResults)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def post(self, body: dict[str, Any], hold_id: str) -> object:
        """Reject a request; the approval by default applies again."""
        return _answer(reject_holds(context(), current_person(), _ids(hold_id, body), request=idempotency()))


@blueprint.route("/holds/<hold_id>/lifting")
class Lifting(MethodView):
    """End of a confirmed hold."""

    @blueprint.arguments(deemed_schemas.HoldAnswer)
    @blueprint.response(200, deemed_schemas.HoldResults)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], hold_id: str) -> object:
        """Lift a confirmed hold; one for fraud or public safety then waits for a signed finding."""
        return _answer(lift_holds(context(), current_person(), _ids(hold_id, body), request=idempotency()))


@blueprint.route("/holds/<hold_id>/finding")
class HoldFinding(MethodView):
    """The signed finding."""

    @blueprint.arguments(deemed_schemas.SignedFinding)
    @blueprint.response(200, deemed_schemas.HoldResult)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def post(self, body: dict[str, Any], hold_id: str) -> object:
        """Sign the finding as head of the unit: cleared or founded."""
        return sign_hold_finding(
            context(),
            current_person(),
            hold_id=str(row_id(hold_id)),
            finding=body["finding"],
            text=body["text"],
            request=idempotency(),
        )


@blueprint.route("/supervision/deemed-releases")
class Releases(MethodView):
    """What outages and closures block."""

    @blueprint.response(200, deemed_schemas.Blocks)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """List the outages and closures that were not released, with the release somebody asked for."""
        person = require_role(*WATCHING)
        with reading() as opened:
            return {"items": list_blocks(opened.connection, person.scope), "next_cursor": None}

    @blueprint.arguments(deemed_schemas.ReleaseRequest)
    @blueprint.response(201, deemed_schemas.ReleaseAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Ask for the release of everything one outage or closure blocks; a second person confirms."""
        return ask_release(
            context(),
            require_role(*WATCHING),
            outage_id=int(body["outage_id"]) if body["outage_id"] else None,
            closure_id=int(body["closure_id"]) if body["closure_id"] else None,
            reason=body["reason"],
        )


@blueprint.route("/supervision/deemed-releases/<release_id>/confirmation")
class ReleaseConfirmation(MethodView):
    """The second person's word."""

    @blueprint.response(200, deemed_schemas.Released)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, release_id: str) -> object:
        """Release the batch: each blocked approval is looked at again and says what still blocks it."""
        return release_deemed(context(), require_role(*WATCHING), release_id=row_id(release_id))


def _ids(hold_id: str, body: dict[str, Any]) -> list[str]:
    return [str(row_id(text)) for text in (hold_id, *body["also"])]


def _answer(outcomes: Sequence[Outcome]) -> object:
    """Answer for one item like for any other act; for many, item by item, with status and problem of those refused."""
    if len(outcomes) == 1:
        (only,) = outcomes
        if only.error is not None:
            raise only.error
        return {"items": [only.result]}
    return {"items": [_item(outcome) for outcome in outcomes]}


def _item(outcome: Outcome) -> object:
    if outcome.error is None:
        return outcome.result
    return {"key": outcome.key, "status": status_of(outcome.error), **_problem(outcome)}


def _problem(outcome: Outcome) -> dict[str, object]:
    assert outcome.error is not None
    problem = problem_of(outcome.error, current_language())
    return {name: problem[name] for name in ("code", "title", "detail", "remedy")}
