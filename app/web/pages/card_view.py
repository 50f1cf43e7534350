"""A warning card as pages show it: its words, its life as a timeline, and what its reader may do with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from app.domain.authority import Person
from app.domain.card_duties import acts_open_to
from app.domain.vocabulary import CardState
from app.queries.cards import CardView
from app.queries.officer_facts import RegionName
from app.web.card_words import content_of
from app.web.pages.context import Showing

STAFF = "staff:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReader:
    """For whom cards are shown: the reader, the words, and the names of officers and counties."""

    person: Person
    showing: Showing
    names: Mapping[int, str]
    counties: Mapping[str, RegionName]

    def actor(self, code: str | None) -> str:
        """Return the name behind an actor code; empty for none."""
        kind, _, number = (code or "").partition(":")
        if kind == "staff":
            return self.names.get(int(number), number)
        return self.showing.words.label("actor", kind) if kind else ""


def staff_of(*cards: CardView) -> set[int]:
    """Return the staff ids that pages name beside cards."""
    codes = [
        code
        for card in cards
        for code in (card.raised_by, card.acknowledged_by, card.explained_by, card.appealed_by, card.decided_by)
    ]
    return {int(code.removeprefix(STAFF)) for code in codes if code is not None and code.startswith(STAFF)}


def card_row(card: CardView, reader: CardReader) -> dict[str, object]:
    """Return a card as a line of a list."""
    words, county = reader.showing.words, reader.counties.get(card.county or "")
    return {
        "id": card.id,
        "version": card.version,
        "url": url_for("pages.card", card_id=card.id),
        "colour": card.colour,
        "cause": words.label("card_cause", card.cause),
        "content": content_of(words.messages, words.language, card),
        "clock": card.clock,
        "state": card.state,
        "case_no": card.case_no,
        "case_name": card.case_name,
        "county": county.name(words.language) if county else card.county or "",
        "department": card.department,
        "handler": card.handler,
        "issued_at": reader.showing.at(card.issued_at),
        "acts": acts_open_to(reader.person, card.facts),
    }


def card_life(card: CardView, reader: CardReader) -> list[dict[str, object]]:
    """Return what became of a card, oldest first, as entries of a timeline."""
    words = reader.showing.words
    ground = words.label("card_appeal_ground", card.appeal_ground) if card.appeal_ground else ""
    content = content_of(words.messages, words.language, card)
    closed_at = card.state_at if card.state == CardState.CLOSED else None
    entries = (
        (card.issued_at, CardState.ISSUED, card.raised_by, content),
        (card.acknowledged_at, CardState.ACKNOWLEDGED, card.acknowledged_by, ""),
        (card.explained_at, CardState.EXPLAINED, card.explained_by, card.explanation or ""),
        (card.appealed_at, CardState.APPEALED, card.appealed_by, f"{ground} {card.appeal_text or ''}".strip()),
        (card.decided_at, card.outcome, card.decided_by, card.decision_reason or ""),
        (closed_at, CardState.CLOSED, None, ""),
    )
    return [
        {
            "at": reader.showing.at(at),
            "what": words.text(f"pages.card_state.{state}"),
            "who": reader.actor(who),
            "note": note,
        }
        for at, state, who, note in entries
        if at is not None
    ]
