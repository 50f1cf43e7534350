"""Firing one deadline (触发到期事项): warn, or let the diagram go on. Each stage fires once, in its own savepoint."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.actor import system_actor
from app.domain.calendar import to_local, to_utc
from app.domain.change_set import CardRow, DeadlineChange
from app.domain.deadline_instants import DEEMED_WARNING, HOLD, fire_at
from app.domain.deemed import may_fire
from app.domain.errors import RuleViolation
from app.domain.loaded_case import DeadlineFacts
from app.domain.moves import FireDeadline
from app.domain.service_record import FALLBACKS
from app.domain.vocabulary import ClockName, DeadlineState, Lane, Role, Stage
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import DEEMED, STEP, SUSPENSION_OVERRUN, UNSERVED
from app.runtime.decide_change import decide_change
from app.runtime.deemed_facts import blocking_guards
from app.runtime.holds import run_out
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
    """What firing a deadline led to. outcome: warned, moved, blocked or released."""

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
    if deadline.name == HOLD:
        _release(work, deadline)
        return Fired(deadline_id=deadline.id, name=deadline.name, stage=stage, outcome="released")
    if deadline.name == DEEMED:
        _refuse_early(work, deadline)
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


def _refuse_early(work: Casework, deadline: DeadlineFacts) -> None:
    """An approval that fires before its settle time is over would be unlawful, whatever put its row into the batch."""
    if deadline.due_at is None or not may_fire(work.now, deadline.due_at, work.published.time_rules.deemed):
        raise RuleViolation("deemed_early", due_at=_text(deadline.due_at))


def _release(work: Casework, deadline: DeadlineFacts) -> None:
    """A hold ran out: the diagram stands still, but the approval it held back is armed again or blocked."""
    work.fired_deadline_id = deadline.id
    work.changes.deadlines_changed.append(_after(deadline, state=DeadlineState.FIRED))
    run_out(work)
    work.finish()


def _warn(work: Casework, deadline: DeadlineFacts) -> None:
    """Issue the cards of every stage that lies behind now; the worst one is told (time-limits.md section 6)."""
    if _is_filing_told(deadline):
        _repeat_filing(work, deadline)
        return
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
    if deadline.name == ClockName.FILING and worst == Stage.DUE:
        _repeat_filing(work, deadline)
        return
    following = next((stage for stage in Stage if stage > worst and _instant(deadline, stage)), None)
    change = _next_stage(work, deadline, following, is_wait=is_wait)
    if deadline.name == DEEMED_WARNING and following is None:
        change = replace(change, element=_text(work.clock(ClockName.PROMISED).due_at))
    work.changes.deadlines_changed.append(change)


def _is_filing_told(deadline: DeadlineFacts) -> bool:
    """The card of an overdue filing was issued at its due instant; a row that failed then was put off, not told."""
    if deadline.name != ClockName.FILING or deadline.stage != Stage.DUE or deadline.attempts:
        return False
    return deadline.due_at is not None and deadline.fire_at is not None and deadline.fire_at > deadline.due_at


def _repeat_filing(work: Casework, deadline: DeadlineFacts) -> None:
    """Tell the head of the unit each working day, at its close, that the result is still not filed (section 8)."""
    calendar, today = work.published.calendar_of(work.case.department_id), to_local(work.now).date()
    due_at = _text(deadline.due_at)
    for role in (Role.UNIT_HEAD, Role.SUPERVISOR):
        tell_role(work, role, "filing_overdue", {"due_at": due_at}, key=f"filing-overdue:{deadline.id}:{today}")
    again = calendar.close_of(calendar.next_working(today + timedelta(days=1)))
    work.changes.deadlines_changed.append(
        replace(_after(deadline, state=DeadlineState.ARMED), stage=Stage.DUE, fire_at=to_utc(again))
    )


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
    if deadline.name == DEEMED_WARNING:
        _warn_of_approval(work, stage)
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


def _warn_of_approval(work: Casework, stage: Stage) -> None:
    """Say that the case will be approved by default, or which guard is false already (time-limits section 8)."""
    guards, due_at = blocking_guards(work), _text(work.clock(ClockName.PROMISED).due_at)
    for role in (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD):
        key = f"deemed-warning:{work.case.id}:{stage}:{due_at}"
        if guards:
            tell_role(work, role, "deemed_warning_blocked", {"due_at": due_at, "guards": list(guards)}, key=key)
        else:
            tell_role(work, role, "deemed_warning", {"due_at": due_at}, key=key)


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


def _next_stage(work: Casework, deadline: DeadlineFacts, following: Stage | None, *, is_wait: bool) -> DeadlineChange:
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
        fire_at=fire_at(deadline.name, _instant(deadline, stage), stage, rules=work.published.time_rules.deemed),
        state=DeadlineState.FIRED if is_last else DeadlineState.ARMED,
    )


def _has_passed(deadline: DeadlineFacts, stage: Stage, now: datetime) -> bool:
    at = _instant(deadline, stage)
    return at is not None and now > at


def _instant(deadline: DeadlineFacts, stage: Stage) -> datetime | None:
    return {Stage.YELLOW: deadline.yellow_at, Stage.RED: deadline.red_at, Stage.DUE: deadline.due_at}[stage]


def _text(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""
