"""An uploaded layer of the working calendar (日历文件): what it names, what is wrong with it, the version it makes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.calendar_layers import NATIONAL, PROVISIONAL_EDGE_DAYS, CalendarLayerVersion
from app.domain.errors import InvalidInput
from app.domain.office_hours import OfficeHours

OFF, WORK = "off", "work"
Fault = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDay:
    """A day of a file. kind: off or work. line: where it stands, counted from 1."""

    on: date
    kind: str
    line: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUpload:
    """What a file says about a layer, and what could not be read in it.

    document: number of the notice it follows. year: of a notice for one year, 0 for none. hours: (valid from, office
    hours), in the layer of an office. faults: of reading, each with `code`, `pointer` and `line`.
    """

    layer: str
    document: str
    year: int = 0
    days: tuple[NamedDay, ...] = ()
    hours: tuple[tuple[date, OfficeHours], ...] = ()
    faults: tuple[Fault, ...] = ()


def check_upload(
    upload: LayerUpload, *, national: CalendarLayerVersion, offices: Collection[str], known_layers: Collection[str]
) -> None:
    """Refuse an upload with everything that is wrong with it.

    national: version in force, whose years are the years of data. offices: layers that may have hours of their own.
    Raises InvalidInput `calendar_conflict` when a day is named twice, `calendar_day` for a row that cannot be read,
    `calendar_year` for a day outside the years of data, `calendar_document` without the number of the notice,
    `calendar_hours` for hours where no office is, `calendar_empty`, `calendar_layer_unknown`; `calendar_file` where
    faults of several kinds meet. Items name the line.
    """
    if upload.layer not in known_layers:
        raise InvalidInput("calendar_layer_unknown", layer=upload.layer)
    faults = [*upload.faults, *_of_document(upload), *_named_twice(upload), *_outside(upload, national)]
    if upload.hours and upload.layer not in offices:
        faults.append(_fault("calendar_hours", "/hours", layer=upload.layer))
    if not faults and not upload.days and not upload.hours:
        faults.append(_fault("calendar_empty", "/days"))
    if not faults:
        return
    codes = {str(fault["code"]) for fault in faults}
    days = ", ".join(str(fault["day"]) for fault in faults if fault["code"] == "calendar_conflict")
    raise InvalidInput(
        codes.pop() if len(codes) == 1 else "calendar_file",
        items=tuple(faults),
        count=len(faults),
        file=upload.document,
        days=days,
        year=upload.year or "",
        first=national.first_year,
        last=national.last_year,
    )


def next_version(current: CalendarLayerVersion | None, upload: LayerUpload) -> CalendarLayerVersion:
    """Return the version an upload makes: the days it names replace what was said about them before.

    The national notice of a year that was not published yet says everything about it: what was computed from the
    decree goes, and the year counts as published. A later one changes the days it names, like any other layer.
    """
    known = current or CalendarLayerVersion(layer=upload.layer, number=0)
    if upload.layer == NATIONAL and upload.year > known.published_through:
        known = replace(without_years(known, {upload.year}), last_year=max(known.last_year, upload.year))
    made = known.with_days(
        off=(day.on for day in upload.days if day.kind == OFF),
        work=(day.on for day in upload.days if day.kind == WORK),
        document=upload.document,
        publishes=(upload.year,) if upload.layer == NATIONAL else (),
    )
    dated = {**dict(known.hours), **dict(upload.hours)}
    return replace(made, hours=tuple(sorted(dated.items(), key=lambda item: item[0])))


def follow_files(
    known: CalendarLayerVersion, shipped: CalendarLayerVersion, changed_years: Collection[int]
) -> CalendarLayerVersion:
    """Return the version a deployment of rule files makes of a layer that may have had uploads meanwhile.

    changed_years: of the files that are new or differ. Their days win, and so do national years the library has learnt;
    what was uploaded for other years stays. Returns `known` itself when nothing differs.
    """
    learnt = {
        year for year in range(known.published_through + 1, shipped.published_through + 1) if year > known.first_year
    }
    years = {*changed_years, *learnt}
    pruned = without_years(known, learnt)
    made = pruned.with_days(
        off=(day for day in shipped.off if day.year in years),
        work=(day for day in shipped.work - shipped.off if day.year in years),
        document=shipped.document,
        publishes=(shipped.published_through,),
    )
    dated = {**dict(known.hours), **(dict(shipped.hours) if changed_years else {})}
    made = replace(
        made,
        last_year=max(known.last_year, shipped.last_year),
        hours=tuple(sorted(dated.items(), key=lambda item: item[0])),
    )
    return known if is_same(known, made) else made


def without_years(version: CalendarLayerVersion, years: Collection[int]) -> CalendarLayerVersion:
    """Return a version that says nothing about some years."""
    return replace(
        version,
        off=frozenset(day for day in version.off if day.year not in years),
        work=frozenset(day for day in version.work if day.year not in years),
    )


def is_same(old: CalendarLayerVersion, new: CalendarLayerVersion) -> bool:
    """Say whether two versions of a layer say the same about every day; number and document may differ."""
    return replace(new, number=old.number, document=old.document) == old


def days_named(old: CalendarLayerVersion | None, new: CalendarLayerVersion) -> tuple[tuple[date, str, str], ...]:
    """Return (day, what the old version said, what the new one says) where they differ; empty text for nothing."""
    before = _said(old) if old else {}
    after = _said(new)
    return tuple(
        (day, before.get(day, ""), after.get(day, ""))
        for day in sorted(before.keys() | after.keys())
        if before.get(day) != after.get(day)
    )


def _said(version: CalendarLayerVersion) -> dict[date, str]:
    return {**dict.fromkeys(version.off, OFF), **dict.fromkeys(version.work, WORK)}


def _of_document(upload: LayerUpload) -> list[Fault]:
    return [] if upload.document.strip() else [_fault("calendar_document", "/document")]


def _named_twice(upload: LayerUpload) -> list[Fault]:
    seen: dict[date, int] = {}
    faults = []
    for day in upload.days:
        if day.on in seen:
            text = day.on.isoformat()
            faults.append(
                _fault("calendar_conflict", "/days", day=text, days=text, line=day.line, first_line=seen[day.on])
            )
        seen.setdefault(day.on, day.line)
    return faults


def _outside(upload: LayerUpload, national: CalendarLayerVersion) -> list[Fault]:
    """A national notice may be for the year after the last published one; a day may lie up to a week before its year.

    None is left out: what was computed for a year in between would count as published. Notices have changed days back
    to 29 December of the year before (2007, 2011, 2018).
    """
    first, last = national.first_year, national.last_year
    if upload.layer == NATIONAL:
        latest = national.published_through + 1
        if not first <= upload.year <= latest:
            return [_fault("calendar_year", "/year", day=str(upload.year), first=first, last=latest)]
        last = max(last, upload.year)
    faults = []
    for day in upload.days:
        is_of_year = not upload.year or _is_of_year(day.on, upload.year)
        if not first <= day.on.year <= last or not is_of_year:
            faults.append(
                _fault("calendar_year", "/days", day=day.on.isoformat(), line=day.line, first=first, last=last)
            )
    return faults


def _is_of_year(day: date, year: int) -> bool:
    if not date.min.year < year <= date.max.year:
        return False
    return day.year == year or date(year, 1, 1) - timedelta(days=PROVISIONAL_EDGE_DAYS) <= day < date(year, 1, 1)


def _fault(code: str, pointer: str, **facts: object) -> Fault:
    return {"code": code, "pointer": pointer, **facts}
