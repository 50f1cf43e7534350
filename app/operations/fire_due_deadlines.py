"""Fire what is due (触发到期事项): a small batch, one savepoint each, one commit."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.domain.actor import system_actor
from app.domain.change_set import ChangeSet
from app.domain.errors import NotFound
from app.domain.vocabulary import DeadlineState, Lane
from app.runtime.advance import desk
from app.runtime.casework import take_up
from app.runtime.containment import Containment
from app.runtime.context import Context
from app.runtime.failures import note_failure
from app.runtime.fire import Fired, fire
from app.runtime.library import NotLoaded
from app.runtime.machine import check_clock
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_case_unlocked
from app.storage.deadlines import ClaimedDeadline, claim_due
from app.storage.incidents import RESOLVED, close_incident, find_open_incident
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


def fire_due_deadlines(
    context: Context, lane: Lane, *, limit: int, budget_ms: int = 200, worker: str = ""
) -> TickResult:
    """Fire at most `limit` due deadlines of a lane, in order of their instants; stop after `budget_ms`.

    A row whose case is in somebody's hands is skipped and comes back with the next tick; one that fails is postponed
    with a growing back-off and ends as a dead letter after ten tries. Each stage fires exactly once: the row lock is
    the claim, and the work is in its commit. Nothing fires by a clock that host and database do not share, and no case
    is approved by default by a clock in doubt.
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
    started, now = uow.elapsed_ms(), uow.now()
    verdict = check_clock(uow, now, worker=batch.worker)
    if not verdict.may_tick:
        return TickResult()
    due = claim_due(uow, lane=batch.lane, now=now, limit=batch.limit, may_approve=verdict.may_approve)
    fired: list[Fired] = []
    postponed = 0
    for row in due:
        if uow.elapsed_ms() - started > batch.budget_ms:
            break
        outcome = batch.contained.run(uow, partial(_fire_one, uow, context, row, now))
        if isinstance(outcome, Exception):
            note_failure(uow, context, row, outcome, now=now, contained=batch.contained)
            postponed += 1
        elif outcome is not None:
            fired.append(outcome)
    return TickResult(claimed=len(due), fired=tuple(fired), postponed=postponed)


def _fire_one(uow: UnitOfWork, context: Context, claimed: ClaimedDeadline, now: datetime) -> Fired | None:
    loaded = load_case_unlocked(uow, claimed.case_id)
    if loaded is None:
        raise NotFound("case_unknown", case=str(claimed.case_id))
    deadline = next((row for row in loaded.deadlines if row.id == claimed.id), None)
    if deadline is None or deadline.state != DeadlineState.ARMED or deadline.stage != claimed.stage:
        return None
    # One instant a batch: what was claimed by it is judged by it.
    loaded = replace(loaded, now=now)
    work = take_up(loaded, desk(uow, context, loaded, system_actor("deadline")), ChangeSet())
    result = fire(work, deadline)
    apply_changes(uow, work.changes)
    if claimed.attempts:
        _close_incident(uow, claimed)
    uow.after_commit(partial(_count, claimed, result, now))
    return result


def _close_incident(uow: UnitOfWork, claimed: ClaimedDeadline) -> None:
    found = find_open_incident(uow.connection, case_id=claimed.case_id, deadline_id=claimed.id)
    if found is not None:
        close_incident(uow, found.id, state=RESOLVED)


def _count(claimed: ClaimedDeadline, result: Fired, now: datetime) -> None:
    lane = claimed.lane.name.lower()
    FIRING_LAG.labels(lane=lane).observe(max(0.0, (now - claimed.fire_at).total_seconds()))
    FIRINGS.labels(lane=lane, outcome=result.outcome).inc()
