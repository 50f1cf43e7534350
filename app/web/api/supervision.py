"""Supervision: figures and the lists behind them."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.queries.supervision import Figures, SupervisedCase, count_cards, list_supervised, summarise
from app.queries.to_be_deemed import name_guards
from app.web.api import asked as asked_for
from app.web.api import schemas
from app.web.api.answers import answer_of, page_of
from app.web.api.fields import Instant
from app.web.api.requests import container, cursor_secret, reading
from app.web.sign_in import require_role

blueprint = Blueprint("supervision", __name__, description="Supervision (政务监察)")
WATCHING = ("supervisor", "duty_officer", "unit_head")


class Board(Schema):
    """The figures of a scope and how many cards stand issued, by colour."""

    read_at = Instant()
    items = fields.List(fields.Nested(answer_of(Figures)))
    cards = fields.Dict(keys=fields.String(), values=fields.Integer())


@blueprint.route("/supervision/summary")
class Summary(MethodView):
    """Figures by county and department."""

    @blueprint.response(200, Board)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """Return the figures of the caller's scope."""
        person = require_role(*WATCHING)
        with reading() as opened:
            figures = summarise(opened.connection, person.scope, now=opened.now)
            cards = count_cards(opened.connection, person.scope)
            return {"read_at": opened.now, "items": figures, "cards": cards}


@blueprint.route("/supervision/cases")
class SupervisedCases(MethodView):
    """The cases behind a figure."""

    @blueprint.arguments(asked_for.SupervisedAsked, location="query")
    @blueprint.response(200, page_of(SupervisedCase))
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the cases behind a figure by due instant: overdue, due_soon, paused, to_be_deemed, blocked or dead.

        `to_be_deemed` looks `days` ahead and names the guards that would block each approval now; `matter` narrows it.
        """
        person = require_role(*WATCHING)
        with reading() as opened:
            found = list_supervised(
                opened.connection,
                person.scope,
                asked["state"],
                now=opened.now,
                secret=cursor_secret(),
                days=asked["days"],
                matter=asked["matter"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )
            if asked["state"] == "to_be_deemed":
                found = name_guards(opened.connection, container().view(), found, now=opened.now)
        return found
