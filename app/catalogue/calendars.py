"""Read the working calendars: the national days of the library, and the layers in `rules/calendars/`."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from chinese_calendar import constants

from app.domain.calendar_layers import NATIONAL, CalendarLayerVersion, resolve_calendar
from app.domain.errors import InvalidInput
from app.domain.office_hours import OfficeHours, parse_hours

__all__ = ["read_calendars", "resolve_calendar"]

KINDS = ("off", "work")
WEEKEND = 5


def read_calendars(rules_dir: Path) -> dict[str, CalendarLayerVersion]:
    """Return every layer by name; the national one is what the library knows plus the files of years it does not know.

    A file `calendars/<layer>/<year>.toml` names days (`[[day]] on, kind, reason`), and in the layer of an office hours
    of its own (`[[hours]] valid_from, blocks`). `provisional = true` marks national days computed from the decree, for
    a year whose notice is not out; such a year counts as data but not as published.
    Raises InvalidInput with one item per fault: `calendar_conflict` for a day named twice, `calendar_day` for an
    unreadable or foreign one, `calendar_file` for a file that is no TOML or of no year.
    """
    faults: list[Mapping[str, object]] = []
    layers = {NATIONAL: _national()}
    for path in sorted((rules_dir / "calendars").glob("*/*.toml")):
        layer = path.parent.name
        known = layers.get(layer, CalendarLayerVersion(layer=layer))
        layers[layer] = _with_file(known, _File(path, faults))
    if faults:
        codes = {str(fault["code"]) for fault in faults}
        raise InvalidInput(codes.pop() if len(codes) == 1 else "calendar_file", items=tuple(faults), count=len(faults))
    return layers


@lru_cache(maxsize=1)
def _national() -> CalendarLayerVersion:
    off = frozenset(day for day in constants.holidays if day.weekday() < WEEKEND)
    work = frozenset(constants.workdays)
    years = [day.year for day in (*off, *work)]
    return CalendarLayerVersion(
        layer=NATIONAL,
        off=off,
        work=work,
        document="chinesecalendar",
        published_through=max(years),
        first_year=min(years),
        last_year=max(years),
    )


class _File:
    """One file of a layer, its faults noted as it is read."""

    def __init__(self, path: Path, faults: list[Mapping[str, object]]) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        self.faults = faults
        self.year = int(path.stem) if path.stem.isdigit() else 0
        try:
            self.content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as unreadable:
            self.content = {}
            self.note("calendar_file", why=str(unreadable))
        if not date.min.year <= self.year <= date.max.year:
            self.note("calendar_file", why=path.stem)

    @property
    def is_provisional(self) -> bool:
        """Days computed from the decree, without a notice."""
        return bool(self.content.get("provisional", False))

    def note(self, code: str, **facts: object) -> None:
        """Note a fault."""
        self.faults.append({"code": code, "pointer": f"/{self.name}", "file": self.name, **facts})

    def days(self) -> dict[date, str]:
        """Return day -> kind; a day of another year, of no kind or named twice is a fault."""
        found: dict[date, str] = {}
        for item in self.content.get("day", []):
            on, kind = item.get("on"), item.get("kind")
            if not isinstance(on, date) or kind not in KINDS or on.year != self.year:
                self.note("calendar_day", day=str(on), kind=str(kind))
            elif on in found:
                self.note("calendar_conflict", day=on.isoformat(), days=on.isoformat())
            else:
                found[on] = kind
        return found

    def hours(self) -> tuple[tuple[date, OfficeHours], ...]:
        """Return (valid from, office hours)."""
        found = []
        for item in self.content.get("hours", []):
            try:
                found.append((item["valid_from"], parse_hours(item["blocks"])))
            except (InvalidInput, KeyError) as unreadable:
                self.note("calendar_day", day=str(item.get("valid_from")), kind="hours", why=str(unreadable))
        return tuple(found)


def _with_file(known: CalendarLayerVersion, file: _File) -> CalendarLayerVersion:
    """A provisional file of a year the library has learnt meanwhile says nothing any more."""
    is_national = known.layer == NATIONAL
    if is_national and file.is_provisional and file.year <= known.published_through:
        return known
    days, hours = file.days(), file.hours()
    worked = frozenset(day for day, kind in days.items() if kind == "work")
    resting = frozenset(day for day, kind in days.items() if kind == "off")
    publishes = file.year if is_national and not file.is_provisional else 0
    return CalendarLayerVersion(
        layer=known.layer,
        number=known.number,
        off=(known.off - worked) | resting,
        work=(known.work - resting) | worked,
        document=str(file.content.get("document", known.document)),
        published_through=max(known.published_through, publishes),
        first_year=known.first_year,
        last_year=max(known.last_year, file.year) if is_national else known.last_year,
        hours=tuple(sorted((*known.hours, *hours), key=lambda item: item[0])),
    )
