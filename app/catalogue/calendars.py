"""Read the working calendars: the national days of the library, and the layers in `rules/calendars/`."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar

from app.domain.calendar import LayerDays, OfficeHours, ResolvedCalendar, resolve
from app.domain.errors import InvalidInput

NATIONAL = "CN"
FIRST_YEAR = 2004
LAST_KNOWN_YEAR = 2026
KINDS = ("off", "work")


def read_calendars(rules_dir: Path) -> dict[str, LayerDays]:
    """Return every layer. Faults of all files come together as InvalidInput `calendar_conflict` with one item each.

    The national layer is what the library knows (2004 to 2026), and for years without a notice of the State Council the
    statutory days of the decree, which are provisional.
    """
    faults: list[Mapping[str, object]] = []
    found = {NATIONAL: _national()}
    for path in sorted((rules_dir / "calendars").glob("*/*.toml")):
        layer = path.parent.name
        days = _read_file(path, faults)
        known = found.get(layer, LayerDays(layer=layer))
        is_published = not days.pop("provisional", False)
        year = int(path.stem)
        found[layer] = LayerDays(
            layer=layer,
            off=known.off | frozenset(day for day, kind in days.items() if kind == "off"),  # type: ignore[arg-type]
            work=known.work | frozenset(day for day, kind in days.items() if kind == "work"),  # type: ignore[arg-type]
            published_through=max(known.published_through, year)
            if layer == NATIONAL and is_published
            else known.published_through,
            first_year=known.first_year,
            last_year=max(known.last_year, year) if layer == NATIONAL else known.last_year,
        )
    if faults:
        raise InvalidInput("calendar_conflict", items=tuple(faults))
    return found


def resolve_calendar(layers: Mapping[str, LayerDays], names: Iterable[str], *, hours: OfficeHours) -> ResolvedCalendar:
    """Return the working calendar of an office: the national layer and its own, most local last."""
    return resolve(layers, (NATIONAL, *(name for name in names if name != NATIONAL)), hours)


@lru_cache(maxsize=1)
def _national() -> LayerDays:
    off, work = set(), set()
    day, last, weekend = date(FIRST_YEAR, 1, 1), date(LAST_KNOWN_YEAR, 12, 31), 5
    while day <= last:
        is_working = chinese_calendar.is_workday(day)
        if is_working and day.weekday() >= weekend:
            work.add(day)
        elif not is_working and day.weekday() < weekend:
            off.add(day)
        day += timedelta(days=1)
    return LayerDays(
        layer=NATIONAL,
        off=frozenset(off),
        work=frozenset(work),
        published_through=LAST_KNOWN_YEAR,
        first_year=FIRST_YEAR,
        last_year=LAST_KNOWN_YEAR,
    )


def _read_file(path: Path, faults: list[Mapping[str, object]]) -> dict[object, object]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    days: dict[object, object] = {"provisional": bool(document.get("provisional", False))}
    for item in document.get("day", []):
        on, kind = item.get("on"), item.get("kind")
        if not isinstance(on, date) or kind not in KINDS or str(on.year) != path.stem:
            faults.append({"pointer": f"{path.parent.name}/{path.name}", "code": "calendar_day", "day": str(on)})
        elif days.get(on, kind) != kind or on in days:
            faults.append({"pointer": f"{path.parent.name}/{path.name}", "code": "calendar_conflict", "day": str(on)})
        days[on] = kind
    return days
