"""State of the row `deemed` (默认准予状态): armed, paused, held or blocked, derived from holds, clock and guards."""

from datetime import datetime

from app.domain.deemed import may_fire, may_unblock
from app.domain.hold import is_left_to_person, running_hold
from app.domain.loaded_case import DeadlineFacts
from app.domain.vocabulary import DeadlineState
from app.runtime.casework import Casework
from app.runtime.deemed_facts import blocking_guards

HELD_BACK = "hold"


def state_of_deemed(work: Casework, row: DeadlineFacts, due_at: datetime | None) -> tuple[DeadlineState, str | None]:
    """Return the state the row has now, and the codes of the guards that block it.

    due_at: of the promise, derived from the ledger. A row that was blocked is armed again when every reason is gone;
    guard G15 is final. Armed again it is tried with the next tick, and all guards are asked once more.
    Source: time-limits.md section 8, states of the duty.
    """
    if running_hold(work.holds) is not None:
        return DeadlineState.HELD, None
    if is_left_to_person(work.holds):
        return DeadlineState.BLOCKED, HELD_BACK
    if row.state == DeadlineState.BLOCKED and due_at is not None:
        reasons = blocked_by(row)
        still = reasons if not may_unblock(reasons) else _blocking(work, due_at)
        if still:
            return DeadlineState.BLOCKED, ", ".join(still)
        work.record("deemed_rearmed", {"guards": list(reasons), "due_at": due_at.isoformat()})
    return (DeadlineState.ARMED if due_at else DeadlineState.PAUSED), None


def blocked_by(row: DeadlineFacts) -> tuple[str, ...]:
    """Return the codes of the guards that blocked a row."""
    return tuple((row.last_error or "").split(", ")) if row.last_error else ()


def _blocking(work: Casework, due_at: datetime) -> tuple[str, ...]:
    """Before the approval may fire no guard blocks: what is false now may be true by then."""
    has_come = may_fire(work.now, due_at, work.published.time_rules.deemed)
    return blocking_guards(work) if has_come else ()
