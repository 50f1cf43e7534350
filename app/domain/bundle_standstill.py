"""Days on which nothing of a joint case can run (联办停滞): they do not count for its clocks. Pure.

Source: time-limits.md section 9 (J6, J9).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.bundle import MemberPlan, MemberTimes, ranges_of_running, united
from app.domain.calendar import ResolvedCalendar
from app.domain.counting import ONE_DAY, CountingRules

Still = tuple[date, date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMember:
    """A member that was opened. start_on: the day that is not counted; finished_on: None while it is unfinished.

    suspensions: local, `to` None while open.
    """

    start_on: date
    finished_on: date | None = None
    suspensions: tuple[tuple[datetime, datetime | None], ...] = ()


def still_days(
    members: Sequence[OpenedMember], *, began_on: date, calendar: ResolvedCalendar, counting: CountingRules
) -> tuple[Still, ...]:
    """Return the spans of dates `[from, to)` on which nothing can run, ascending; `to` None while it lasts.

    A working day counts when at its close at least one unfinished member runs. A member runs on the days after its start
    date up to and including its finish date, an unfinished one until it is suspended. Days after the last finish count.
    """
    first, running = calendar.rank(began_on), list[tuple[int, int]]()
    end = len(calendar.days)
    if all(item.finished_on is not None for item in members):
        running.append((max((calendar.rank(_finish(item)) for item in members), default=first), end))
    for item in members:
        running += _running(item, calendar, counting)
    return tuple(_gaps(united((max(low, first), high) for low, high in running if high > first), first, end, calendar))


def _finish(item: OpenedMember) -> date:
    return item.finished_on or date.max


def _running(item: OpenedMember, calendar: ResolvedCalendar, counting: CountingRules) -> list[tuple[int, int]]:
    is_paused = any(until is None for _, until in item.suspensions)
    last = date.fromordinal(calendar.days[-1])
    finish = item.finished_on or (None if is_paused else last)
    plan = MemberPlan(code="", limit_wd=0, suspensions=item.suspensions)
    return ranges_of_running(plan, MemberTimes(start_on=item.start_on, finish_on=finish), calendar, counting)


def _gaps(running: Iterable[tuple[int, int]], first: int, end: int, calendar: ResolvedCalendar) -> Iterable[Still]:
    """Return what lies between the ranges, from the day after the last one that counts; a rest day made a work day too."""
    at = first
    for low, high in running:
        if low > at:
            yield _after(at, calendar), calendar.day_at(low)
        at = max(at, high)
    if at < end:
        yield _after(at, calendar), None


def _after(index: int, calendar: ResolvedCalendar) -> date:
    return calendar.day_at(index - 1) + ONE_DAY if index else calendar.day_at(0)
