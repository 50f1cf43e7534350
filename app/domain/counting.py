"""Counting conventions (时限计算规则): from a start, a limit and the suspensions to the due instant.

Sources: 行政许可法 art. 82 (working days), 民法典 art. 201-203 (first day, last day, months); time-limits.md K4-K22.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.calendar import ResolvedCalendar, at_second
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit

Span = tuple[datetime, datetime]
DAY_END = time(23, 59, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRules:
    """How this installation counts; the keys of `rules/time_limits.toml`.

    start_policy: actual or next_workday (K5). is_rolled: a last day on a rest day moves to the next working day (K12).
    backdate_days: how far back an act may be dated.
    """

    start_policy: str = "actual"
    is_rolled: bool = True
    backdate_days: int = 3


def begin(start: datetime, calendar: ResolvedCalendar, policy: str) -> datetime:
    """Return the local instant counting begins at: the event itself, or the next opening when it came after hours."""
    if policy != "next_workday":
        return start
    if calendar.is_working(start.date()) and start <= calendar.close_of(start.date()):
        return start
    day = start.date() + timedelta(days=1) if start > calendar.close_of(start.date()) else start.date()
    return at_second(calendar.next_working(day), calendar.hours.open_s)


def merge(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the union of half-open spans, ascending; touching ones become one."""
    merged: list[Span] = []
    for begin_at, end_at in sorted(spans):
        if merged and begin_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_at))
        elif begin_at < end_at:
            merged.append((begin_at, end_at))
    return tuple(merged)


def due_at(
    start: datetime,
    limit: TimeLimit,
    suspended: Sequence[Span],
    calendar: ResolvedCalendar,
    rules: CountingRules,
) -> datetime:
    """Return the local due instant. start: local, as `begin` gives it. suspended: merged, closed spans.

    The day of the start is not counted (K4). A working day counts when the clock runs at its close (K6).
    """
    if limit.unit == LimitUnit.WORKING_DAY:
        return _working_days(start, limit.amount, suspended, calendar)
    if limit.unit == LimitUnit.WORKING_HOUR:
        return _working_hours(start, limit.amount * 3600, suspended, calendar)
    if limit.unit == LimitUnit.HOUR:
        return _shifted(start, timedelta(hours=limit.amount), suspended)
    if limit.unit == LimitUnit.SECOND:
        return _shifted(start, timedelta(seconds=limit.amount), suspended)
    if limit.unit == LimitUnit.DAY:
        last = _calendar_days(start.date(), start.date() + timedelta(days=limit.amount), suspended)
    else:
        last = _calendar_days(start.date(), _months_later(start.date(), limit.amount), suspended)
    if rules.is_rolled and not calendar.is_working(last):
        last = calendar.next_working(last)
    return datetime.combine(last, DAY_END)


def before_working_days(event: datetime, amount: int, calendar: ResolvedCalendar) -> datetime:
    """Return the close of the `amount`-th working day before an event, whose own day does not count (K15)."""
    index = bisect_left(calendar.days, event.date().toordinal()) - amount
    return calendar.close_of(calendar.day_at(index))


def _working_days(
    start: datetime, amount: int, suspended: Sequence[Span], calendar: ResolvedCalendar
) -> datetime:
    day = start.date()
    if amount == 0:
        on_time = calendar.is_working(day) and start <= calendar.close_of(day)
        first = day if on_time else calendar.day_at(calendar.rank(day))
        index = calendar.rank(first) - 1
    else:
        index = calendar.rank(day) - 1 + amount
    first_counted = calendar.rank(day)
    for begin_at, end_at in suspended:
        lost_from = max(calendar.first_close_from(begin_at), first_counted)
        lost_to = calendar.first_close_from(end_at)
        if lost_from <= index and lost_to > lost_from:
            index += lost_to - lost_from
    return calendar.close_of(calendar.day_at(index))


def _working_hours(start: datetime, seconds: int, suspended: Sequence[Span], calendar: ResolvedCalendar) -> datetime:
    target = calendar.office_seconds(start) + seconds
    for begin_at, end_at in suspended:
        lost_from = calendar.office_seconds(max(begin_at, start))
        lost = calendar.office_seconds(end_at) - lost_from
        if lost > 0 and lost_from < target:
            target += lost
    return calendar.first_with(target)


def _shifted(start: datetime, length: timedelta, suspended: Sequence[Span]) -> datetime:
    end = start + length
    for begin_at, end_at in suspended:
        if begin_at < end and end_at > start:
            end += end_at - max(begin_at, start)
    return end


def _calendar_days(first: date, last: date, suspended: Sequence[Span]) -> date:
    for begin_at, end_at in suspended:
        lost_from = max(begin_at.date(), first + timedelta(days=1))
        lost = (end_at.date() - lost_from).days
        if lost > 0 and lost_from <= last:
            last += timedelta(days=lost)
    return last


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def running_seconds(start: datetime, end: datetime, suspended: Sequence[Span], calendar: ResolvedCalendar) -> int:
    """Return the office seconds between two local instants in which the clock ran."""
    total = calendar.office_seconds(end) - calendar.office_seconds(start)
    for begin_at, end_at in suspended:
        low, high = max(begin_at, start), min(end_at, end)
        if low < high:
            total -= calendar.office_seconds(high) - calendar.office_seconds(low)
    return total


def threshold(
    start: datetime, due: datetime, suspended: Sequence[Span], calendar: ResolvedCalendar, percent: int
) -> datetime | None:
    """Return the last local instant at which at most `percent` of the running office time is used; None when not before due."""
    if due <= start:
        return None
    share = running_seconds(start, due, suspended, calendar) * percent // 100
    base = calendar.office_seconds(start)
    for begin_at, end_at in suspended:
        if end_at <= start:
            continue
        from_at = max(begin_at, start)
        if from_at >= due or calendar.office_seconds(from_at) - base > share:
            break
        base += calendar.office_seconds(end_at) - calendar.office_seconds(from_at)
    found = calendar.last_with(base + share)
    return found if found < due else None


def remaining_working_days(now: datetime, due: datetime, suspended: Sequence[Span], calendar: ResolvedCalendar) -> int:
    """Return the working days left (K9): in (today, due], 0 on the due date, minus the days since when overdue."""
    today, last = calendar.rank(now.date()), calendar.rank(due.date())
    if now > due:
        return last - today
    left = last - today
    for begin_at, end_at in suspended:
        lost_from = max(calendar.first_close_from(begin_at), today)
        lost_to = min(calendar.first_close_from(end_at), last)
        left -= max(0, lost_to - lost_from)
    return left


