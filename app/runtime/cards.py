"""Warning cards (红黄牌) of a case in hand: issued once, answered in time, closed with the case, revoked in a batch."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from app.domain.card_duties import handler_of
from app.domain.card_life import UNANSWERED, CardFacts, close, due_within, revoke, supervision_no
from app.domain.cards import CardRuleSet
from app.domain.change_rows.cards import CardChange, CardRow
from app.domain.change_set import DeadlineRow
from app.domain.errors import NotFound
from app.domain.limit import NamedLimit, TimeLimit, parse_limit
from app.domain.loaded_case import DeadlineFacts
from app.domain.vocabulary import CardCause, CardColour, CardState, CaseKind, ClockName, DeadlineState, Lane, Stage
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import CARD_ANSWER, CARD_APPEAL, CARD_DECISION, STEP
from app.runtime.changes.instants import instants_of

ABNORMAL_RULE = "ABNORMAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSubject:
    """What a card is about.

    element, engine_task: of the step a step's own card is about. due_at: of the limit; effective_at: when the card fell
    due by law, its issue may be later. content: what was wrong, where a person says it.
    """

    clock: str
    colour: CardColour
    cause: CardCause
    department_id: int
    element: str = ""
    engine_task: str | None = None
    due_at: datetime | None = None
    effective_at: datetime | None = None
    content: str = ""


def issue_card(work: Casework, subject: CardSubject) -> CardRow | None:
    """Issue a card and arm the time to answer it; None when this one was issued before, which is not repeated."""
    if _is_issued(work, subject):
        return None
    card_id, department_id = work.ports.next_id(), subject.department_id
    row = CardRow(
        id=card_id,
        case_id=work.case.id,
        supervision_no=supervision_no(card_id, work.case.county or f"{work.case.prefecture}00"),
        rule_no=_rule_no(work, subject.cause),
        clock=subject.clock,
        element=subject.element,
        colour=subject.colour.value,
        cause=subject.cause.value,
        state=CardState.ISSUED.value,
        issued_at=work.now,
        state_at=work.now,
        due_at=subject.due_at,
        county=work.case.county,
        department_id=department_id,
        handler_id=handler_of(
            work.loaded.tasks, work.loaded.handled, department_id=department_id, engine_task=subject.engine_task
        ),
        raised_by=work.actor.code,
        facts=_facts(work, subject),
    )
    work.changes.cards.append(row)
    told = {"card": row.supervision_no, "clock": row.clock, "colour": row.colour, "cause": row.cause}
    work.record("card_issued", {**told, "effective_at": _text(subject.effective_at or subject.due_at or work.now)})
    arm_card_deadline(work, CARD_ANSWER, row.id)
    return row


def card_of(work: Casework, card_id: int) -> CardFacts:
    """Return a card of the case. Raises NotFound `card_unknown`."""
    found = next((card for card in work.loaded.cards if card.id == card_id), None)
    if found is None:
        raise NotFound("card_unknown", card=str(card_id))
    return found


def change_card(work: Casework, card: CardFacts, change: CardChange, kind: str, **facts: object) -> None:
    """Write what an act did to a card, with its audit entry; the time to answer ends with the answer."""
    work.changes.cards_changed.append(change)
    work.record(kind, {"card": card.supervision_no or str(card.id), "colour": card.colour, **facts})
    if change.state not in UNANSWERED:
        _disarm(work, CARD_ANSWER, card.id)
    if change.state != CardState.APPEALED:
        _disarm(work, CARD_DECISION, card.id)


def close_cards(work: Casework) -> None:
    """Close the cards of a case that ends. Their time to answer ends with the other deadlines of the case."""
    changes = [change for card in work.loaded.cards if (change := close(card, now=work.now)) is not None]
    work.changes.cards_changed.extend(changes)
    if changes:
        work.record("cards_closed", {"count": len(changes)})


def revoke_cards_due_within(work: Casework, *, began_at: datetime, ended_at: datetime, reason: str) -> int:
    """Revoke the cards whose due instant lies inside a closure (force majeure); returns how many.

    Source: time-limits.md section 1 rule 10.
    """
    cards = due_within(work.loaded.cards, began_at, ended_at)
    for card in cards:
        change = revoke(card, reason=reason, by=work.actor.code, now=work.now)
        change_card(work, card, change, "card_revoked", reason=reason)
    return len(cards)


def arm_card_deadline(work: Casework, name: str, card_id: int) -> None:
    """Arm the time to answer a card or to decide its appeal; its passing is told, it moves nothing."""
    rules = work.published.time_rules
    instants = instants_of(work, parse_limit(rules.limit_text(name)), started_at=work.now)
    work.changes.deadlines_armed.append(
        DeadlineRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            name=name,
            clock=None,
            element=str(card_id),
            engine_task=None,
            expression=rules.limit_text(name),
            limit_amount=instants.limit_amount,
            limit_unit=instants.limit_unit,
            calendar_id=instants.calendar_id,
            started_at=work.now,
            due_at=instants.due_at,
            yellow_at=None,
            red_at=None,
            is_provisional=instants.is_provisional,
            stage=Stage.DUE,
            lane=Lane.NOTICE,
            fire_at=instants.due_at,
            state=DeadlineState.ARMED,
        )
    )


def rule_set_of(work: Casework) -> CardRuleSet:
    """Return the rule set of the matter, the installation's own where it names none."""
    offering = work.loaded.offering
    return work.published.time_rules.rule_set(offering.card_rule_set if offering else None)


def responsible_department(work: Casework, deadline: DeadlineFacts) -> int:
    """Return the department a limit binds: that of its task, else the office in charge of that part of the case.

    Before acceptance and at the delivery that is the office that took the case in, between them the owner.
    """
    if deadline.engine_task is not None:
        found = next((task for task in work.loaded.tasks if task.engine_task == deadline.engine_task), None)
        if found is not None:
            return found.department_id
    if deadline.name in (ClockName.NOTICE5, ClockName.DELIVERY) and work.case.kind != CaseKind.MEMBER:
        return work.case.intake_department_id
    return work.case.department_id


def limit_behind(work: Casework, deadline: DeadlineFacts) -> TimeLimit | None:
    """Return the limit a deadline row stands for, with the extensions of its clock; None when it has no amount."""
    if deadline.name != STEP:
        return work.clock(deadline.name).limit
    expression = parse_limit(deadline.expression)
    if isinstance(expression, NamedLimit):
        return expression.offset or work.clock(expression.clock).limit
    return expression if isinstance(expression, TimeLimit) else None


def appeal_until(work: Casework, card: CardFacts) -> datetime:
    """Return the last instant of the time to appeal, counted from the explanation."""
    limit = parse_limit(work.published.time_rules.limit_text(CARD_APPEAL))
    until = instants_of(work, limit, started_at=card.explained_at or card.issued_at).due_at
    assert until is not None
    return until


def _is_issued(work: Casework, subject: CardSubject) -> bool:
    key = (subject.clock, subject.element, subject.colour.value)
    cards: tuple[CardFacts | CardRow, ...] = (*work.loaded.cards, *work.changes.cards)
    return any((card.clock, card.element, card.colour) == key for card in cards if card.case_id == work.case.id)


def _rule_no(work: Casework, cause: CardCause) -> str:
    """Return the rule a card follows: its rule set, or that for breaches of procedure."""
    return rule_set_of(work).code if cause in (CardCause.LIMIT, CardCause.STEP_OVERTIME) else ABNORMAL_RULE


def _facts(work: Casework, subject: CardSubject) -> str:
    offering = work.loaded.offering
    facts = {"item_type": offering.item_type if offering else "", "effective_at": _text(subject.effective_at)}
    if subject.content:
        facts["content"] = subject.content
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()


def _disarm(work: Casework, name: str, card_id: int) -> None:
    for row in work.loaded.deadlines:
        if row.name == name and row.element == str(card_id) and row.state == DeadlineState.ARMED:
            work.changes.deadlines_disarmed.append(row.id)


def _text(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""
