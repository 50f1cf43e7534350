"""Firing one deadline (触发到期事项): warn, or let the diagram go on. Each stage fires once, in its own savepoint."""

from dataclasses import dataclass

from app.domain.actor import system_actor
from app.domain.deadline_instants import BY_DEFAULT, HOLD, OPERATION
from app.domain.deemed import may_fire
from app.domain.errors import RuleViolation
from app.domain.loaded_case import DeadlineFacts
from app.domain.moves import FireDeadline
from app.domain.renewal import blocking
from app.domain.vocabulary import CardCause, CardColour, ClockName, DeadlineState, Lane, Role, Stage
from app.runtime.cards import CardSubject, issue_card
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import DEEMED
from app.runtime.changes.joint_clocks import BUNDLE_CLOCKS
from app.runtime.deadline_row import row_after, text_of
from app.runtime.decide_change import decide_change, go_on
from app.runtime.deemed_facts import blocking_guards
from app.runtime.holds import run_out
from app.runtime.joining import join_closed
from app.runtime.notices import tell_card, tell_role, tell_supervision_office
from app.runtime.realign import realign
from app.runtime.renewal import block_renewal
from app.runtime.renewal_facts import renewal_guards_of
from app.runtime.warn import issue_cards_behind, warn

ACTOR = "deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What firing a deadline led to. outcome: warned, moved, blocked, released, or followed: no longer due."""

    deadline_id: int
    name: str
    stage: int
    outcome: str


def fire(work: Casework, deadline: DeadlineFacts) -> Fired:
    """Fire the stage of `deadline` that has come; the change of its own row is part of the ChangeSet.

    The legal instant stays the due instant; the audit entry names it beside the real one (architecture.md, Time).
    """
    work.actor = system_actor(ACTOR)
    stage = Stage(deadline.stage)
    if deadline.clock in BUNDLE_CLOCKS and _has_followed(work, deadline):
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="followed")
    if deadline.lane == Lane.NOTICE:
        warn(work, deadline)
        work.finish()
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="warned")
    if deadline.name == HOLD:
        _release(work, deadline)
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="released")
    if deadline.name == OPERATION:
        _operate(work, deadline)
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="moved")
    if deadline.name in BY_DEFAULT and _is_blocked(work, deadline):
        work.finish()
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="blocked")
    _move(work, deadline)
    return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="moved")


def _is_blocked(work: Casework, deadline: DeadlineFacts) -> bool:
    """Ask the guards of an approval or a renewal by default; where one is false the row is blocked instead."""
    _refuse_early(work, deadline)
    if deadline.name == DEEMED:
        guards = blocking_guards(work)
        if guards:
            _block(work, deadline, guards)
        return bool(guards)
    guards = blocking(renewal_guards_of(work))
    if guards:
        block_renewal(work, deadline, guards)
    return bool(guards)


def _has_followed(work: Casework, deadline: DeadlineFacts) -> bool:
    """Let a joint case take in what its members did, whose messages may be on their way; say whether this row waits.

    After a join it does, whatever became of it: what is due still comes with the next tick. Nothing else is done then.
    """
    if join_closed(work):
        return True
    work.actor = system_actor(ACTOR)
    realign(work)
    has_followed = bool(work.changes.ledger) or any(row.id == deadline.id for row in work.changes.deadlines_changed)
    if has_followed:
        work.finish()
    return has_followed


def _move(work: Casework, deadline: DeadlineFacts) -> None:
    assert deadline.engine_task is not None
    assert deadline.element is not None
    work.fired_deadline_id = deadline.id
    effective_at = deadline.due_at.isoformat() if deadline.due_at else None
    work.record(
        "deadline_fired",
        {"name": deadline.name, "element": deadline.element, "effective_at": effective_at},
    )
    work.changes.deadlines_changed.append(row_after(deadline, state=DeadlineState.FIRED))
    issue_cards_behind(work)
    decide_change(work, FireDeadline(task_id=deadline.engine_task, key=deadline.element))


def _refuse_early(work: Casework, deadline: DeadlineFacts) -> None:
    """An approval that fires before its settle time is over would be unlawful, whatever put its row into the batch."""
    if deadline.due_at is None or not may_fire(work.now, deadline.due_at, work.published.time_rules.deemed):
        raise RuleViolation("deemed_early", due_at=text_of(deadline.due_at))


def _release(work: Casework, deadline: DeadlineFacts) -> None:
    """A hold ran out: the diagram stands still, but the approval it held back is armed again or blocked."""
    work.fired_deadline_id = deadline.id
    work.changes.deadlines_changed.append(row_after(deadline, state=DeadlineState.FIRED))
    run_out(work)
    work.finish()


def _operate(work: Casework, deadline: DeadlineFacts) -> None:
    """Try a host operation again that failed; with it done the diagram goes on from there."""
    work.fired_deadline_id = deadline.id
    work.record("operation_retried", {"element": deadline.element, "attempts": deadline.attempts + 1})
    work.changes.deadlines_changed.append(row_after(deadline, state=DeadlineState.FIRED))
    work.completed_element = deadline.expression if deadline.expression != OPERATION else None
    go_on(work)


def _block(work: Casework, deadline: DeadlineFacts, guards: tuple[str, ...]) -> None:
    """A guard is false: nothing is approved, the reasons are stored, and people are told (time-limits section 8)."""
    work.record("deemed_blocked", {"guards": list(guards), "due_at": text_of(deadline.due_at)})
    work.changes.deadlines_changed.append(
        row_after(deadline, state=DeadlineState.BLOCKED, last_error=", ".join(guards))
    )
    if CardCause.NEVER_REVIEWED in guards:
        _card_never_reviewed(work, deadline)
    facts = {"guards": list(guards), "due_at": text_of(deadline.due_at)}
    key = f"deemed-blocked:{deadline.id}:{work.last_seq}"
    tell_role(work, Role.UNIT_HEAD, "deemed_blocked", facts, key=key)
    tell_supervision_office(work, "deemed_blocked", facts, key=key)


def _card_never_reviewed(work: Casework, deadline: DeadlineFacts) -> None:
    subject = CardSubject(
        clock=ClockName.PROMISED,
        colour=CardColour.ABNORMAL,
        cause=CardCause.NEVER_REVIEWED,
        department_id=work.case.department_id,
        due_at=deadline.due_at,
    )
    card = issue_card(work, subject)
    if card is not None:
        tell_card(work, card, "card_abnormal")
