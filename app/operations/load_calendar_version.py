"""Load a version of a calendar layer (载入日历): a dry run says which dates would move, the load moves them."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from app.domain.authority import Person
from app.domain.calendar_authority import offices_of, report_scope, require_layer
from app.domain.calendar_layers import NATIONAL, CalendarLayerVersion
from app.domain.calendar_upload import LayerUpload, check_upload, days_named, is_same, next_version
from app.domain.errors import Conflict, InvalidInput
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.calendar_progress import carry_on
from app.runtime.calendar_publishing import CalendarPlan, plan_versions, publish_versions
from app.runtime.calendar_recount import BATCH, RecountedCase, Recounting, recount_cases
from app.runtime.context import Context, in_transaction
from app.runtime.published import Published
from app.storage.calendar_loads import CalendarLoadRow, list_concerned, read_cases
from app.storage.calendars import current_calendars
from app.storage.database import Connection, Reading
from app.storage.rules import begin_generation, current_generation
from app.storage.unit_of_work import UnitOfWork

PREFECTURE = "422800"
AT_ONCE_S = 2.0
DRY_RUN_S = 20.0
MOST_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    version: CalendarLayerVersion
    days: Sequence[Mapping[str, str]]


def preview_calendar_version(context: Context, person: Person, upload: LayerUpload) -> Result:
    """Return what a load would do, and write nothing.

    Cases are counted for twenty seconds at most; the report says how many of those concerned it has looked at, and
    lists the first five hundred that move or have expired. Raises Forbidden, InvalidInput of `check_upload`, Conflict
    `calendar_unchanged` when the file says nothing new.
    """
    published = context.library.current()
    _require_place(person, published, upload.layer)
    with context.database.reading() as opened:
        made = _made(opened.connection, published, upload)
        plan = plan_versions(opened.connection, [made.version], hours=published.time_rules.office_hours)
        load = _unsaved(plan, made.version, upload, opened, actor_of(person).code)
        cases, items = _examine(opened, plan, load, published, person)
    return {**_answer(made.version, made.days), "state": "dry_run", "cases": cases, "items": items}


def load_calendar_version(context: Context, person: Person, upload: LayerUpload) -> Result:
    """Put a version in force and count the open clocks it concerns again.

    The version and the list of cases go in with one commit; the cases follow in batches, here for two seconds and then
    by the worker. Raises like `preview_calendar_version`.
    """
    published = context.library.current()
    _require_place(person, published, upload.layer)
    load_id = context.ids.next_id(PREFECTURE)

    def body(uow: UnitOfWork) -> _Made:
        newest = context.library.published(current_generation(uow.connection))
        begin_generation(uow, by=actor_of(person).code)
        made = _made(uow.connection, newest, upload)
        plan = plan_versions(uow.connection, [made.version], hours=newest.time_rules.office_hours)
        publish_versions(uow, plan, [made.version], load_id=load_id, document=upload.document, by=actor_of(person).code)
        return made

    made = in_transaction(context, body)
    is_finished = carry_on(context, load_id, budget_s=AT_ONCE_S)
    state = "done" if is_finished else "running"
    return {**_answer(made.version, made.days), "state": state, "load_id": str(load_id)}


def _require_place(person: Person, published: Published, layer: str) -> None:
    """Raise InvalidInput `calendar_layer_unknown`, Forbidden `not_permitted` for a layer the person may not load."""
    place = published.known_layers.get(layer)
    if place is None:
        raise InvalidInput("calendar_layer_unknown", layer=layer[:40])
    require_layer(person, place)


def _made(connection: Connection, published: Published, upload: LayerUpload) -> _Made:
    layers = {name: row.days for name, row in current_calendars(connection).items()}
    places = published.known_layers
    check_upload(upload, national=layers[NATIONAL], offices=offices_of(places), known_layers=places.keys())
    known = layers.get(upload.layer)
    version = next_version(known, upload)
    if known is not None and is_same(known, version):
        raise Conflict("calendar_unchanged", layer=upload.layer)
    days = [{"on": day.isoformat(), "before": old, "after": new} for day, old, new in days_named(known, version)]
    return _Made(version=version, days=days)


def _answer(version: CalendarLayerVersion, days: Sequence[Mapping[str, str]]) -> dict[str, object]:
    return {
        "layer": version.layer,
        "number": version.number,
        "document": version.document,
        "published_through": version.published_through or None,
        "days": list(days),
        "hours": [{"valid_from": day.isoformat(), "blocks": hours.text} for day, hours in version.hours],
    }


def _unsaved(
    plan: CalendarPlan, version: CalendarLayerVersion, upload: LayerUpload, opened: Reading, by: str
) -> CalendarLoadRow:
    return CalendarLoadRow(
        id=0,
        document=upload.document,
        versions=((version.layer, version.number),),
        calendars={department_id: calendar.id for department_id, calendar in plan.calendars.items()},
        closure_id=None,
        loaded_at=opened.now,
        loaded_by=by,
    )


def _examine(
    opened: Reading, plan: CalendarPlan, load: CalendarLoadRow, published: Published, person: Person
) -> tuple[dict[str, int], list[dict[str, object]]]:
    recounting = Recounting(
        load=load,
        rules=published.time_rules,
        calendars={**published.calendars, **plan.by_id},
        targets=plan.calendars,
    )
    concerned = list_concerned(opened.connection, plan.spans)
    counts: Counter[str] = Counter()
    items: list[dict[str, object]] = []
    for done in _recounted(opened, concerned, recounting):
        counts[done.outcome] += 1
        if len(items) < MOST_LISTED and report_scope(person).contains(done.case.place):
            items.extend(_report_lines(done, load.document))
    return {"concerned": len(concerned), "examined": counts.total(), **dict(sorted(counts.items()))}, items


def _recounted(opened: Reading, concerned: Sequence[int], recounting: Recounting) -> Iterator[RecountedCase]:
    stop_at = time.monotonic() + DRY_RUN_S
    for start in range(0, len(concerned), BATCH):
        if time.monotonic() > stop_at:
            return
        cases = read_cases(opened.connection, concerned[start : start + BATCH])
        yield from recount_cases(opened.connection, cases, recounting, now=opened.now)


def _report_lines(done: RecountedCase, document: str) -> Iterator[dict[str, object]]:
    """Yield the lines of a report for a case: each clock that moves or has expired."""
    for move in done.result.moves:
        if move.outcome != "unmoved":
            yield {"case_no": done.case.case_no, "reason": document, **asdict(move)}
