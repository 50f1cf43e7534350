"""The life of a warning card (红黄牌): acknowledged, explained, appealed, decided, revoked, closed.

Pure: a card as it was read and an act give what is to be written, or the act is refused. Source: time-limits.md
section 6; fields of GB/T 39046-2020 table 11.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from app.domain.change_rows.cards import CardChange
from app.domain.errors import Conflict, RuleViolation
from app.domain.vocabulary import AppealGround, CardColour, CardState

# Warning type (预警类型) of GB/T 39046-2020 table 11: one digit.
WARNING_TYPES = {
    CardColour.YELLOW.value: "1",
    CardColour.RED.value: "2",
    CardColour.OVERDUE.value: "3",
    CardColour.ABNORMAL.value: "4",
}
# What follows which state. A card that was revoked stays so; every other one may be revoked at any time.
FOLLOWING = {
    CardState.ISSUED: (CardState.ACKNOWLEDGED, CardState.REVOKED, CardState.CLOSED),
    CardState.ACKNOWLEDGED: (CardState.EXPLAINED, CardState.REVOKED, CardState.CLOSED),
    CardState.EXPLAINED: (CardState.APPEALED, CardState.REVOKED, CardState.CLOSED),
    CardState.APPEALED: (CardState.UPHELD, CardState.REVOKED),
    CardState.UPHELD: (CardState.REVOKED, CardState.CLOSED),
    CardState.CLOSED: (CardState.REVOKED,),
    CardState.REVOKED: (),
}
UNANSWERED = (CardState.ISSUED, CardState.ACKNOWLEDGED)
LONGEST_TEXT = 1000
# An id carries the number of its region above 53 bits; twelve digits of what lies below stand for a thousand years.
RUNNING_NUMBER = (1 << 53) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """A card row as it was read. `*_by` are actor codes; state_at is empty for cards of an older release."""

    id: int
    case_id: int
    supervision_no: str | None
    clock: str
    element: str
    colour: str
    cause: str
    state: str
    issued_at: datetime
    due_at: datetime | None
    department_id: int
    handler_id: int | None
    raised_by: str
    version: int
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    explained_by: str | None
    explained_at: datetime | None
    explanation: str | None
    appealed_by: str | None
    appealed_at: datetime | None
    appeal_ground: str | None
    appeal_text: str | None
    outcome: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


def supervision_no(card_id: int, county: str) -> str:
    """Return the number of a card (监察编号): JC, six digits of the county, twelve of the region's running number.

    The running number is that of the row, out of the sequence of its region: a counter of cards alone would be one row
    every timer worker waits for. Twenty characters, as GB/T 39046-2020 table 11 allows.
    """
    return f"JC{county:0<6.6}{card_id & RUNNING_NUMBER:012d}"


def acknowledge(card: CardFacts, *, by: str, now: datetime) -> CardChange:
    """Note that the handler has seen the card (签收). Raises Conflict `card_state` unless it was only issued."""
    return _moved(card, CardState.ACKNOWLEDGED, now, acknowledged_by=by, acknowledged_at=now)


def explain(card: CardFacts, *, text: str, by: str, now: datetime) -> CardChange:
    """Take the handler's explanation (说明) of an acknowledged card.

    Late ones are taken too: that they are late is told when the time to answer passes. Raises Conflict `card_state`,
    RuleViolation `card_text_missing`.
    """
    return _moved(card, CardState.EXPLAINED, now, explained_by=by, explained_at=now, explanation=_said(text))


def appeal(card: CardFacts, *, ground: str, text: str, by: str, now: datetime, until: datetime) -> CardChange:
    """Take the appeal (申诉) of the unit head against an explained card.

    until: the last instant of the time to appeal, inclusive. Raises Conflict `card_state`, RuleViolation
    `card_appeal_ground` for one outside the closed list, `card_appeal_late`, `card_text_missing`.
    """
    _require(card, CardState.APPEALED)
    if ground not in set(AppealGround):
        raise RuleViolation("card_appeal_ground", ground=ground)
    if now > until:
        raise RuleViolation("card_appeal_late", due_at=until.isoformat())
    told = _said(text)
    return _moved(
        card, CardState.APPEALED, now, appealed_by=by, appealed_at=now, appeal_ground=ground, appeal_text=told
    )


def uphold(card: CardFacts, *, reason: str, by: str, now: datetime) -> CardChange:
    """Refuse an appeal (维持). Raises Conflict `card_state` without one, RuleViolation `card_text_missing`."""
    told = _said(reason)
    return _moved(
        card,
        CardState.UPHELD,
        now,
        outcome=CardState.UPHELD.value,
        decided_by=by,
        decided_at=now,
        decision_reason=told,
    )


def revoke(card: CardFacts, *, reason: str, by: str, now: datetime) -> CardChange:
    """Take a card back (撤销), at any time. It stays visible and leaves the scores.

    Raises Conflict `card_state` for one that is revoked already, RuleViolation `card_text_missing` without a reason.
    """
    _require(card, CardState.REVOKED)
    told = _said(reason)
    return _moved(
        card,
        CardState.REVOKED,
        now,
        outcome=CardState.REVOKED.value,
        decided_by=by,
        decided_at=now,
        decision_reason=told,
    )


def close(card: CardFacts, *, now: datetime) -> CardChange | None:
    """Close a card with its case; None for one that is revoked, closed, or whose appeal still waits for its answer."""
    if CardState.CLOSED not in FOLLOWING[CardState(card.state)]:
        return None
    return _moved(card, CardState.CLOSED, now)


def due_within(cards: Collection[CardFacts], began_at: datetime, ended_at: datetime) -> tuple[CardFacts, ...]:
    """Return the cards whose due instant lies inside a closure and that may still be revoked (time-limits section 1)."""
    return tuple(
        card
        for card in cards
        if card.due_at is not None
        and began_at <= card.due_at <= ended_at
        and CardState.REVOKED in FOLLOWING[CardState(card.state)]
    )


def _require(card: CardFacts, state: CardState) -> None:
    if state not in FOLLOWING[CardState(card.state)]:
        raise Conflict("card_state", state=card.state, wanted=state.value)


def _said(text: str) -> str:
    told = text.strip()
    if not told or len(told) > LONGEST_TEXT:
        raise RuleViolation("card_text_missing", most=LONGEST_TEXT)
    return told


def _moved(card: CardFacts, state: CardState, now: datetime, **written: str | datetime) -> CardChange:
    _require(card, state)
    kept = {field.name: getattr(card, field.name) for field in fields(CardChange) if field.name != "state_at"}
    return CardChange(**{**kept, "state": state.value, "state_at": now, **written})
