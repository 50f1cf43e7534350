"""Fire what is due (触发到期事项): a small batch, read and written together, one commit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby

from app.domain.actor import system_actor
from app.domain.change_set import ChangeSet
from app.domain.deadline_instants import OPERATION
from app.domain.errors import NotFound
from app.domain.loaded_case import LoadedCase
from app.domain.vocabulary import DeadlineState, Lane
from app.runtime.advance import desk
from app.runtime.casework import take_up
from app.runtime.changes.joint_clocks import BUNDLE_CLOCKS
from app.runtime.containment import Containment
from app.runtime.context import Context
from app.runtime.failures import note_failure
from app.runtime.fire import Fired, fire
from app.runtime.library import NotLoaded
from app.runtime.machine import check_clock
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_cases_unlocked
from app.storage.cases import hold_members
from app.storage.deadlines import ClaimedDeadline, claim_due
from app.storage.incidents import RESOLVED, close_incident, find_open_incident
from app.storage.numbers import NumberBook
from app.storage.unit_of_work import UnitOfWork
from app.telemetry.metrics import FIRING_LAG, FIRINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """What one batch did. claimed: rows that were due; fired: those whose stage passed; postponed: those that failed."""

    claimed: int = 0
    fired: tuple[Fired, ...] = ()
    postponed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    lane: Lane
    limit: int
    budget_ms: int
    worker: str
    contained: Containment


@dataclass(slots=True, kw_only=True)
class _Tick:
    """One batch in its transaction: what it is judged by, how long it may still take, and what it has done."""

    uow: UnitOfWork
    context: Context
    batch: _Batch
    now: datetime
    fired: list[Fired] = field(default_factory=list)
    postponed: int = 0
    _until_ms: float = 0.0

    def give_time(self) -> None:
        """Let the time of a batch begin now."""
        self._until_ms = self.uow.elapsed_ms() + self.batch.budget_ms

    @property
    def is_over(self) -> bool:
        """Say whether the time is spent: others wait for what this transaction holds."""
        return self.uow.elapsed_ms() > self._until_ms


def fire_due_deadlines(
    context: Context, lane: Lane, *, limit: int, budget_ms: int = 200, worker: str = ""
) -> TickResult:
    """Fire at most `limit` due deadlines of a lane, in order of their instants; stop after `budget_ms`.

    A row whose case is in somebody's hands is skipped and comes back with the next tick. One that fails is postponed
    with a growing back-off and ends as a dead letter after ten tries; the others of its batch fire all the same, one by
    one. Each stage fires exactly once: the row lock is the claim, and the work is in its commit. Nothing fires by a
    clock that host and database do not share, and no case is approved by default by a clock in doubt.
    """
    batch = _Batch(lane=lane, limit=limit, budget_ms=budget_ms, worker=worker, contained=Containment(context.library))
    # Each new beginning knows one thing more, and a batch of n cases needs n diagrams and one deployment at most.
    for _ in range(limit + 1):
        try:
            with context.database.write() as uow:
                return _fire_batch(uow, context, batch)
        except NotLoaded as missing:
            batch.contained.load(missing)
    with context.database.write() as uow:
        return _fire_batch(uow, context, batch)


def _fire_batch(uow: UnitOfWork, context: Context, batch: _Batch) -> TickResult:
    now = uow.now()
    verdict = check_clock(uow, now, worker=batch.worker)
    if not verdict.may_tick:
        return TickResult()
    due = claim_due(uow, lane=batch.lane, now=now, limit=batch.limit, may_approve=verdict.may_approve)
    tick = _Tick(uow=uow, context=context, batch=batch, now=now)
    tick.give_time()
    for nth, rows in enumerate(_waves(due)):
        if nth and tick.is_over:
            break
        if isinstance(batch.contained.run(uow, partial(_fire_together, tick, rows)), Exception):
            _fire_one_by_one(tick, rows)
    return TickResult(claimed=len(due), fired=tuple(tick.fired), postponed=tick.postponed)


def _waves(due: Sequence[ClaimedDeadline]) -> Iterator[list[ClaimedDeadline]]:
    """Cut what is due into runs of different cases, in their order: the second deadline of a case sees its first."""
    wave: dict[int, ClaimedDeadline] = {}
    for row in due:
        if row.case_id in wave:
            yield list(wave.values())
            wave = {}
        wave[row.case_id] = row
    if wave:
        yield list(wave.values())


def _fire_one_by_one(tick: _Tick, rows: Sequence[ClaimedDeadline]) -> None:
    """Find out which of several deadlines failed: it is postponed, the others fire.

    They get time of their own, so that a batch in which one takes too long gets on all the same.
    """
    tick.give_time()
    for nth, row in enumerate(rows):
        if nth and tick.is_over:
            break
        outcome = tick.batch.contained.run(tick.uow, partial(_fire_together, tick, [row]))
        if isinstance(outcome, Exception):
            note_failure(tick.uow, tick.context, row, outcome, now=tick.now, contained=tick.batch.contained)
            tick.postponed += 1


def _fire_together(tick: _Tick, rows: Sequence[ClaimedDeadline]) -> None:
    """Fire deadlines of different cases: one statement reads the cases, each is decided by itself, one writes them.

    They are decided by office and kind, because numbers of papers are locked as they are taken: two workers that took
    them in different orders would wait for each other. What there is no time for any more stays armed.
    """
    rows = _known_whole(tick.uow, rows)
    if not rows:
        return
    cases = load_cases_unlocked(tick.uow, [row.case_id for row in rows])
    unknown = next((row.case_id for row in rows if row.case_id not in cases), None)
    if unknown is not None:
        raise NotFound("case_unknown", case=str(unknown))
    changes: list[ChangeSet] = []
    fired: dict[ClaimedDeadline, Fired] = {}
    numbers = NumberBook(tick.uow)
    for row, numbers.expected in _by_office_and_kind(rows, cases):
        if changes and tick.is_over:
            break
        # One instant a batch: what was claimed by it is judged by it.
        loaded = replace(cases[row.case_id], now=tick.now)
        deadline = next((found for found in loaded.deadlines if found.id == row.id), None)
        if deadline is None or deadline.state != DeadlineState.ARMED or deadline.stage != row.stage:
            continue
        if loaded.pause is not None and row.lane == Lane.MOVE:
            continue
        on_desk = desk(tick.uow, tick.context, loaded, system_actor("deadline"), numbers)
        work = take_up(loaded, on_desk, ChangeSet())
        fired[row] = fire(work, deadline)
        changes.append(work.changes)
    numbers.close()
    apply_changes(tick.uow, *changes)
    for row in filter(fired.__contains__, rows):
        if row.attempts or row.name == OPERATION:
            _close_incident(tick.uow, row)
        tick.fired.append(fired[row])
        tick.uow.after_commit(partial(_count, row, fired[row], tick.now))


def _known_whole(uow: UnitOfWork, rows: Sequence[ClaimedDeadline]) -> Sequence[ClaimedDeadline]:
    """Leave out limits of joint cases of which somebody has a member in hand: it may close there before the limit ends."""
    joint = {row.case_id for row in rows if row.clock in BUNDLE_CLOCKS}
    in_hand = hold_members(uow, joint) if joint else frozenset[int]()
    return [row for row in rows if row.case_id not in in_hand or row.clock not in BUNDLE_CLOCKS]


def _by_office_and_kind(
    rows: Sequence[ClaimedDeadline], cases: Mapping[int, LoadedCase]
) -> Iterator[tuple[ClaimedDeadline, int]]:
    """Yield the deadlines of one office and one kind after the other, each with how many of them are still to come."""

    def place(row: ClaimedDeadline) -> tuple[int, str]:
        return cases[row.case_id].case.department_id, row.name

    for _place, found in groupby(sorted(rows, key=place), key=place):
        same = list(found)
        for nth, row in enumerate(same):
            yield row, len(same) - nth


def _close_incident(uow: UnitOfWork, claimed: ClaimedDeadline) -> None:
    found = find_open_incident(uow.connection, case_id=claimed.case_id, deadline_id=claimed.id)
    if found is not None:
        close_incident(uow, found.id, state=RESOLVED)


def _count(claimed: ClaimedDeadline, result: Fired, now: datetime) -> None:
    lane = claimed.lane.name.lower()
    FIRING_LAG.labels(lane=lane).observe(max(0.0, (now - claimed.fire_at).total_seconds()))
    FIRINGS.labels(lane=lane, outcome=result.outcome).inc()
