"""Firing one deadline (触发到期事项): warn, or let the diagram go on. Each stage fires once, in its own savepoint."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.actor import system_actor
from app.domain.change_set import CardRow, DeadlineChange
from app.domain.loaded_case import DeadlineFacts
from app.domain.moves import FireDeadline
from app.domain.service_record import FALLBACKS
from app.domain.vocabulary import DeadlineState, Lane, Role, Stage
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import DEEMED, STEP, SUSPENSION_OVERRUN, UNSERVED
from app.runtime.decide_change import decide_change
from app.runtime.deemed_facts import blocking_guards
from app.runtime.notices import tell_role

COLOURS = {Stage.YELLOW: "yellow", Stage.RED: "red", Stage.DUE: "overdue"}
CARDED_CLOCKS = ("promised", "statutory", "filing", "notice5", "bundle_promised")
TOLD = {
    Stage.YELLOW: (Role.REVIEWER, Role.DECIDER),
    Stage.RED: (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD),
    Stage.DUE: (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD, Role.SUPERVISOR),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What firing a deadline led to. outcome: warned, moved or blocked."""

    deadline_id: int
    name: str
    stage: int
    outcome: str


def fire(work: Casework, deadline: DeadlineFacts) -> Fired:
    """Fire the stage of `deadline` that has come; the change of its own row is part of the ChangeSet.

    The legal instant stays the due instant; the audit entry names it beside the real one (architecture.md, Time).
    """
    work.actor = system_actor("deadline")
    stage = Stage(deadline.stage)
    if deadline.lane == Lane.NOTICE:
        _warn(work, deadline)
        work.finish()
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="warned")
    if deadline.name == DEEMED:
        guards = blocking_guards(work)
        if guards:
            _block(work, deadline, guards)
            work.finish()
            return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="blocked")
    _move(work, deadline)
    return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="moved")


def _move(work: Casework, deadline: DeadlineFacts) -> None:
    assert deadline.engine_task is not None
    assert deadline.element is not None
    work.fired_deadline_id = deadline.id
    effective_at = deadline.due_at.isoformat() if deadline.due_at else None
    work.record(
        "deadline_fired",
        {"name": deadline.name, "element": deadline.element, "effective_at": effective_at},
    )
    work.changes.deadlines_changed.append(_after(deadline, state=DeadlineState.FIRED))
    decide_change(work, FireDeadline(task_id=deadline.engine_task, key=deadline.element))


def _warn(work: Casework, deadline: DeadlineFacts) -> None:
    """Issue the cards of every stage that lies behind now; the worst one is told (time-limits.md section 6)."""
    passed = [stage for stage in Stage if stage >= deadline.stage and _has_passed(deadline, stage, work.now)]
    is_wait = deadline.engine_task is not None and deadline.name != STEP
    if is_wait:
        passed = [stage for stage in passed if stage != Stage.DUE]
    is_instant = deadline.started_at is not None and work.clock(deadline.name).is_on_the_spot
    for stage in passed:
        is_carded = deadline.name in CARDED_CLOCKS or deadline.name == STEP
        if is_carded and (stage == Stage.DUE or not is_instant):
            _issue_card(work, deadline, stage)
    worst = passed[-1] if passed else Stage(deadline.stage)
    if passed:
        _tell(work, deadline, worst)
    following = next((stage for stage in Stage if stage > worst and _instant(deadline, stage)), None)
    work.changes.deadlines_changed.append(_next_stage(deadline, following, is_wait=is_wait))


def _issue_card(work: Casework, deadline: DeadlineFacts, stage: Stage) -> None:
    element = deadline.element if deadline.name == STEP and deadline.element else ""
    work.changes.cards.append(
        CardRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            clock=deadline.name,
            element=element,
            colour=COLOURS[stage],
            cause="step_overtime" if deadline.name == STEP else "limit",
            state="issued",
            issued_at=work.now,
            county=work.case.county,
            department_id=work.case.department_id,
            facts="{}",
        )
    )
    work.record(
        "card_issued",
        {"clock": deadline.name, "colour": COLOURS[stage], "effective_at": _text(_instant(deadline, stage))},
    )


def _tell(work: Casework, deadline: DeadlineFacts, stage: Stage) -> None:
    if deadline.name == SUSPENSION_OVERRUN:
        _tell_overrun(work, deadline)
        return
    if deadline.name == UNSERVED:
        _tell_unserved(work, deadline)
        return
    colour = COLOURS[stage]
    for role in TOLD[stage]:
        tell_role(
            work,
            role,
            f"card_{colour}",
            {"clock": deadline.name, "due_at": _text(deadline.due_at)},
            key=f"card:{work.case.id}:{deadline.name}:{deadline.element or ''}:{colour}",
        )


def _tell_overrun(work: Casework, deadline: DeadlineFacts) -> None:
    """The expected days of a special procedure have passed and it is still open; its clock stays paused."""
    work.record("suspension_overrun", {"suspension_id": deadline.element, "due_at": _text(deadline.due_at)})
    for role in (Role.UNIT_HEAD, Role.SUPERVISOR):
        tell_role(
            work,
            role,
            "suspension_overrun",
            {"due_at": _text(deadline.due_at)},
            key=f"suspension-overrun:{deadline.id}",
        )


def _tell_unserved(work: Casework, deadline: DeadlineFacts) -> None:
    """A document was sent and nobody can prove its service: the period stands still, another way is asked for (K23)."""
    row = next((row for row in work.loaded.services if str(row.id) == deadline.element), None)
    channel = FALLBACKS.get(row.channel, row.channel) if row else ""
    work.record("document_unserved", {"service": deadline.element, "ask_for": channel})
    for department_id in {work.case.intake_department_id, work.case.department_id}:
        tell_role(
            work,
            Role.WINDOW_CLERK,
            "document_unserved",
            {"due_at": _text(deadline.due_at), "channel": channel},
            key=f"unserved:{deadline.id}:{department_id}",
            department_id=department_id,
        )


def _block(work: Casework, deadline: DeadlineFacts, guards: tuple[str, ...]) -> None:
    """A guard is false: nothing is approved, the reasons are stored, and people are told (time-limits section 8)."""
    work.record("deemed_blocked", {"guards": list(guards), "due_at": _text(deadline.due_at)})
    work.changes.deadlines_changed.append(_after(deadline, state=DeadlineState.BLOCKED, last_error=", ".join(guards)))
    for role in (Role.UNIT_HEAD, Role.SUPERVISOR):
        tell_role(
            work,
            role,
            "deemed_blocked",
            {"guards": list(guards), "due_at": _text(deadline.due_at)},
            key=f"deemed-blocked:{deadline.id}:{work.last_seq}",
        )


def _after(deadline: DeadlineFacts, *, state: DeadlineState, last_error: str | None = None) -> DeadlineChange:
    return DeadlineChange(
        id=deadline.id,
        due_at=deadline.due_at,
        yellow_at=deadline.yellow_at,
        red_at=deadline.red_at,
        is_provisional=deadline.is_provisional,
        calendar_id=deadline.calendar_id,
        element=deadline.element,
        engine_task=deadline.engine_task,
        stage=deadline.stage,
        lane=deadline.lane,
        fire_at=None if state == DeadlineState.BLOCKED else deadline.fire_at,
        state=state,
        last_error=last_error,
    )


def _next_stage(deadline: DeadlineFacts, following: Stage | None, *, is_wait: bool) -> DeadlineChange:
    is_last = following is None
    stage = Stage.DUE if following is None else following
    return DeadlineChange(
        id=deadline.id,
        due_at=deadline.due_at,
        yellow_at=deadline.yellow_at,
        red_at=deadline.red_at,
        is_provisional=deadline.is_provisional,
        calendar_id=deadline.calendar_id,
        element=deadline.element,
        engine_task=deadline.engine_task,
        stage=stage,
        lane=Lane.MOVE if is_wait and stage == Stage.DUE else Lane.NOTICE,
        fire_at=_instant(deadline, stage),
        state=DeadlineState.FIRED if is_last else DeadlineState.ARMED,
    )


def _has_passed(deadline: DeadlineFacts, stage: Stage, now: datetime) -> bool:
    at = _instant(deadline, stage)
    return at is not None and now > at


def _instant(deadline: DeadlineFacts, stage: Stage) -> datetime | None:
    return {Stage.YELLOW: deadline.yellow_at, Stage.RED: deadline.red_at, Stage.DUE: deadline.due_at}[stage]


def _text(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""
