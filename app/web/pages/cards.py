"""Warning cards (红黄牌): one's own with bulk acknowledgement, those of a supervisor, and the scores of departments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.domain.errors import Forbidden
from app.domain.vocabulary import CardCause, CardColour, CardState
from app.operations.answer_card import acknowledge_card
from app.queries.cards import CardFilter, CardScore, CardView, get_card, list_cards, score_departments
from app.queries.officer_facts import list_counties
from app.runtime.card_acts import CardTarget
from app.storage.cards import count_waiting
from app.web.pages.blueprint import pages
from app.web.pages.card_view import CardReader, card_row
from app.web.pages.context import (
    back_to,
    context,
    href,
    next_links,
    paging,
    reading,
    row_id,
    secret,
    showing,
    tell,
    told_or_refused,
)
from app.web.sign_in import current_person, require_role

MINE, ALL = "mine", "all"
HANDLING = ("window_clerk", "reviewer", "decider", "unit_head", "delivery_clerk", "liaison", "duty_officer")
WATCHING = ("supervisor", "duty_officer", "unit_head")
COLUMNS = ("issued", "yellow", "red", "overdue", "abnormal", "waiting", "upheld", "revoked")
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    reader: CardReader
    cards: Sequence[CardView]
    next_cursor: str | None
    waiting: int


@pages.get("/cards")
def cards() -> str:
    """Show the cards that concern the reader, or all in their scope to who watches over it."""
    person = officer()
    whose = request.args.get("whose", ALL if not person.has_role(*HANDLING) else MINE)
    whose = whose if whose == ALL and person.has_role(*WATCHING) else MINE
    wanted = _filter(person, whose)
    found = _read(person, wanted)
    words = found.reader.showing.words
    return render_template(
        "cards.html",
        tabs=_tabs(person, whose, found.waiting),
        whose=whose,
        filter=wanted,
        has_filter=any((wanted.colour, wanted.state, wanted.cause, wanted.county)),
        colours=[colour.value for colour in CardColour],
        states=[state.value for state in CardState],
        causes=[{"code": cause.value, "label": words.label("card_cause", cause.value)} for cause in CardCause],
        counties=[{"code": code, "label": place.name(words.language)} for code, place in found.reader.counties.items()],
        cards=[card_row(card, found.reader) for card in found.cards],
        **next_links(found.next_cursor),
    )


@pages.post("/cards/acknowledgement")
def acknowledge_cards() -> Response:
    """Acknowledge the cards that were selected; those that changed meanwhile are left, and said why."""
    person = officer()
    chosen = [row_id(text) for text in request.form.getlist("card")[:MOST_AT_ONCE]]
    if not chosen:
        tell("no_card_selected", kind="warn")
    for card_id in chosen:
        told_or_refused(_acknowledging(person, card_id), "card_acknowledged")
    return back_to("pages.cards")


@pages.get("/cards/scores")
def card_scores() -> str:
    """Show the scores of the departments in the reader's scope."""
    person = require_role(*WATCHING)
    with reading() as opened:
        scores = score_departments(opened.connection, person.scope)
        shown = showing(opened.now)
        places = list_counties(opened.connection, person.scope)
    counties = {place.code: place.name(shown.words.language) for place in places}
    return render_template(
        "card_scores.html",
        columns=COLUMNS,
        units=[_unit(score, counties) for score in scores],
        read_at=shown.read_at,
    )


def officer() -> Person:
    """Return the reader. Raises Forbidden `not_permitted` for applicants, whom cards do not concern."""
    person = current_person()
    if person.staff_id is None:
        raise Forbidden("not_permitted", needs="officer")
    return person


def _acknowledging(person: Person, card_id: int) -> Callable[[], object]:
    def act() -> object:
        with reading() as opened:
            card = get_card(opened.connection, person.scope, card_id)
        return acknowledge_card(context(), person, CardTarget(case_id=int(card.case_id), card_id=card_id))

    return act


def _filter(person: Person, whose: str) -> CardFilter:
    asked = request.args
    department = asked.get("department", "")
    return CardFilter(
        colour=_one_of(asked.get("colour", ""), CardColour),
        state=_one_of(asked.get("state", ""), CardState),
        cause=_one_of(asked.get("cause", ""), CardCause),
        county=asked.get("county", ""),
        department_id=int(department) if department.isdecimal() else None,
        concerning=person.staff_id if whose == MINE else None,
    )


def _one_of(text: str, known: Sequence[str] | type[CardColour] | type[CardState] | type[CardCause]) -> str:
    return text if text in {str(code) for code in known} else ""


def _read(person: Person, wanted: CardFilter) -> _Listed:
    page = paging()
    with reading() as opened:
        link = opened.connection
        found = list_cards(link, person.scope, wanted, secret=secret(), cursor=page.cursor, limit=page.limit)
        reader = CardReader(
            person=person,
            showing=showing(opened.now),
            names={},
            counties={county.code: county for county in list_counties(link, person.scope)},
        )
        return _Listed(
            reader=reader,
            cards=[card for card in found.items if isinstance(card, CardView)],
            next_cursor=found.next_cursor,
            waiting=count_waiting(link, person.staff_id) if person.staff_id is not None else 0,
        )


def _tabs(person: Person, whose: str, waiting: int) -> list[dict[str, object]]:
    codes = [
        code for code, is_shown in ((MINE, person.has_role(*HANDLING)), (ALL, person.has_role(*WATCHING))) if is_shown
    ]
    return [
        {
            "code": code,
            "count": waiting if code == MINE else None,
            "url": href("pages.cards", {"whose": code}),
            "is_current": code == whose,
        }
        for code in codes
    ]


def _unit(score: CardScore, counties: Mapping[str, str]) -> dict[str, object]:
    where = {"whose": ALL, "department": score.department_id}
    narrowed = {
        **{colour.value: {"colour": colour.value} for colour in CardColour},
        "issued": {},
        "waiting": {"state": CardState.ISSUED.value},
        "revoked": {"state": CardState.REVOKED.value},
    }
    return {
        "county": counties.get(score.county or "", score.county or ""),
        "department": score.department,
        "cells": [
            {
                "code": code,
                "count": getattr(score, code),
                "url": href("pages.cards", {**where, **narrowed[code]}) if code in narrowed else "",
            }
            for code in COLUMNS
        ],
    }
