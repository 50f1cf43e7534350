"""Due dates for everybody: stateless arithmetic on the working calendars."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from app.queries.due_dates import DueDateRequest, compute_due_dates
from app.web.api import schemas
from app.web.api.present import jsonable
from app.web.api.requests import context
from app.web.sign_in import current_person

blueprint = Blueprint("time_limits", __name__, description="Time limits (时限)")


@blueprint.route("/time-limits/due-dates")
class DueDates(MethodView):
    """A batch of limits."""

    @blueprint.arguments(schemas.DueDates)
    @blueprint.response(200)
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
        messages = context().messages
        answers = []
        for item in items:
            fields = jsonable(item)
            assert isinstance(fields, dict)
            fields["explanation"] = [messages.both(one.key, **one.facts) for one in item.sentences]
            del fields["sentences"]
            answers.append(fields)
        return {"items": answers}
