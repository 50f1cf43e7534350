"""Working calendars (工作日历): days and office hours as sorted arrays, so that every question is a bisection.

Aware UTC instants stand outside, local naive time inside. China has had no daylight saving since 1991 and the data
begin in 2004, so local time is UTC+8 throughout. How the layers of a calendar are laid over each other:
`calendar_layers.py`.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from app.domain.errors import InvalidInput
from app.domain.office_hours import OfficeHours, clock_text, parse_hours

__all__ = [
    "ZONE",
    "OfficeHours",
    "ResolvedCalendar",
    "at_second",
    "clock_text",
    "parse_hours",
    "second_of",
    "to_local",
    "to_utc",
]

OFFSET = timedelta(hours=8)
ZONE = timezone(OFFSET, "Asia/Shanghai")


def to_local(instant: datetime) -> datetime:
    """Return an aware instant as local naive time. Raises InvalidInput `instant_naive` for a naive one."""
    if instant.tzinfo is UTC:
        return instant.replace(tzinfo=None) + OFFSET
    if instant.tzinfo is None:
        raise InvalidInput("instant_naive", text=instant.isoformat())
    return instant.astimezone(ZONE).replace(tzinfo=None)


def to_utc(local: datetime) -> datetime:
    """Return local naive time as an aware UTC instant."""
    return (local - OFFSET).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCalendar:
    """One version of every layer, the most local wins (time-limits.md section 1).

    id: hash of the versions and the hours. layers: their names, national first. days: ordinals of the working days,
    sorted. cum: office seconds before each of them, and in all at the end. profiles: (first ordinal, hours in force
    from then on), ascending. first, last: ordinals of the span with data; outside it nothing is answered.
    provisional_from: first ordinal that a notice not yet published may still change (K18).
    """

    id: str
    layers: tuple[str, ...]
    days: tuple[int, ...]
    cum: tuple[int, ...]
    profiles: tuple[tuple[int, OfficeHours], ...]
    first: int
    last: int
    provisional_from: int

    def hours_on(self, ordinal: int) -> OfficeHours:
        """Return the office hours in force on a day."""
        if len(self.profiles) == 1:
            return self.profiles[0][1]
        return self.profiles[max(0, bisect_right(self.profiles, ordinal, key=lambda item: item[0]) - 1)][1]

    @property
    def hours(self) -> OfficeHours:
        """The office hours in force last; `hours_on` gives those of a day."""
        return self.profiles[-1][1]

    def is_working(self, day: date) -> bool:
        """Say whether a date is a working day. Raises InvalidInput `calendar_missing` outside the data."""
        ordinal = self._known(day.toordinal())
        index = bisect_left(self.days, ordinal)
        return index < len(self.days) and self.days[index] == ordinal

    def rank(self, day: date) -> int:
        """Return the number of working days up to and including `day`."""
        return bisect_right(self.days, self._known(day.toordinal()))

    def rank_before(self, day: date) -> int:
        """Return the number of working days before `day`."""
        return bisect_left(self.days, self._known(day.toordinal()))

    def day_at(self, index: int) -> date:
        """Return the working day with `index` (from 0). Raises InvalidInput `calendar_missing` past the data."""
        if not 0 <= index < len(self.days):
            year = date.fromordinal(self.last).year + 1 if index > 0 else date.fromordinal(self.first).year - 1
            raise InvalidInput("calendar_missing", year=year)
        return date.fromordinal(self.days[index])

    def close_at(self, index: int) -> datetime:
        """Return the local close of working day `index`. Raises InvalidInput `calendar_missing` past the data."""
        return self.close_of(self.day_at(index))

    def close_of(self, day: date) -> datetime:
        """Return the local close of a day."""
        ordinal = day.toordinal()
        return datetime.fromordinal(ordinal) + timedelta(seconds=self.hours_on(ordinal).close_s)

    def open_of(self, day: date) -> datetime:
        """Return the local opening of a day."""
        ordinal = day.toordinal()
        return datetime.fromordinal(ordinal) + timedelta(seconds=self.hours_on(ordinal).open_s)

    def next_working(self, day: date) -> date:
        """Return the first working day on or after `day`."""
        return self.day_at(bisect_left(self.days, self._known(day.toordinal())))

    def first_close_from(self, local: datetime) -> int:
        """Return the index of the first working day whose close is at or after `local`."""
        ordinal = self._known(local.toordinal())
        return bisect_left(self.days, ordinal if local <= self.close_of(local) else ordinal + 1)

    def office_seconds(self, local: datetime) -> int:
        """Return the office seconds of this calendar before `local`; parts of a second are dropped."""
        ordinal = self._known(local.toordinal())
        index = bisect_left(self.days, ordinal)
        passed = self.cum[index]
        if index < len(self.days) and self.days[index] == ordinal:
            passed += self.hours_on(ordinal).before(second_of(local))
        return passed

    def last_with(self, seconds: int) -> datetime:
        """Return the last local instant with at most `seconds` office seconds before it.

        When they end exactly with a day or a block this is the next opening, so the time between stays green.
        """
        index = bisect_right(self.cum, seconds) - 1
        day = self.day_at(index)
        return at_second(day, self.hours_on(day.toordinal()).last_at(seconds - self.cum[index]))

    def first_with(self, seconds: int) -> datetime:
        """Return the first local instant with `seconds` > 0 office seconds before it; a full block ends at its end."""
        index = bisect_left(self.cum, seconds) - 1
        day = self.day_at(index)
        return at_second(day, self.hours_on(day.toordinal()).first_at(seconds - self.cum[index]))

    def covers(self, day: date) -> bool:
        """Say whether the data of this calendar reach a day."""
        return self.first <= day.toordinal() <= self.last

    def is_provisional(self, day: date) -> bool:
        """Say whether a date may still move because its year is not published (K18)."""
        return day.toordinal() >= self.provisional_from

    def _known(self, ordinal: int) -> int:
        if not self.first <= ordinal <= self.last:
            raise InvalidInput("calendar_missing", year=date.fromordinal(ordinal).year)
        return ordinal


def at_second(day: date, second: int) -> datetime:
    """Return the local instant of a second of a day."""
    return datetime.fromordinal(day.toordinal()) + timedelta(seconds=second)


def second_of(local: datetime) -> int:
    """Return the second of the day of a local instant, parts of a second dropped."""
    return local.hour * 3600 + local.minute * 60 + local.second
