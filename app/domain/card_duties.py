"""Whose card it is: who answers it, who appeals, who may not take it back, and whom it is told (time-limits section 6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.authority import HANDLING, Person
from app.domain.card_life import CardFacts
from app.domain.errors import Forbidden
from app.domain.loaded_case import HandledStep, TaskFacts
from app.domain.vocabulary import CardState, Role

# Who staffs the duty desk (值班岗) of a unit: its duty officers, where it has none its head.
DESK = (Role.DUTY_OFFICER, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOf:
    """Who hears of a card besides its handler: roles in its department, and the supervision office of its county."""

    roles: tuple[Role, ...]
    supervision_office: bool = False


TOLD_OF = {
    "card_yellow": ToldOf(roles=(Role.DECIDER,)),
    "card_red": ToldOf(roles=(Role.DECIDER, Role.UNIT_HEAD)),
    "card_overdue": ToldOf(roles=(Role.DECIDER, Role.UNIT_HEAD), supervision_office=True),
    "card_abnormal": ToldOf(roles=(Role.UNIT_HEAD,)),
    "deemed_accepted": ToldOf(roles=(Role.UNIT_HEAD,)),
}


def handler_of(
    tasks: Iterable[TaskFacts], handled: Iterable[HandledStep], *, department_id: int, engine_task: str | None = None
) -> int | None:
    """Return the staff id a card of a department counts for, None when it counts for the unit and goes to its desk.

    engine_task: the step a step's own card is about. While tasks are open it is who has claimed one; one that nobody
    has claimed is nobody's fault. While none is open it is who handled the case last in this department.
    """
    waiting = [
        task
        for task in tasks
        if task.department_id == department_id
        and task.role != Role.APPLICANT
        and engine_task in (None, task.engine_task)
    ]
    if waiting:
        return next((task.assignee_id for task in waiting if task.assignee_id is not None), None)
    steps = [step for step in handled if step.department_id == department_id]
    last = max(steps, key=lambda step: (step.closed_at, step.element), default=None)
    return last.completed_by if last else None


def is_answered_by(person: Person, card: CardFacts) -> bool:
    """Say whether the person answers the card: its handler, or the desk of the unit it counts for."""
    if card.handler_id is not None:
        return person.staff_id == card.handler_id
    return _holds(person, card.department_id, DESK)


def require_answerer(person: Person, card: CardFacts) -> None:
    """Raise Forbidden `card_of_another` unless the card is the person's to answer."""
    if not is_answered_by(person, card):
        raise Forbidden("card_of_another", card=card.supervision_no or str(card.id))


def may_appeal(person: Person, card: CardFacts) -> bool:
    """Say whether the person heads the unit of the card."""
    return _holds(person, card.department_id, (Role.UNIT_HEAD,))


def caused(person: Person, card: CardFacts) -> bool:
    """Say whether the person caused the card: its handler; of a card that counts for the unit, all who handle there."""
    if card.handler_id is not None:
        return person.staff_id == card.handler_id
    return _holds(person, card.department_id, HANDLING)


def require_uninvolved(person: Person, card: CardFacts) -> None:
    """Raise Forbidden `card_not_yours` when somebody would take back a card they caused or appealed against."""
    if caused(person, card) or card.appealed_by == f"staff:{person.staff_id}":
        raise Forbidden("card_not_yours", card=card.supervision_no or str(card.id))


def _holds(person: Person, department_id: int, roles: Iterable[str]) -> bool:
    return any(place.department_id == department_id and place.role in set(roles) for place in person.memberships)


def acts_open_to(person: Person, card: CardFacts) -> tuple[str, ...]:
    """Return what a person who sees a card may do with it now: acknowledge, explain, appeal, decide, cancel."""
    watches = person.has_role(Role.SUPERVISOR) and not caused(person, card)
    is_uninvolved = watches and card.appealed_by != f"staff:{person.staff_id}"
    open_acts = {
        "acknowledge": card.state == CardState.ISSUED and is_answered_by(person, card),
        "explain": card.state == CardState.ACKNOWLEDGED and is_answered_by(person, card),
        "appeal": card.state == CardState.EXPLAINED and may_appeal(person, card),
        "decide": card.state == CardState.APPEALED and is_uninvolved,
        "cancel": card.state not in (CardState.APPEALED, CardState.REVOKED) and is_uninvolved,
    }
    return tuple(act for act, is_open in open_acts.items() if is_open)
