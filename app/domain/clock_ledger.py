"""The clock ledger (计时台账): append-only entries, and the fold that turns them into clocks."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_utc
from app.domain.cards import CardRuleSet, thresholds
from app.domain.clock_entry import COMMON_CLOCKS, ClockEntry, concerns
from app.domain.clock_replay import Replay, in_order
from app.domain.clock_state import PAUSED, RUNNING, STOPPED, ClockState
from app.domain.counting import CountingRules
from app.domain.limit import TimeLimit

__all__ = ["COMMON_CLOCKS", "ClockEntry", "concerns", "fold", "state_of"]


def fold(
    entries: Iterable[ClockEntry],
    clock: str,
    *,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
    rule_set: CardRuleSet | None = None,
    asof: datetime | None = None,
) -> ClockState:
    """Return a clock as its entries have it; not started when none of them starts it.

    calendars: by id, at least those the entries name. asof: only entries recorded by then count (K8).
    rule_set: gives the instants of the colours. Entries that break a guard count for nothing.
    Raises InvalidInput `calendar_missing` when the due instant lies outside the data.
    """
    state = Replay(calendars=calendars, counting=counting)
    for entry in in_order(entries, clock, asof):
        state.take(entry)
    return state_of(state, clock, rule_set)


def state_of(replayed: Replay, clock: str, rule_set: CardRuleSet | None = None) -> ClockState:
    """Return the clock a replay has arrived at."""
    start, calendar = replayed.start, replayed.calendar
    if start is None or calendar is None:
        return ClockState(clock=clock)
    is_stopped = replayed.stopped_at is not None
    is_paused = replayed.is_paused() and not is_stopped
    due, suspended, began = replayed.due(), replayed.suspended(), replayed.began
    yellow = red = None
    if rule_set is not None and due is not None:
        yellow, red = thresholds(rule_set, began, due, suspended, calendar)
    return ClockState(
        clock=clock,
        status=STOPPED if is_stopped else PAUSED if is_paused else RUNNING,
        limit=TimeLimit(amount=replayed.limit_amount + replayed.extension_days, unit=replayed.limit_unit),
        started_at=start.occurred_at,
        began_at=to_utc(began),
        due_at=_utc(due),
        yellow_at=_utc(yellow),
        red_at=_utc(red),
        is_provisional=due is not None and calendar.is_provisional(due.date()),
        calendar_id=calendar.id,
        suspended=suspended,
        lost=replayed.lost() if suspended else (),
        open_suspensions={} if is_stopped else {key: to_utc(since) for key, since in replayed.open_spans().items()},
        extension_count=replayed.extension_count,
        extension_days=replayed.extension_days,
        stopped_at=_utc(replayed.stopped_at),
        is_late=None if replayed.stopped_at is None or due is None else replayed.stopped_at > due,
        calendar=calendar,
    )


def _utc(local: datetime | None) -> datetime | None:
    return None if local is None else to_utc(local)
