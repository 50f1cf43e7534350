"""Counting conventions (时限计算规则): from a start, a limit and the suspensions to the due instant.

Everything here is local naive time; spans are half-open `[from, to)`, merged and closed.
Sources: 行政许可法 art. 82 (working days), 民法典 art. 201-203 (first day, last day, months); time-limits.md K4-K22.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta

from app.domain.calendar import ResolvedCalendar
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit

Span = tuple[datetime, datetime]
DAY_END = time(23, 59, 59)
ONE_DAY = timedelta(days=1)
NEXT_WORKDAY, TOUCHED_DAYS = "next_workday", "touched_days"
WALL_CLOCK = (LimitUnit.HOUR, LimitUnit.SECOND)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRules:
    """How this installation counts; the keys of `rules/time_limits.toml`.

    start_policy: `actual`, or `next_workday`: an event outside office hours counts as made at the next opening (K5).
    suspension: `close`: a working day counts when the clock runs at its close; `touched_days`: every touched day is
    lost (K6). is_rolled: a last calendar day on a rest day moves to the next working day (K12). backdate_days: how
    many days back a suspension, its end or an extension may be dated.
    """

    start_policy: str = "actual"
    suspension: str = "close"
    is_rolled: bool = True
    backdate_days: int = 3


def begin(start: datetime, calendar: ResolvedCalendar, policy: str) -> datetime:
    """Return the instant counting begins at: the event itself, or the next opening when it came outside hours (K5)."""
    if policy != NEXT_WORKDAY:
        return start
    day = start.date()
    is_after_close = start > calendar.close_of(day)
    if calendar.is_working(day) and not is_after_close:
        return start
    return calendar.open_of(calendar.next_working(day + ONE_DAY if is_after_close else day))


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the union of half-open spans, ascending; touching ones become one, empty ones vanish."""
    merged: list[Span] = []
    for from_at, to_at in sorted(spans):
        if merged and from_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], to_at))
        elif from_at < to_at:
            merged.append((from_at, to_at))
    return tuple(merged)


def lost_spans(suspended: Sequence[Span], rules: CountingRules) -> Sequence[Span]:
    """Return the spans whose day ends do not count: the suspensions, as whole days under `touched_days` (K6)."""
    if rules.suspension != TOUCHED_DAYS or not suspended:
        return suspended
    instant = timedelta(microseconds=1)
    return merge((_midnight(from_at), _midnight(to_at - instant) + ONE_DAY) for from_at, to_at in suspended)


def due_of(
    start: datetime, limit: TimeLimit, suspended: Sequence[Span], calendar: ResolvedCalendar, rules: CountingRules
) -> datetime:
    """Return the due instant of a limit of `limit.amount` >= 0 units.

    start: as `begin` gives it; its day is not counted (K4). suspended: merged.
    Raises InvalidInput `calendar_missing` when the count leaves the data.
    """
    unit = limit.unit
    lost = lost_spans(suspended, rules) if suspended else suspended
    if unit == LimitUnit.WORKING_DAY:
        return _working_days(start, limit.amount, lost, calendar)
    if unit == LimitUnit.WORKING_HOUR:
        return _working_hours(start, limit.amount * 3600, suspended, calendar)
    if unit in WALL_CLOCK:
        length = timedelta(hours=limit.amount) if unit == LimitUnit.HOUR else timedelta(seconds=limit.amount)
        return _shifted(start, length, suspended)
    return datetime.combine(roll(last_day(start, limit, lost), calendar, rules), DAY_END)


def last_day(start: datetime, limit: TimeLimit, lost: Sequence[Span]) -> date:
    """Return the last day of a limit in calendar days or months before it rolls (K12, K13); 23:59:59 ends a day."""
    first = start.date()
    is_days = limit.unit == LimitUnit.DAY
    last = first + timedelta(days=limit.amount) if is_days else months_later(first, limit.amount)
    for from_at, to_at in lost:
        lost_from = max(from_at.date(), first + ONE_DAY)
        lost_days = (to_at.date() - lost_from).days
        if lost_days > 0 and lost_from <= last:
            last += timedelta(days=lost_days)
    return last


def roll(day: date, calendar: ResolvedCalendar, rules: CountingRules) -> date:
    """Return the next working day on or after a last day, or the day itself where nothing rolls (民法典 art. 203)."""
    return calendar.next_working(day) if rules.is_rolled else day


def before(event: datetime, limit: TimeLimit, calendar: ResolvedCalendar) -> datetime:
    """Return the last instant that lies a limit before an event, whose own day does not count; nothing rolls (K15)."""
    if limit.unit == LimitUnit.WORKING_DAY:
        rank = calendar.rank_before(event.date()) if limit.amount else calendar.rank(event.date()) - 1
        return calendar.close_at(rank - limit.amount)
    if limit.unit == LimitUnit.WORKING_HOUR:
        return calendar.last_with(max(0, calendar.office_seconds(event) - limit.amount * 3600))
    if limit.unit in WALL_CLOCK:
        return event - timedelta(seconds=limit.amount * (3600 if limit.unit == LimitUnit.HOUR else 1))
    if limit.unit == LimitUnit.DAY:
        return datetime.combine(event.date() - timedelta(days=limit.amount), DAY_END)
    return datetime.combine(months_later(event.date(), -limit.amount), DAY_END)


def counted_days_before(due: datetime, amount: int, lost: Sequence[Span], calendar: ResolvedCalendar) -> datetime:
    """Return the close of the working day `amount` counted days before a due instant; lost days are skipped."""
    index = calendar.rank_before(due.date())
    while amount > 0:
        index -= 1
        close = calendar.close_at(index)
        if not any(from_at <= close < to_at for from_at, to_at in lost):
            amount -= 1
    return calendar.close_at(index)


def running_seconds(start: datetime, end: datetime, suspended: Sequence[Span], calendar: ResolvedCalendar) -> int:
    """Return the office seconds between two instants in which the clock ran; 0 when they are out of order."""
    if end <= start:
        return 0
    total = calendar.office_seconds(end) - calendar.office_seconds(start)
    for from_at, to_at in suspended:
        low, high = max(from_at, start), min(to_at, end)
        if low < high:
            total -= calendar.office_seconds(high) - calendar.office_seconds(low)
    return total


def last_with_used(
    start: datetime, due: datetime, suspended: Sequence[Span], calendar: ResolvedCalendar, used: int
) -> datetime | None:
    """Return the last instant at which at most `used` running office seconds have passed; None when not before due."""
    base = calendar.office_seconds(start)
    for from_at, to_at in suspended:
        if to_at <= start:
            continue
        low = max(from_at, start)
        passed = calendar.office_seconds(low)
        if low >= due or passed - base > used:
            break
        base += calendar.office_seconds(to_at) - passed
    if base + used >= calendar.office_seconds(due):
        return None
    found = calendar.last_with(base + used)
    return found if found < due else None


def remaining_working_days(now: datetime, due: datetime, lost: Sequence[Span], calendar: ResolvedCalendar) -> int:
    """Return the working days left (K9): countable ones in (today, due]; 0 on the due date; negative when overdue."""
    today, last = calendar.rank(now.date()), calendar.rank(due.date())
    if now > due:
        return last - today
    left = last - today
    for from_at, to_at in lost:
        lost_from = max(calendar.first_close_from(from_at), today)
        left -= max(0, min(calendar.first_close_from(to_at), last) - lost_from)
    return left


def counted_working_days(start: datetime, until: datetime, lost: Sequence[Span], calendar: ResolvedCalendar) -> int:
    """Return how many working days after the start date had their close before `until` while the clock ran."""
    first, last = calendar.rank(start.date()), calendar.first_close_from(until)
    counted = max(0, last - first)
    for from_at, to_at in lost:
        lost_from = max(calendar.first_close_from(from_at), first)
        counted -= max(0, min(calendar.first_close_from(to_at), last) - lost_from)
    return counted


def _working_days(start: datetime, amount: int, lost: Sequence[Span], calendar: ResolvedCalendar) -> datetime:
    first = calendar.rank(start.date())
    index = first - 1 + amount
    if amount == 0 and not (calendar.is_working(start.date()) and start <= calendar.close_of(start.date())):
        index = first
    first = min(first, index)
    for from_at, to_at in lost:
        lost_from = max(calendar.first_close_from(from_at), first)
        if lost_from > index:
            break
        lost_to = calendar.first_close_from(to_at)
        if lost_to > lost_from:
            index += lost_to - lost_from
    return calendar.close_at(index)


def _working_hours(start: datetime, seconds: int, suspended: Sequence[Span], calendar: ResolvedCalendar) -> datetime:
    """K14. A limit of 0 hours is due at the start, or at the next opening when nobody works then.

    A clock that stops at its very due instant has not expired: it is due when it runs again (K6).
    """
    target = calendar.office_seconds(start) + seconds
    due = calendar.first_with(target) if seconds else max(start, calendar.last_with(target))
    for from_at, to_at in suspended:
        if to_at <= start or from_at > due:
            continue
        target += calendar.office_seconds(to_at) - calendar.office_seconds(max(from_at, start))
        due = max(to_at, calendar.first_with(target) if seconds else calendar.last_with(target))
    return due


def _shifted(start: datetime, length: timedelta, suspended: Sequence[Span]) -> datetime:
    end = start + length
    for from_at, to_at in suspended:
        if from_at <= end and to_at > start:
            end += to_at - max(from_at, start)
    return end


def months_later(day: date, months: int) -> date:
    """Return the corresponding day so many months later, else the end of that month (K13). Raises InvalidInput."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 0 < year <= MAXYEAR:
        raise InvalidInput("calendar_missing", year=year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time.min)
