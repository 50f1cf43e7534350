"""Layers of the working calendar (日历层级): versions, and the one calendar they give an office.

Source: 全国年节及纪念日放假办法 art. 4 (autonomous areas may add days); time-limits.md section 1.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from app.domain.calendar import OfficeHours, ResolvedCalendar, parse_hours, to_local
from app.domain.errors import InvalidInput

NATIONAL = "CN"
PROVISIONAL_EDGE_DAYS = 7
SUNDAY, SATURDAY = 0, 6
ALARM_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLayerVersion:
    """One version of a layer: nation, province, prefecture, county or office. A change is a new version.

    published_through: last year the layer was published for; 0 for layers that have no yearly notice. first_year,
    last_year: span of the national data. hours: (valid from, office hours), for offices with hours of their own.
    """

    layer: str
    number: int = 1
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    document: str = ""
    published_through: int = 0
    first_year: int = 0
    last_year: int = 0
    hours: tuple[tuple[date, OfficeHours], ...] = ()

    @property
    def sha(self) -> str:
        """Hash of everything the version says."""
        says = (
            self.layer,
            self.number,
            sorted(day.toordinal() for day in self.off),
            sorted(day.toordinal() for day in self.work),
            self.published_through,
            self.first_year,
            self.last_year,
            [(day.toordinal(), hours.blocks) for day, hours in self.hours],
        )
        return hashlib.sha256(repr(says).encode()).hexdigest()

    def to_facts(self) -> dict[str, object]:
        """Return the version as JSON holds it: days as sorted ISO dates, hours as `[valid from, blocks]`."""
        return {
            "layer": self.layer,
            "number": self.number,
            "off": sorted(day.isoformat() for day in self.off),
            "work": sorted(day.isoformat() for day in self.work),
            "document": self.document,
            "published_through": self.published_through,
            "first_year": self.first_year,
            "last_year": self.last_year,
            "hours": [[day.isoformat(), item.text] for day, item in self.hours],
        }

    @staticmethod
    def from_facts(facts: Mapping[str, Any]) -> "CalendarLayerVersion":
        """Return the version of `to_facts`; what is absent has its default."""
        values = dict(facts)
        for kind in ("off", "work"):
            values[kind] = frozenset(date.fromisoformat(day) for day in values.get(kind, ()))
        values["hours"] = tuple((date.fromisoformat(day), parse_hours(text)) for day, text in values.get("hours", ()))
        return CalendarLayerVersion(**values)

    def with_days(
        self, *, off: Iterable[date] = (), work: Iterable[date] = (), document: str = "", publishes: Iterable[int] = ()
    ) -> "CalendarLayerVersion":
        """Return the next version: the days named now replace what was said about them before.

        Raises InvalidInput `calendar_conflict` when a day is named twice.
        """
        resting, worked = frozenset(off), frozenset(work)
        if resting & worked:
            named = ", ".join(day.isoformat() for day in sorted(resting & worked))
            raise InvalidInput("calendar_conflict", file=document, days=named)
        return replace(
            self,
            number=self.number + 1,
            off=(self.off - worked) | resting,
            work=(self.work - resting) | worked,
            document=document or self.document,
            published_through=max(self.published_through, *publishes, 0),
        )


def resolve_calendar(
    layers: Mapping[str, CalendarLayerVersion],
    names: Iterable[str],
    *,
    hours: OfficeHours,
    provisional_edge_days: int = PROVISIONAL_EDGE_DAYS,
) -> ResolvedCalendar:
    """Lay the layers over each other, the national one first, the most local last.

    names: from the country down; a name without a version says nothing. hours: where no layer has hours of its own.
    A day is decided by the most local layer that names it, else by the weekday; `work` beats `off` inside one layer.
    Raises InvalidInput `calendar_missing` without a national layer.
    """
    local = dict.fromkeys(name for name in names if name != NATIONAL)
    chosen = [layers[name] for name in (NATIONAL, *local) if name in layers]
    national = layers.get(NATIONAL)
    if national is None or not national.first_year:
        raise InvalidInput("calendar_missing", year=date.min.year)
    first, last = date(national.first_year, 1, 1).toordinal(), date(national.last_year, 12, 31).toordinal()
    profiles = _profiles(chosen, first, hours)
    days = _working_days(chosen, first, last)
    edge = date(max(version.published_through for version in chosen), 12, 31) - timedelta(days=provisional_edge_days)
    says = repr((tuple(version.sha for version in chosen), [(at, item.blocks) for at, item in profiles], edge))
    return ResolvedCalendar(
        id=hashlib.sha256(says.encode()).hexdigest()[:32],
        layers=tuple(version.layer for version in chosen),
        days=days,
        cum=_office_seconds(days, profiles),
        profiles=profiles,
        first=first,
        last=last,
        provisional_from=edge.toordinal() + 1,
    )


def _working_days(chosen: list[CalendarLayerVersion], first: int, last: int) -> tuple[int, ...]:
    said: dict[int, bool] = {}
    for version in chosen:
        said.update((day.toordinal(), False) for day in version.off)
        said.update((day.toordinal(), True) for day in version.work)
    return tuple([day for day in range(first, last + 1) if said.get(day, day % 7 != SUNDAY and day % 7 != SATURDAY)])


def _profiles(
    chosen: list[CalendarLayerVersion], first: int, hours: OfficeHours
) -> tuple[tuple[int, OfficeHours], ...]:
    own = next((version.hours for version in reversed(chosen) if version.hours), ())
    dated = sorted((day.toordinal(), item) for day, item in own)
    if dated and dated[0][0] <= first:
        return tuple(dated)
    return ((first, hours), *dated)


def _office_seconds(days: tuple[int, ...], profiles: tuple[tuple[int, OfficeHours], ...]) -> tuple[int, ...]:
    if len(profiles) == 1:
        total = profiles[0][1].total_s
        return tuple(range(0, total * len(days) + 1, total))
    totals = [item.total_s for _, item in profiles]
    starts = [*(at for at, _ in profiles[1:]), days[-1] + 1 if days else 0]
    index, seconds = 0, []
    for day in days:
        while day >= starts[index] and index < len(totals) - 1:
            index += 1
        seconds.append(totals[index])
    return tuple(accumulate(seconds, initial=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DataEnd:
    """How long the national days are known (国务院通知). is_alarm: they run out within sixty days."""

    published_through: int
    last_year: int
    provisional_from: date
    days_left: int
    is_alarm: bool


def data_end(layers: Mapping[str, CalendarLayerVersion], *, now: datetime, edge_days: int) -> DataEnd:
    """Return how long the national days are known at `now`. Raises InvalidInput `calendar_missing` without them."""
    national = layers.get(NATIONAL)
    if national is None:
        raise InvalidInput("calendar_missing", year=to_local(now).year)
    last = date(national.published_through, 12, 31)
    days_left = (last - to_local(now).date()).days
    return DataEnd(
        published_through=national.published_through,
        last_year=national.last_year,
        provisional_from=last - timedelta(days=edge_days - 1),
        days_left=days_left,
        is_alarm=days_left <= ALARM_DAYS,
    )


class CalendarBook:
    """Layers, and the calendars already resolved from them. The layers are immutable, so nothing is ever stale."""

    def __init__(self, layers: Mapping[str, CalendarLayerVersion]) -> None:
        """layers: name -> version in force."""
        self._layers = dict(layers)
        self._resolved: dict[tuple[tuple[str, ...], OfficeHours], ResolvedCalendar] = {}

    @property
    def layers(self) -> Mapping[str, CalendarLayerVersion]:
        """The layers by name."""
        return self._layers

    def resolve(self, names: Iterable[str], hours: OfficeHours) -> ResolvedCalendar:
        """Return the calendar of these layers. Raises InvalidInput `calendar_missing` without a national layer."""
        key = (tuple(names), hours)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = resolve_calendar(self._layers, key[0], hours=hours)
        return found

    def with_version(self, version: CalendarLayerVersion) -> "CalendarBook":
        """Return a book in which `version` stands in place of the one its layer had."""
        return CalendarBook({**self._layers, version.layer: version})
