"""Fire what is due (触发到期事项): a small batch, one savepoint each, one commit."""

from dataclasses import dataclass
from functools import partial

import structlog

from app.domain.actor import system_actor
from app.domain.change_set import ChangeSet
from app.domain.errors import NotFound
from app.domain.vocabulary import DeadlineState, Lane
from app.runtime.advance import desk
from app.runtime.casework import take_up
from app.runtime.containment import contain_failure
from app.runtime.context import Context, in_transaction
from app.runtime.fire import Fired, fire
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_case_unlocked
from app.storage.deadlines import ClaimedDeadline, claim_due, postpone
from app.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """What one batch did. claimed: rows that were due; fired: those whose stage passed; postponed: those that failed."""

    claimed: int
    fired: tuple[Fired, ...]
    postponed: int


def fire_due_deadlines(context: Context, lane: Lane, *, limit: int, budget_ms: int = 200) -> TickResult:
    """Fire at most `limit` due deadlines of a lane, in order of their instants; stop after `budget_ms`.

    A row whose case is in somebody's hands is skipped and comes back with the next tick; one that fails is postponed
    with a growing back-off and ends as a dead letter after ten tries. Each stage fires exactly once: the row lock is
    the claim, and the work is in its commit.
    """
    return in_transaction(context, lambda uow: _fire_batch(uow, context, lane, limit, budget_ms))


def _fire_batch(uow: UnitOfWork, context: Context, lane: Lane, limit: int, budget_ms: int) -> TickResult:
    started = uow.elapsed_ms()
    now = uow.now()
    due = claim_due(uow, lane=lane, now=now, limit=limit)
    fired: list[Fired] = []
    postponed = 0
    for row in due:
        if uow.elapsed_ms() - started > budget_ms:
            break
        outcome = contain_failure(uow, partial(_fire_one, uow, context, row))
        if isinstance(outcome, Exception):
            postpone(uow, row, now=now, error=outcome)
            postponed += 1
        elif outcome is not None:
            fired.append(outcome)
    return TickResult(claimed=len(due), fired=tuple(fired), postponed=postponed)


def _fire_one(uow: UnitOfWork, context: Context, claimed: ClaimedDeadline) -> Fired | None:
    loaded = load_case_unlocked(uow, claimed.case_id)
    if loaded is None:
        raise NotFound("case_unknown", case=str(claimed.case_id))
    deadline = next((row for row in loaded.deadlines if row.id == claimed.id), None)
    if deadline is None or deadline.state != DeadlineState.ARMED or deadline.stage != claimed.stage:
        return None
    work = take_up(loaded, desk(uow, context, loaded, system_actor("deadline")), ChangeSet())
    result = fire(work, deadline)
    apply_changes(uow, work.changes)
    log.info(
        "Deadline fired",
        action="deadline_fired",
        case_no=loaded.case.case_no,
        deadline_id=str(deadline.id),
        name=deadline.name,
        outcome=result.outcome,
    )
    return result
