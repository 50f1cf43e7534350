"""Guards that every act on a clock is asked, and the clock an act is entered on. Pure. Source: time-limits.md section 3."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.calendar import ResolvedCalendar
from app.domain.clock_entry import COMMON_CLOCKS, ClockEntry, concerns
from app.domain.clock_ledger import fold
from app.domain.clock_state import NOT_STARTED, STOPPED, ClockState
from app.domain.counting import CountingRules
from app.domain.errors import Conflict, RuleViolation
from app.domain.time_rules import TimeRules

ARRIVAL = timedelta(minutes=5)  # An act is entered within this time of its arrival; before that it is back-dated.


def clock_touched(touches: Sequence[str]) -> str | None:
    """Return the clock an act is entered on when it touches one alone, None for both (flags of the process, section 3)."""
    return None if set(touches) == set(COMMON_CLOCKS) else touches[0]


def driving_clock(
    ledger: Sequence[ClockEntry], clock: str | None, rules: TimeRules, calendars: Mapping[str, ResolvedCalendar]
) -> ClockState:
    """Return the clock whose due instant binds: the one named, else the promise, else the limit of the law."""
    names = (clock,) if clock else COMMON_CLOCKS
    states = [fold(ledger, name, calendars=calendars, counting=rules.counting) for name in names]
    return next((state for state in states if state.status != NOT_STARTED), states[0])


def refuse_unfit(state: ClockState, occurred_at: datetime, article: str) -> None:
    """Refuse an act on a clock that has not started, has stopped or has expired; exactly at the due instant is in time (K7).

    Raises RuleViolation `clock_not_started`, `clock_after_due`, Conflict `clock_stopped`.
    """
    if state.status == NOT_STARTED or state.started_at is None or occurred_at < state.started_at:
        raise RuleViolation("clock_not_started", clock=state.clock, article=article)
    if state.status == STOPPED:
        raise Conflict("clock_stopped", clock=state.clock, article=article, **due_fact(state))
    if state.due_at is not None and occurred_at > state.due_at:
        raise RuleViolation("clock_after_due", article=article, **due_fact(state))


def refuse_date(
    ledger: Sequence[ClockEntry],
    occurred_at: datetime,
    recorded_at: datetime,
    counting: CountingRules,
    *,
    has_document: bool,
    fired_at: datetime | None,
) -> None:
    """Refuse an instant no act may have (time-limits.md section 3, back-dating). fired_at: last fired deadline or decision.

    Raises RuleViolation `clock_future`, `clock_backdated`.
    """
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    moved = [item.occurred_at for item in ledger if any(concerns(item, name) for name in COMMON_CLOCKS)]
    newest = max((*moved, fired_at or occurred_at), default=occurred_at)
    is_backdated = occurred_at < recorded_at - ARRIVAL
    is_too_old = occurred_at < recorded_at - timedelta(days=counting.backdate_days)
    if occurred_at < newest or is_too_old or (is_backdated and not has_document):
        raise RuleViolation("clock_backdated", days=counting.backdate_days, newest=newest.isoformat())


def due_fact(state: ClockState) -> dict[str, Any]:
    """Return the due instant as a refusal names it, empty while there is none."""
    return {"due_at": state.due_at.isoformat() if state.due_at else ""}
