"""Working calendars (工作日历): days and office hours as sorted arrays, so that every question is a bisection.

China has had no daylight saving since 1991 and the data begin in 2004, so local time is UTC+8 throughout.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from app.domain.errors import InvalidInput

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
BLOCK = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
PROVISIONAL_EDGE_DAYS = 7


def to_local(instant: datetime) -> datetime:
    """Return an aware instant as local naive time. Raises InvalidInput `instant_naive` for a naive one."""
    if instant.tzinfo is None:
        raise InvalidInput("instant_naive")
    return instant.astimezone(ZONE).replace(tzinfo=None)


def to_utc(local: datetime) -> datetime:
    """Return local naive time as an aware UTC instant."""
    return local.replace(tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Office hours of a day: blocks of seconds since midnight, in order."""

    blocks: tuple[tuple[int, int], ...]

    @property
    def open_s(self) -> int:
        """Start of the first block."""
        return self.blocks[0][0]

    @property
    def close_s(self) -> int:
        """End of the last block: the close of the day."""
        return self.blocks[-1][1]

    @property
    def total_s(self) -> int:
        """Office seconds of a working day."""
        return sum(end - start for start, end in self.blocks)

    def before(self, second: int) -> int:
        """Return the office seconds of a working day before `second` of the day."""
        return sum(max(0, min(second, end) - start) for start, end in self.blocks)

    def last_at(self, rest: int) -> int:
        """Return the last second of the day with at most `rest` office seconds before it; rest < total."""
        for start, end in self.blocks:
            if rest < end - start:
                return start + rest
            rest -= end - start
        return self.close_s

    def first_at(self, rest: int) -> int:
        """Return the first second of the day with `rest` office seconds before it; 0 < rest <= total."""
        for start, end in self.blocks:
            if rest <= end - start:
                return start + rest
            rest -= end - start
        return self.close_s


def parse_hours(text: str) -> OfficeHours:
    """Read `09:00-12:00,13:30-17:30`. Raises InvalidInput `hours_malformed`."""
    blocks = []
    for part in text.split(","):
        match = BLOCK.fullmatch(part.strip())
        if match is None:
            raise InvalidInput("hours_malformed", text=text)
        h1, m1, h2, m2 = (int(group) for group in match.groups())
        blocks.append((h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60))
    is_ordered = all(start < end for start, end in blocks) and all(
        one[1] <= two[0] for one, two in zip(blocks, blocks[1:], strict=False)
    )
    if not is_ordered:
        raise InvalidInput("hours_malformed", text=text)
    return OfficeHours(tuple(blocks))


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDays:
    """What one layer says: days off and days worked, and the last year it was published for."""

    layer: str
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    published_through: int = 0
    first_year: int = 0
    last_year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCalendar:
    """One version of every layer, most local wins. id: hash of what it says, so equal calendars are one.

    days: ordinals of the working days, sorted. first, last: the span with data; outside it nothing is answered.
    """

    id: str
    layers: tuple[str, ...]
    hours: OfficeHours
    days: tuple[int, ...]
    first: int
    last: int
    published_through: int

    def is_working(self, day: date) -> bool:
        """Say whether a date is a working day. Raises InvalidInput `calendar_missing` outside the data."""
        ordinal = self._known(day.toordinal())
        index = bisect_left(self.days, ordinal)
        return index < len(self.days) and self.days[index] == ordinal

    def rank(self, day: date) -> int:
        """Return the number of working days up to and including `day`."""
        return bisect_right(self.days, self._known(day.toordinal()))

    def day_at(self, index: int) -> date:
        """Return the working day with `index` (from 0). Raises InvalidInput `calendar_missing` past the data."""
        if not 0 <= index < len(self.days):
            year = date.fromordinal(self.last if index > 0 else self.first).year
            raise InvalidInput("calendar_missing", year=year + 1 if index > 0 else year - 1)
        return date.fromordinal(self.days[index])

    def close_of(self, day: date) -> datetime:
        """Return the local close of a day."""
        return at_second(day, self.hours.close_s)

    def next_working(self, day: date) -> date:
        """Return the first working day on or after `day`."""
        return self.day_at(bisect_left(self.days, self._known(day.toordinal())))

    def first_close_from(self, local: datetime) -> int:
        """Return the index of the first working day whose close is at or after `local`."""
        day = local.date()
        ordinal = self._known(day.toordinal())
        return bisect_left(self.days, ordinal if local <= self.close_of(day) else ordinal + 1)

    def office_seconds(self, local: datetime) -> int:
        """Return the office seconds of this calendar before `local`."""
        ordinal = self._known(local.toordinal())
        index = bisect_left(self.days, ordinal)
        passed = index * self.hours.total_s
        if index < len(self.days) and self.days[index] == ordinal:
            passed += self.hours.before(second_of(local))
        return passed

    def last_with(self, seconds: int) -> datetime:
        """Return the last local instant with at most `seconds` office seconds before it."""
        index, rest = divmod(seconds, self.hours.total_s)
        return at_second(self.day_at(index), self.hours.last_at(rest))

    def first_with(self, seconds: int) -> datetime:
        """Return the first local instant with `seconds` office seconds before it; a sum at a block's end ends there."""
        index, rest = divmod(seconds, self.hours.total_s)
        if rest == 0:
            index, rest = index - 1, self.hours.total_s
        return at_second(self.day_at(index), self.hours.first_at(rest))

    def is_provisional(self, day: date) -> bool:
        """Say whether a date may still move because its year is not published (time-limits K18)."""
        edge = date(self.published_through, 12, 31) - timedelta(days=PROVISIONAL_EDGE_DAYS)
        return day > edge

    def _known(self, ordinal: int) -> int:
        if not self.first <= ordinal <= self.last:
            raise InvalidInput("calendar_missing", year=date.fromordinal(ordinal).year)
        return ordinal


def resolve(layers: Mapping[str, LayerDays], names: Iterable[str], hours: OfficeHours) -> ResolvedCalendar:
    """Lay the layers over each other, the national one first, the most local last.

    A day is decided by the most local layer that names it, else by the weekday; `work` beats `off` inside one layer.
    Raises InvalidInput `calendar_missing` without a national layer.
    """
    chosen = [layers[name] for name in names if name in layers]
    national = next((layer for layer in chosen if layer.first_year), None)
    if national is None:
        raise InvalidInput("calendar_missing", year=0)
    first, last = date(national.first_year, 1, 1).toordinal(), date(national.last_year, 12, 31).toordinal()
    said: dict[int, bool] = {}
    for layer in chosen:
        said.update((day.toordinal(), False) for day in layer.off)
        said.update((day.toordinal(), True) for day in layer.work)
    days = tuple(ordinal for ordinal in range(first, last + 1) if said.get(ordinal, ordinal % 7 not in (6, 0)))
    published_through = max(layer.published_through for layer in chosen)
    body = repr((days, hours.blocks, first, last, published_through)).encode()
    return ResolvedCalendar(
        id=hashlib.sha256(body).hexdigest()[:32],
        layers=tuple(layer.layer for layer in chosen),
        hours=hours,
        days=days,
        first=first,
        last=last,
        published_through=published_through,
    )


def at_second(day: date, second: int) -> datetime:
    """Return the local instant of a second of a day."""
    return datetime.combine(day, time.min) + timedelta(seconds=second)


def second_of(local: datetime) -> int:
    """Return the second of the day of a local instant, parts of a second dropped."""
    return local.hour * 3600 + local.minute * 60 + local.second
