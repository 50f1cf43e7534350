"""Warning cards (红黄牌): lists, scores, and the acts on one."""

from collections.abc import Mapping
from typing import Any

from flask import make_response
from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.authority import Person
from app.domain.errors import Forbidden, InvalidInput
from app.domain.vocabulary import CardState
from app.operations.answer_card import acknowledge_card, appeal_card, explain_card
from app.operations.decide_card import revoke_card, uphold_card
from app.operations.raise_card import raise_card
from app.queries.cards import CardFilter, CardView, get_card, list_cards, list_case_cards, score_departments
from app.runtime.card_acts import CardTarget
from app.web.api import asked as asked_for
from app.web.api import card_schemas, schemas
from app.web.api.cases import case_id_of
from app.web.api.present import jsonable
from app.web.api.requests import container, context, idempotency, reading, row_id, stated_version
from app.web.card_words import content_in_both
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("cards", __name__, description="Warning cards (红黄牌)")
WATCHING = ("supervisor", "duty_officer", "unit_head")
# What an applicant sees of a card of their case: that it exists, nothing about who answered what.
PUBLIC = ("id", "colour", "cause", "clock", "state", "issued_at")


@blueprint.route("/cards")
class Cards(MethodView):
    """The list, and cards of breaches."""

    @blueprint.arguments(asked_for.CardsAsked, location="query")
    @blueprint.response(200, card_schemas.CardPage)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self, asked: dict[str, Any]) -> object:
        """List the cards in the caller's scope, newest first."""
        person = officer()
        with reading() as opened:
            found = list_cards(
                opened.connection,
                person.scope,
                _wanted(person, asked),
                secret=container().settings.secret_key,
                cursor=asked["cursor"],
                limit=asked["limit"],
            )
        items = [present_card(card) for card in found.items if isinstance(card, CardView)]
        return {"items": items, "next_cursor": found.next_cursor}

    @blueprint.arguments(card_schemas.NewCard)
    @blueprint.response(201, card_schemas.CardAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any]) -> object:
        """Issue an abnormal card for a breach of procedure."""
        person = officer()
        department = body["department_id"]
        return raise_card(
            context(),
            person,
            case_id=case_id_of(body["case_no"]),
            cause=body["cause"],
            content=body["content"],
            department_id=int(department) if department else None,
            request=idempotency(),
        )


@blueprint.route("/cards/scores")
class CardScores(MethodView):
    """Scores of departments."""

    @blueprint.response(200, card_schemas.CardScores)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def get(self) -> object:
        """Return how many cards each department in scope has, and how many were upheld or taken back."""
        person = require_role(*WATCHING)
        with reading() as opened:
            return jsonable({"items": score_departments(opened.connection, person.scope)})


@blueprint.route("/cards/<card_id>")
class OneCard(MethodView):
    """One card."""

    @blueprint.response(200, card_schemas.Card)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, card_id: str) -> object:
        """Return a card with its life; `ETag` is its version."""
        card = card_in_scope(card_id)
        response = make_response(present_card(card))
        response.headers["ETag"] = f'"{card.version}"'
        return response


@blueprint.route("/cases/<case_no>/cards")
class CaseCards(MethodView):
    """The cards of a case."""

    @blueprint.response(200, card_schemas.CardPage)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, case_no: str) -> object:
        """Return the cards of a case, newest first; an applicant sees neither names nor answers."""
        case_id, is_applicant = case_id_of(case_no), current_person().is_applicant
        with reading() as opened:
            cards = [present_card(card) for card in list_case_cards(opened.connection, case_id)]
        if is_applicant:
            cards = [{name: card[name] for name in PUBLIC} for card in cards]
        return {"items": cards, "next_cursor": None}


@blueprint.route("/cards/<card_id>/acknowledgement")
class Acknowledgement(MethodView):
    """The handler has seen it."""

    @blueprint.response(200, card_schemas.CardAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, card_id: str) -> object:
        """Acknowledge a card. `If-Match` may name the version acted on."""
        return acknowledge_card(context(), officer(), _target(card_id))


@blueprint.route("/cards/<card_id>/explanation")
class Explanation(MethodView):
    """What the handler says."""

    @blueprint.arguments(card_schemas.Explanation)
    @blueprint.response(200, card_schemas.CardAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], card_id: str) -> object:
        """Explain an acknowledged card."""
        return explain_card(context(), officer(), _target(card_id), text=body["text"])


@blueprint.route("/cards/<card_id>/appeal")
class Appeal(MethodView):
    """The unit objects."""

    @blueprint.arguments(card_schemas.Appeal)
    @blueprint.response(200, card_schemas.CardAnswer)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, body: dict[str, Any], card_id: str) -> object:
        """Appeal against an explained card as the head of its unit, within five working days."""
        return appeal_card(context(), officer(), _target(card_id), ground=body["ground"], text=body["text"])


@blueprint.route("/cards/<card_id>/decision")
class Decision(MethodView):
    """The answer to an appeal."""

    @blueprint.arguments(card_schemas.CardDecision)
    @blueprint.response(200, card_schemas.CardAnswer)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, body: dict[str, Any], card_id: str) -> object:
        """Decide on an appeal as the supervision office: the card is upheld or taken back."""
        decide = revoke_card if body["outcome"] == CardState.REVOKED else uphold_card
        return decide(context(), officer(), _target(card_id), reason=body["reason"])


@blueprint.route("/cards/<card_id>/cancellation")
class Cancellation(MethodView):
    """A card is taken back."""

    @blueprint.arguments(card_schemas.Cancellation)
    @blueprint.response(200, card_schemas.CardAnswer)
    @blueprint.alt_response(403, schema=schemas.Problem)
    def post(self, body: dict[str, Any], card_id: str) -> object:
        """Take a card back, at any time and with a reason; not by whoever caused it."""
        return revoke_card(context(), officer(), _target(card_id), reason=body["reason"])


def officer() -> Person:
    """Return the caller. Raises Forbidden `not_permitted` for applicants, whom cards do not concern."""
    person = current_person()
    if person.is_applicant:
        raise Forbidden("not_permitted", needs="officer")
    return person


def card_in_scope(card_id: str) -> CardView:
    """Return a card the caller may see. Raises NotFound `card_unknown` otherwise."""
    person, number = officer(), row_id(card_id)
    with reading() as opened:
        return get_card(opened.connection, person.scope, number)


def present_card(card: CardView) -> dict[str, object]:
    """Return a card as JSON, its content in both languages."""
    fields = jsonable(card)
    assert isinstance(fields, dict)
    del fields["facts"], fields["case_id"]
    return {**fields, "content": content_in_both(context().messages, card)}


def _target(card_id: str) -> CardTarget:
    card = card_in_scope(card_id)
    return CardTarget(case_id=int(card.case_id), card_id=int(card.id), version=stated_version(), request=idempotency())


def _wanted(person: Person, asked: Mapping[str, str]) -> CardFilter:
    who, department = asked["person"], asked["department"]
    return CardFilter(
        colour=asked["colour"],
        state=asked["state"],
        cause=asked["cause"],
        county=asked["county"],
        department_id=int(department) if department else None,
        person_id=int(who) if who not in ("", "me") else None,
        concerning=_own_id(person) if who == "me" else None,
    )


def _own_id(person: Person) -> int:
    if person.staff_id is None:
        raise InvalidInput("invalid", items=({"pointer": "/person", "code": "option_unknown"},))
    return person.staff_id
