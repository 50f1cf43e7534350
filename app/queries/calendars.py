"""Working calendars for their readers: layers in force, their history, a year as a grid, reports of loads."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.calendar import ResolvedCalendar
from app.domain.calendar_authority import LayerPlace
from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.calendar_upload import days_named
from app.domain.errors import InvalidInput, NotFound
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.calendar_loads import CalendarLoadRow, get_load, waiting_count
from app.storage.calendars import list_calendar_versions
from app.storage.tables import calendar_load, calendar_load_case, case_file

SATURDAY = 5
DONE, RUNNING = "done", "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDay:
    """A day whose meaning a version changed. before, after: off, work or empty."""

    on: date
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version of a layer in its history."""

    layer: str
    number: int
    document: str
    published_through: int | None
    loaded_at: datetime
    loaded_by: str
    days: tuple[NamedDay, ...]
    hours: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLine:
    """A layer with the version in force; number 0 and no document where none was ever loaded."""

    layer: str
    level: str
    region_code: str
    number: int
    document: str
    loaded_at: datetime | None
    loaded_by: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GridDay:
    """A day of a grid. kind: work, off (weekend), holiday (a weekday that rests), make_up (a weekend that works)."""

    on: date
    kind: str
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLine:
    """A load with its counts by outcome. state: running or done."""

    id: str
    document: str
    versions: tuple[Mapping[str, object], ...]
    closure_id: str | None
    loaded_at: datetime
    loaded_by: str
    finished_at: datetime | None
    state: str
    cases: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A clock of a case in a report. outcome: moved or past_due."""

    case_no: str
    clock: str
    outcome: str
    old_due_at: datetime | None
    new_due_at: datetime | None
    old_colour: str
    new_colour: str
    reason: str


def list_layers(connection: sa.Connection, places: Mapping[str, LayerPlace]) -> tuple[LayerLine, ...]:
    """Return every layer, from the nation down to the offices, those never loaded too."""
    newest = {row.layer: row for row in list_calendar_versions(connection)}
    order = {level: index for index, level in enumerate(("nation", "province", "prefecture", "county", "office"))}
    lines = []
    for place in sorted(places.values(), key=lambda item: (order[item.level], item.layer)):
        row = newest.get(place.layer)
        lines.append(
            LayerLine(
                layer=place.layer,
                level=place.level,
                region_code=place.region_code,
                number=row.number if row else 0,
                document=row.document if row else "",
                loaded_at=row.loaded_at if row else None,
                loaded_by=row.loaded_by if row else "",
                days=len(row.days.off | row.days.work) if row else 0,
            )
        )
    return tuple(lines)


def list_versions(connection: sa.Connection, layer: str) -> tuple[VersionLine, ...]:
    """Return the versions of a layer, the newest first, each with the days it changed."""
    lines = []
    before: CalendarLayerVersion | None = None
    for row in list_calendar_versions(connection):
        if row.layer != layer:
            continue
        days = row.days
        changed = days_named(before, days)
        lines.append(
            VersionLine(
                layer=row.layer,
                number=row.number,
                document=row.document,
                published_through=row.published_through or None,
                loaded_at=row.loaded_at,
                loaded_by=row.loaded_by,
                days=tuple(NamedDay(on=on, before=old, after=new) for on, old, new in changed),
                hours=tuple({"valid_from": on.isoformat(), "blocks": hours.text} for on, hours in days.hours),
            )
        )
        before = days
    return tuple(reversed(lines))


def grid_of_year(calendar: ResolvedCalendar, year: int) -> tuple[tuple[GridDay, ...], ...]:
    """Return the twelve months of a year. Raises InvalidInput `calendar_missing` outside the years of data."""
    months: list[list[GridDay]] = [[] for _month in range(12)]
    if not date.fromordinal(calendar.first).year <= year <= date.fromordinal(calendar.last).year:
        raise InvalidInput("calendar_missing", year=year)
    day = date(year, 1, 1)
    while day.year == year:
        is_working, is_weekend = calendar.is_working(day), day.weekday() >= SATURDAY
        kind = ("make_up" if is_weekend else "work") if is_working else ("off" if is_weekend else "holiday")
        months[day.month - 1].append(GridDay(on=day, kind=kind, provisional=calendar.is_provisional(day)))
        day += timedelta(days=1)
    return tuple(tuple(month) for month in months)


def list_loads(connection: sa.Connection, *, limit: int = 20) -> tuple[LoadLine, ...]:
    """Return the newest loads with their counts."""
    query = sa.select(calendar_load.c.id).order_by(calendar_load.c.loaded_at.desc(), calendar_load.c.id.desc())
    return tuple(load_line(connection, load_id) for load_id in connection.scalars(query.limit(limit)))


def load_line(connection: sa.Connection, load_id: int) -> LoadLine:
    """Return a load with its counts. Raises NotFound `calendar_load_unknown`."""
    row = get_load(connection, load_id)
    if row is None:
        raise NotFound("calendar_load_unknown", load=str(load_id))
    query = (
        sa.select(calendar_load_case.c.outcome, sa.func.count())
        .where(calendar_load_case.c.load_id == load_id)
        .group_by(calendar_load_case.c.outcome)
    )
    counts: Counter[str] = Counter({str(outcome): int(count) for outcome, count in connection.execute(query)})
    return LoadLine(
        id=str(row.id),
        document=row.document,
        versions=tuple({"layer": layer, "number": number} for layer, number in row.versions),
        closure_id=str(row.closure_id) if row.closure_id else None,
        loaded_at=row.loaded_at,
        loaded_by=row.loaded_by,
        finished_at=row.finished_at,
        state=DONE if _is_done(connection, row) else RUNNING,
        cases={"concerned": counts.total(), **dict(sorted(counts.items()))},
    )


def list_report(
    connection: sa.Connection,
    scope: Scope,
    load_id: int,
    *,
    secret: str,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the clocks a load moved or found expired, by case; only of cases in scope."""
    size = checked_limit(limit)
    document = load_line(connection, load_id).document
    query = (
        sa.select(calendar_load_case.c.case_id, calendar_load_case.c.facts, case_file.c.case_no)
        .join(case_file, case_file.c.id == calendar_load_case.c.case_id)
        .where(
            calendar_load_case.c.load_id == load_id,
            calendar_load_case.c.outcome.in_(("moved", "past_due", "unmoved")),
            *case_scope(scope),
        )
        .order_by(calendar_load_case.c.case_id)
        .limit(size + 1)
    )
    if cursor:
        query = query.where(calendar_load_case.c.case_id > int(decode_cursor(secret, cursor)[0]))
    rows = connection.execute(query).all()
    items = [
        _report_line(row.case_no, document, move)
        for row in rows[:size]
        for move in orjson.loads(row.facts)
        if move["outcome"] != "unmoved"
    ]
    following = encode_cursor(secret, (rows[size - 1].case_id,)) if len(rows) > size else None
    return Page(items=tuple(items), next_cursor=following)


def _report_line(case_no: str, document: str, move: Mapping[str, str | None]) -> ReportLine:
    old, new = move["old_due_at"], move["new_due_at"]
    return ReportLine(
        case_no=case_no,
        clock=str(move["clock"]),
        outcome=str(move["outcome"]),
        old_due_at=datetime.fromisoformat(old) if old else None,
        new_due_at=datetime.fromisoformat(new) if new else None,
        old_colour=str(move["old_colour"]),
        new_colour=str(move["new_colour"]),
        reason=document,
    )


def _is_done(connection: sa.Connection, row: CalendarLoadRow) -> bool:
    return row.finished_at is not None and not waiting_count(connection, row.id)
