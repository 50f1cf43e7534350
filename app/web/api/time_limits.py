"""Due dates for everybody: stateless arithmetic on the working calendars."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.due_date_query import Outcome
from app.domain.messages import Messages
from app.domain.vocabulary import LedgerKind
from app.queries.due_dates import DueDateRequest, DueDateView, compute_due_dates
from app.runtime.published import Published
from app.web.api import clock_schemas, schemas
from app.web.api.requests import context
from app.web.sign_in import current_person

blueprint = Blueprint("time_limits", __name__, description="Time limits (时限)")


@blueprint.route("/time-limits/due-dates")
class DueDates(MethodView):
    """A batch of limits."""

    @blueprint.arguments(clock_schemas.DueDates)
    @blueprint.response(200, clock_schemas.DueDatesAnswer)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Return the due instants with their explanations, in the order asked."""
        current_person()
        published = context().library.current()
        layers = tuple(str(layer) for layer in body["calendar"])
        items = compute_due_dates(
            [DueDateRequest(**item) for item in body["items"]],
            layers=published.layers,
            names=layers,
            rules=published.time_rules,
        )
        messages = published.messages
        return {
            "items": [
                {
                    **_instants(item),
                    "outcomes": [_outcome(published, outcome) for outcome in item.outcomes],
                    "explanation": _explained(messages, item),
                }
                for item in items
            ]
        }


def _instants(item: DueDateView) -> dict[str, object]:
    return {name: getattr(item, name) for name in ("due_at", "provisional", "yellow_at", "red_at")}


def _outcome(published: Published, outcome: Outcome) -> dict[str, object]:
    """Return what became of a fact; where it was refused, on what article and what to do, in both languages."""
    told: dict[str, object] = {"kind": outcome.kind, "at": outcome.at, "on": outcome.on, "code": outcome.code}
    if outcome.code is None:
        return told
    rule = "extension" if outcome.kind == LedgerKind.EXTEND else "suspension"
    article = "" if outcome.kind == LedgerKind.CALENDAR else published.time_rules.articles[rule]
    words = {part: published.messages.both(f"errors.{outcome.code}.{part}") for part in ("title", "remedy")}
    return {**told, **words, "article": article}


def _explained(messages: Messages, item: DueDateView) -> list[dict[str, str]]:
    return [messages.both(one.key, **one.facts) for one in item.sentences]
