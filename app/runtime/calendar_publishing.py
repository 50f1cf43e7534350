"""Put new versions of calendar layers in force (日历发布), and find the cases that must be counted again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.calendar import ResolvedCalendar
from app.domain.calendar_change import DayRun, changed_runs
from app.domain.calendar_layers import CalendarLayerVersion, resolve_calendar
from app.domain.office_hours import OfficeHours
from app.storage.calendar_loads import (
    CalendarLoadRow,
    Span,
    add_load,
    calendars_in_use,
    note_waiting,
)
from app.storage.calendars import (
    CalendarVersionRow,
    add_calendar_version,
    current_calendars,
    keep_resolved,
    resolved_calendars,
)
from app.storage.catalogue import DepartmentRow, list_departments
from app.storage.database import Connection
from app.storage.unit_of_work import UnitOfWork

Versions = Mapping[str, CalendarLayerVersion]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPlan:
    """What new versions of layers change. calendars: department id -> calendar from now on. spans: days that matter."""

    calendars: Mapping[int, ResolvedCalendar]
    before: Mapping[int, ResolvedCalendar]
    spans: tuple[Span, ...]

    @property
    def by_id(self) -> dict[str, ResolvedCalendar]:
        """The calendars from now on by their id."""
        return {calendar.id: calendar for calendar in self.calendars.values()}


def plan_versions(
    connection: Connection, versions: Iterable[CalendarLayerVersion], *, hours: OfficeHours
) -> CalendarPlan:
    """Return what new versions would change, without writing anything.

    hours: office hours where no layer has its own. A clock counts with the calendar it began with or was last moved to,
    so each calendar still in use is compared with the new one of its department.
    """
    before = {name: row.days for name, row in current_calendars(connection).items()}
    after = {**before, **{version.layer: version for version in versions}}
    departments = list_departments(connection)
    old, new = _resolve(departments, before, hours), _resolve(departments, after, hours)
    in_use = calendars_in_use(connection) | {(item.id, old[item.id].id) for item in departments}
    known = _kept(connection, {calendar_id for _department, calendar_id in in_use}, hours)
    known |= {calendar.id: calendar for calendar in old.values()}
    return CalendarPlan(calendars=new, before=old, spans=tuple(_spans(in_use, known, new)))


def publish_versions(
    uow: UnitOfWork,
    plan: CalendarPlan,
    versions: Sequence[CalendarLayerVersion],
    *,
    load_id: int,
    document: str,
    by: str,
    closure_id: int | None = None,
) -> CalendarLoadRow:
    """Store the versions and a load for the cases they concern, which wait for it from this commit on.

    The caller has begun a generation, so every process reads the new calendars with its next transaction.
    """
    rows = [add_calendar_version(uow, version, document=version.document or document, by=by) for version in versions]
    newest = current_calendars(uow.connection)
    for calendar in {calendar.id: calendar for calendar in plan.calendars.values()}.values():
        keep_resolved(uow, calendar.id, [newest[name] for name in calendar.layers])
    load = CalendarLoadRow(
        id=load_id,
        document=document,
        versions=tuple((row.layer, row.number) for row in rows),
        calendars={department_id: calendar.id for department_id, calendar in plan.calendars.items()},
        closure_id=closure_id,
        loaded_at=uow.now(),
        loaded_by=by,
    )
    add_load(uow, load, plan.spans)
    note_waiting(uow, load.id)
    return load


def keep_current(uow: UnitOfWork, rows: Mapping[str, CalendarVersionRow], *, hours: OfficeHours) -> None:
    """Keep what the calendar of every department is made of now, so that a running clock finds it for ever."""
    layers = {name: row.days for name, row in rows.items()}
    for calendar in {
        item.id: item for item in _resolve(list_departments(uow.connection), layers, hours).values()
    }.values():
        keep_resolved(uow, calendar.id, [rows[name] for name in calendar.layers])


def _resolve(departments: Iterable[DepartmentRow], layers: Versions, hours: OfficeHours) -> dict[int, ResolvedCalendar]:
    made: dict[tuple[str, ...], ResolvedCalendar] = {}
    found = {}
    for item in departments:
        names = tuple(name for name in item.calendar_layers if name in layers)
        if names not in made:
            made[names] = resolve_calendar(layers, names, hours=hours)
        found[item.id] = made[names]
    return found


def _kept(connection: Connection, ids: set[str], hours: OfficeHours) -> dict[str, ResolvedCalendar]:
    return {
        calendar_id: replace(resolve_calendar(layers, tuple(layers), hours=hours), id=calendar_id)
        for calendar_id, layers in resolved_calendars(connection).items()
        if calendar_id in ids
    }


def _spans(
    in_use: Iterable[tuple[int, str]], known: Mapping[str, ResolvedCalendar], new: Mapping[int, ResolvedCalendar]
) -> Iterable[Span]:
    """A span names no department when every department that uses the calendar gets the same new one."""
    users: dict[str, set[int]] = {}
    for department_id, calendar_id in in_use:
        if calendar_id in known and department_id in new:
            users.setdefault(calendar_id, set()).add(department_id)
    made = {calendar.id: calendar for calendar in new.values()}
    runs: dict[tuple[str, str], tuple[DayRun, ...]] = {}
    for calendar_id, departments in sorted(users.items()):
        targets = {new[department_id].id for department_id in departments}
        for target in targets - {calendar_id}:
            runs[calendar_id, target] = changed_runs(known[calendar_id], made[target])
        if len(targets) == 1:
            pairs: list[tuple[int | None, str]] = [(None, next(iter(targets)))]
        else:
            pairs = [(department_id, new[department_id].id) for department_id in sorted(departments)]
        for scope, target in pairs:
            for run in runs.get((calendar_id, target), ()):
                yield Span(calendar_id=calendar_id, department_id=scope, run=run)
