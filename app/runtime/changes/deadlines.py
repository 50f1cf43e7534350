"""Deadlines: one row for each running clock and for each wait or step limit, always derived from the ledger.

A wait whose limit is nothing but a clock (`notice5`) shares the row of that clock. `deemed` is a row of its own beside
`promised`, and exists only where the matter may be deemed. A hold that runs has a row that fires when it runs out.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.case_recount import changed_deadline
from app.domain.change_set import DeadlineChange, DeadlineRow
from app.domain.clock_entry import corrected
from app.domain.deadline_instants import (
    BY_DEFAULT,
    DEEMED_WARNING,
    EXPIRY,
    HOLD,
    OPERATION,
    RENEWAL,
    RENEWAL_WARNING,
    SUSPENSION_OVERRUN,
    UNSERVED,
    DeadlineInstants,
    expiry_of,
    fire_at,
    instants_of_clock,
    instants_of_deemed,
    instants_of_warning,
)
from app.domain.hold import running_hold
from app.domain.limit import TimeLimit, format_limit, parse_limit
from app.domain.loaded_case import DeadlineFacts
from app.domain.renewal import blocking, may_be_renewed_by_law, warnings_before
from app.domain.snapshot import Snapshot
from app.domain.vocabulary import DeadlineState, Lane, LedgerKind, LimitUnit, Stage
from app.runtime.casework import Casework
from app.runtime.changes.deemed_state import state_of_deemed
from app.runtime.changes.instants import bare_clock, instants_of
from app.runtime.deemed_facts import may_be_deemed
from app.runtime.renewal_facts import renewal_guards_of, renewal_rule

DEEMED = "deemed"
STEP = "step"
TIMER = "timer"
CARD_ANSWER, CARD_APPEAL, CARD_DECISION = "card_answer", "card_appeal", "card_decision"
OPEN_STATES = (DeadlineState.ARMED, DeadlineState.PAUSED, DeadlineState.HELD, DeadlineState.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    name: str
    instants: DeadlineInstants
    expression: str
    started_at: datetime | None
    engine_task: str | None = None
    element: str | None = None
    moves_diagram: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """A clock has one row whatever wait shares it; other rows belong to their engine task and element."""
        if self.instants.clock == self.name:
            return self.name, ""
        return self.name, f"{self.engine_task}/{self.element}"


def reconcile_deadlines(work: Casework, snapshot: Snapshot) -> None:
    """Arm what is newly waited for, move what the ledger moved, delete what is waited for no more and never fired.

    A case may come to the same step a thousand times, and each step reads every row it has. An approval or renewal by
    default stays as disarmed, until the closing, because people ask what became of it; what ends with it is ended in the
    same statement. A timer that fired leaves with the next move: the audit chain tells of it.
    """
    rows = {_key(work, row): row for row in work.loaded.deadlines if _is_reconciled(work, row)}
    wanted = {} if work.is_closed else {item.key: item for item in _wanted(work, snapshot, rows)}
    if work.is_closed:
        work.changes.deadlines_deleted.extend(work.loaded.disarmed)
    open_rows = {key: row for key, row in rows.items() if row.state in (*OPEN_STATES, DeadlineState.DEAD)}
    leaving = [row for key, row in open_rows.items() if key not in wanted]
    is_kept = not work.is_closed and any(row.name in BY_DEFAULT for row in leaving)
    (work.changes.deadlines_disarmed if is_kept else work.changes.deadlines_deleted).extend(row.id for row in leaving)
    if not work.is_closed:
        spent = (row for key, row in rows.items() if key not in wanted and row.state == DeadlineState.FIRED)
        work.changes.deadlines_spent.extend(row.id for row in spent if row.name == TIMER)
    for key, item in wanted.items():
        found = rows.get(key)
        if found is None or _is_restated(work, found, item):
            work.changes.deadlines_armed.append(_armed(work, item))
            if found is not None and found.state in (*OPEN_STATES, DeadlineState.DEAD):
                work.changes.deadlines_deleted.append(found.id)
        elif found.state in OPEN_STATES:
            change = _changed(work, found, item)
            if change is not None:
                work.changes.deadlines_changed.append(change)


def _is_reconciled(work: Casework, row: DeadlineFacts) -> bool:
    """Deadlines of cards wait for people and not for the diagram: an answer ends with the case, an appeal outlives it."""
    if row.id == work.fired_deadline_id or row.name in (CARD_DECISION, OPERATION):
        return False
    return row.name != CARD_ANSWER or work.is_closed


def _key(work: Casework, row: DeadlineFacts) -> tuple[str, str]:
    element = work.rehoused.elements.get((row.engine_task or "", row.element or ""), row.element)
    return (row.name, "") if row.clock == row.name else (row.name, f"{row.engine_task}/{element}")


def _is_restated(work: Casework, row: DeadlineFacts, item: _Wanted) -> bool:
    """Say whether a step or timer has another limit now; only a change of the version can do that."""
    is_own = item.name in (STEP, TIMER)
    return is_own and (row.expression != item.expression or (item.engine_task, item.element) in work.rehoused.afresh)


def _wanted(work: Casework, snapshot: Snapshot, rows: dict[tuple[str, str], DeadlineFacts]) -> list[_Wanted]:
    clocks = {name: clock for name, clock in work.clocks().items() if clock.status in ("running", "paused")}
    shared: dict[str, tuple[str, str]] = {}
    items: list[_Wanted] = []
    for wait in snapshot.waits:
        if wait.kind != "deadline":
            continue
        expression = parse_limit(wait.expression)
        name = bare_clock(expression)
        if name == DEEMED:
            if may_be_deemed(work):
                items += [_deemed(work, wait.task_id, wait.key), *_warning(work, rows)]
        elif name == EXPIRY:
            if may_be_renewed_by_law(work.loaded.renewal, renewal_rule(work)):
                items += _renewal(work, wait.task_id, wait.key)
        elif name in clocks:
            shared[name] = (wait.task_id, wait.key)
        elif name is None:
            items.append(
                _derived(work, rows, name=TIMER, text=wait.expression, engine_task=wait.task_id, element=wait.key)
            )
    items.extend(
        _derived(work, rows, name=STEP, text=task.limit, engine_task=task.task_id, element=task.element)
        for task in snapshot.open_tasks
        if task.limit and bare_clock(parse_limit(task.limit)) is None
    )
    items.extend(_unserved(work))
    items.extend(_overruns(work, {key for clock in clocks.values() for key in clock.open_suspensions}))
    for name, clock in clocks.items():
        engine_task, element = shared.get(name, (None, None))
        items.append(
            _Wanted(
                name=name,
                instants=instants_of_clock(clock),
                expression=name,
                started_at=clock.started_at,
                engine_task=engine_task,
                element=element,
                moves_diagram=engine_task is not None,
            )
        )
    items.extend(_hold(work))
    return items


def _hold(work: Casework) -> list[_Wanted]:
    """Return the row of the hold that is asked for or confirmed; its element is the number of the hold."""
    hold = running_hold(work.holds)
    if hold is None:
        return []
    instants = DeadlineInstants(due_at=hold.until_at)
    return [
        _Wanted(
            name=HOLD,
            instants=instants,
            expression=HOLD,
            started_at=hold.requested_at,
            element=str(hold.id),
            moves_diagram=True,
        )
    ]


def _deemed(work: Casework, engine_task: str, element: str) -> _Wanted:
    """Return the row of the approval by default, whose instant is that of the promise."""
    promised = work.clock("promised")
    return _Wanted(
        name=DEEMED,
        instants=instants_of_deemed(promised),
        expression=DEEMED,
        started_at=promised.started_at,
        engine_task=engine_task,
        element=element,
        moves_diagram=True,
    )


def _renewal(work: Casework, engine_task: str, element: str) -> Iterator[_Wanted]:
    """Return the row of the renewal by law and the one that announces it; no suspension moves either (section 13)."""
    asked = work.loaded.renewal
    assert asked is not None
    assert asked.expiry_on is not None
    calendar = work.published.calendar_of(work.case.department_id)
    yield _Wanted(
        name=RENEWAL,
        instants=DeadlineInstants(due_at=expiry_of(asked.expiry_on), calendar_id=calendar.id),
        expression=EXPIRY,
        started_at=work.case.received_at,
        engine_task=engine_task,
        element=element,
        moves_diagram=True,
    )
    yield _Wanted(
        name=RENEWAL_WARNING,
        instants=warnings_before(asked.expiry_on, calendar),
        expression=EXPIRY,
        started_at=work.case.received_at,
    )


def _unserved(work: Casework) -> Iterator[_Wanted]:
    """Return a row for the last way each document was sent without proof: after a while another way is asked for (K23)."""
    records = {row.id: row for row in (*work.loaded.services, *work.changes.services_added)}
    served = {row.document_id for row in records.values() if row.served_at is not None}
    served |= {
        records[change.id].document_id for change in work.changes.services_changed if change.served_at is not None
    }
    last = {row.document_id: row for row in records.values()}
    text = work.published.time_rules.service_fallback_after
    for row in last.values():
        if row.document_id in served or row.period is None:
            continue
        instants = instants_of(work, parse_limit(text), started_at=row.sent_at)
        yield _Wanted(
            name=UNSERVED,
            instants=replace(instants, yellow_at=None, red_at=None),
            expression=text,
            started_at=row.sent_at,
            element=str(row.id),
        )


def _overruns(work: Casework, open_ids: Collection[int]) -> Iterator[_Wanted]:
    """Return a row for each open special procedure: after its expected days people are told, the clock stands still."""
    for entry in corrected(work.ledger):
        if entry.kind != LedgerKind.SUSPEND or entry.suspension_id not in open_ids or not entry.expected_days:
            continue
        expected = TimeLimit(amount=entry.expected_days, unit=LimitUnit.WORKING_DAY)
        instants = instants_of(work, expected, started_at=entry.occurred_at)
        yield _Wanted(
            name=SUSPENSION_OVERRUN,
            instants=replace(instants, yellow_at=None, red_at=None),
            expression=format_limit(expected),
            started_at=entry.occurred_at,
            element=str(entry.suspension_id),
        )


def _warning(work: Casework, rows: dict[tuple[str, str], DeadlineFacts]) -> list[_Wanted]:
    """Return the row that announces an approval by default, apart from it, so that no warning can hold it up.

    One that was made names its due instant as element; another due instant is announced anew.
    """
    promised = work.clock("promised")
    instants = instants_of_warning(promised, work.published.time_rules.counting)
    is_announced = promised.due_at is not None and (DEEMED_WARNING, f"None/{promised.due_at.isoformat()}") in rows
    if instants is None or is_announced:
        return []
    return [_Wanted(name=DEEMED_WARNING, instants=instants, expression=DEEMED_WARNING, started_at=promised.started_at)]


def _derived(
    work: Casework,
    rows: dict[tuple[str, str], DeadlineFacts],
    *,
    name: str,
    text: str,
    engine_task: str,
    element: str,
) -> _Wanted:
    is_afresh = (engine_task, element) in work.rehoused.afresh
    row = None if is_afresh else rows.get((name, f"{engine_task}/{element}"))
    started_at = (row.started_at if row else None) or work.now
    return _Wanted(
        name=name,
        instants=instants_of(work, parse_limit(text), started_at=started_at),
        expression=text,
        started_at=started_at,
        engine_task=engine_task,
        element=element,
        moves_diagram=name == TIMER,
    )


def _armed(work: Casework, item: _Wanted) -> DeadlineRow:
    instants = item.instants
    stage = _first_stage(instants)
    return DeadlineRow(
        id=work.ports.next_id(),
        case_id=work.case.id,
        name=item.name,
        clock=instants.clock,
        element=item.element,
        engine_task=item.engine_task,
        expression=item.expression,
        limit_amount=instants.limit_amount,
        limit_unit=instants.limit_unit,
        calendar_id=instants.calendar_id,
        started_at=item.started_at,
        due_at=instants.due_at,
        yellow_at=instants.yellow_at,
        red_at=instants.red_at,
        is_provisional=instants.is_provisional,
        stage=stage,
        lane=lane_of(stage, moves_diagram=item.moves_diagram),
        fire_at=fire_at(item.name, _instant(instants, stage), stage, rules=work.published.time_rules.deemed),
        state=DeadlineState.ARMED if instants.due_at else DeadlineState.PAUSED,
    )


def _changed(work: Casework, row: DeadlineFacts, item: _Wanted) -> DeadlineChange | None:
    instants = item.instants
    state, reasons = DeadlineState.ARMED if instants.due_at else DeadlineState.PAUSED, row.last_error
    if row.name == DEEMED:
        state, reasons = state_of_deemed(work, row, instants.due_at)
    elif row.name == RENEWAL and row.state == DeadlineState.BLOCKED:
        still = blocking(renewal_guards_of(work))
        state, reasons = (DeadlineState.BLOCKED, ", ".join(still)) if still else (DeadlineState.ARMED, None)
    is_blocked_alike = state != DeadlineState.BLOCKED or reasons == row.last_error
    is_same = (row.due_at, row.yellow_at, row.red_at, row.engine_task, row.element, row.state) == (
        instants.due_at,
        instants.yellow_at,
        instants.red_at,
        item.engine_task,
        item.element,
        state,
    )
    if is_same and is_blocked_alike:
        return None
    moved = replace(row, engine_task=item.engine_task, element=item.element, state=state, last_error=reasons)
    return changed_deadline(moved, instants, rules=work.published.time_rules.deemed)


def lane_of(stage: int, *, moves_diagram: bool) -> Lane:
    """Return the lane of a stage: only the due stage of a wait moves the diagram."""
    return Lane.MOVE if moves_diagram and stage == Stage.DUE else Lane.NOTICE


def _first_stage(instants: DeadlineInstants) -> Stage:
    """Of a row whose instants are not known yet no stage has passed."""
    if instants.yellow_at or not instants.due_at:
        return Stage.YELLOW
    return Stage.RED if instants.red_at else Stage.DUE


def _instant(instants: DeadlineInstants, stage: Stage) -> datetime | None:
    return {Stage.YELLOW: instants.yellow_at, Stage.RED: instants.red_at, Stage.DUE: instants.due_at}[stage]
