"""What differs between two working calendars (日历差异): only a clock that spans such a day can move."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.calendar import ResolvedCalendar, to_utc

MOST_RUNS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRun:
    """Days that follow each other, from `first` to `last`, both inclusive."""

    first: date
    last: date

    @property
    def since_at(self) -> datetime:
        """The instant the first day begins; aware UTC."""
        return to_utc(datetime.combine(self.first, datetime.min.time()))

    @property
    def until_at(self) -> datetime:
        """The instant the last day is over; aware UTC."""
        return to_utc(datetime.combine(self.last, datetime.min.time()) + timedelta(days=1))


def changed_runs(old: ResolvedCalendar, new: ResolvedCalendar) -> tuple[DayRun, ...]:
    """Return the runs of days that the two calendars see differently, ascending; empty when they agree.

    A day differs when only one of them works on it, when its office hours differ, or when only one of them holds it
    for provisional. Days only one of them has data for differ as well. More runs than a query should carry become one
    from the first to the last, which touches more cases and moves none wrongly.
    """
    days = set(old.days).symmetric_difference(new.days)
    if old.profiles != new.profiles:
        days |= {day for day in new.days if old.hours_on(day) != new.hours_on(day)}
    low, high = sorted((old.provisional_from, new.provisional_from))
    days |= set(range(low, min(high, max(old.last, new.last) + 1)))
    runs = _runs(sorted(days))
    if len(runs) > MOST_RUNS:
        runs = [(runs[0][0], runs[-1][1])]
    return tuple(DayRun(first=date.fromordinal(first), last=date.fromordinal(last)) for first, last in runs)


def _runs(days: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and day == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
