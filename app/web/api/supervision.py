"""Supervision: figures and the lists behind them."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.errors import InvalidInput
from app.queries.supervision import STATES, count_cards, list_supervised, summarise
from app.web.api import schemas
from app.web.api.present import jsonable
from app.web.api.requests import container, paging, reading
from app.web.sign_in import require_role

blueprint = Blueprint("supervision", __name__, description="Supervision (政务监察)")
WATCHING = ("supervisor", "duty_officer", "unit_head")


@blueprint.route("/supervision/summary")
class Summary(MethodView):
    """Figures by county and department."""

    @blueprint.response(200)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """Return the figures of the caller's scope."""
        person = require_role(*WATCHING)
        with reading() as opened:
            figures = summarise(opened.connection, person.scope, now=opened.now)
            cards = count_cards(opened.connection, person.scope)
            return jsonable({"read_at": opened.now, "items": figures, "cards": cards})


@blueprint.route("/supervision/cases")
class SupervisedCases(MethodView):
    """The cases behind a figure."""

    @blueprint.response(200)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def get(self) -> object:
        """List cases by state: overdue, due_soon, paused, to_be_deemed, blocked or dead."""
        person = require_role(*WATCHING)
        state = request.args.get("state", "overdue")
        if state not in STATES:
            raise InvalidInput("invalid", items=({"pointer": "/state", "code": "option_unknown"},))
        page = paging()
        with reading() as opened:
            found = list_supervised(
                opened.connection,
                person.scope,
                state,
                now=opened.now,
                secret=container().settings.secret_key,
                cursor=page.cursor,
                limit=page.limit,
            )
        return jsonable(found)
