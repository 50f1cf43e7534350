"""Pages of the working calendar: layers, a year as a grid, history, upload with a look before it counts, reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.catalogue.calendar_files import MOST_BYTES
from app.domain.authority import Person
from app.domain.calendar import to_local
from app.domain.calendar_authority import LayerPlace, report_scope, require_layer
from app.domain.calendar_layers import DataEnd, data_end
from app.domain.calendar_upload import LayerUpload
from app.domain.errors import CaseworkError, Forbidden, InvalidInput, NotFound
from app.operations.load_calendar_version import load_calendar_version, preview_calendar_version
from app.operations.retry_calendar_load import retry_calendar_load
from app.queries.calendars import (
    GridDay,
    LoadLine,
    ReportLine,
    VersionLine,
    grid_of_year,
    list_layers,
    list_loads,
    list_report,
    list_versions,
    load_line,
)
from app.queries.definitions import names_of_actors
from app.runtime.published import Published
from app.web.calendar_upload import upload_of_file
from app.web.language import current_language
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    FormError,
    Showing,
    context,
    form_errors,
    next_links,
    paging,
    reading,
    row_id,
    secret,
    showing,
    tell,
    told_or_refused,
    words,
)
from app.web.presenting import file_size
from app.web.sign_in import require_role

READING = ("admin", "supervisor", "duty_officer")
LOADING = ("admin", "supervisor")
NATION = "CN"


@pages.get("/admin/calendars")
def admin_calendars() -> str:
    """List the layers with the version in force, how long the national days are known, and the newest loads."""
    person = require_role(*READING)
    published = context().library.current()
    with reading() as opened:
        show = showing(opened.now)
        lines = list_layers(opened.connection, published.known_layers)
        loads = list_loads(opened.connection)
        actors = (*(line.loaded_by for line in lines), *(line.loaded_by for line in loads))
        names = names_of_actors(opened.connection, actors)
    rows = [
        {
            "layer": line.layer,
            "name": layer_name(published, published.known_layers[line.layer]),
            "level": line.level,
            "number": line.number,
            "document": line.document,
            "loaded_at": show.at(line.loaded_at),
            "loaded_by": names.get(line.loaded_by, ""),
            "days": line.days,
            "may_load": may_load(person, published.known_layers[line.layer]),
        }
        for line in lines
        if line.number or line.level != "office"
    ]
    offices = [
        {"code": place.layer, "label": layer_name(published, place)}
        for place in published.known_layers.values()
        if place.level == "office" and may_load(person, place)
    ]
    return render_template(
        "admin_calendars.html",
        layers=rows,
        offices=sorted(offices, key=lambda item: item["code"]),
        end=end_of_data(published, show),
        loads=[_load(line, show, names) for line in loads],
    )


@pages.get("/admin/calendars/<layer>")
def admin_calendar(layer: str) -> str:
    """Show a year of a layer as a grid of months, and the history of its versions."""
    person = require_role(*READING)
    published = context().library.current()
    place = _place(published, layer)
    with reading() as opened:
        show = showing(opened.now)
        versions = list_versions(opened.connection, layer)
        names = names_of_actors(opened.connection, tuple(version.loaded_by for version in versions))
    text = request.args.get("year", "")
    year = int(text) if text.isdecimal() else to_local(show.now).year
    months = grid_of_year(published.calendar_of_layer(layer), year)
    return render_template(
        "admin_calendar.html",
        layer={"code": layer, "name": layer_name(published, place), "level": place.level},
        year=year,
        months=[_month(number, month) for number, month in enumerate(months, start=1)],
        weekdays=[words().text(f"pages.calendar_weekday.{number}") for number in range(1, 8)],
        versions=[_version(version, show, names) for version in versions],
        may_load=may_load(person, place),
        end=end_of_data(published, show),
    )


@pages.route("/admin/calendars/<layer>/upload", methods=["GET", "POST"])
def upload_calendar(layer: str) -> str | Response | tuple[str, int]:
    """Upload a file: the first answer is what it would do, the second look loads it."""
    person = require_role(*LOADING)
    published = context().library.current()
    place = _place(published, layer)
    require_layer(person, place)
    values = {name: request.form.get(name, "").strip() for name in ("document", "year")}
    if request.method == "GET":
        return _upload_form(published, place, values, [])
    try:
        content, name = _content()
        upload = upload_of_file(layer, content.encode(), name, values)
        if request.form.get("confirmed") == "1":
            return _loaded(person, upload)
        preview = preview_calendar_version(context(), person, upload)
    except CaseworkError as refused:
        return _upload_form(published, place, values, form_errors(refused, prefix="")), 422
    with reading() as opened:
        show = showing(opened.now)
    return render_template(
        "admin_calendar_check.html",
        layer={"code": layer, "name": layer_name(published, place)},
        preview=preview,
        items=[_preview_line(item, show) for item in _mappings(preview["items"])],
        hidden={**values, "content": content, "name": name, "confirmed": "1"},
    )


@pages.get("/admin/calendar-loads/<load_id>")
def calendar_load(load_id: str) -> str:
    """Show which cases a load moved, from when to when, and which had expired."""
    person = require_role(*READING)
    page = paging()
    with reading() as opened:
        show = showing(opened.now)
        line = load_line(opened.connection, row_id(load_id))
        found = list_report(
            opened.connection,
            report_scope(person),
            row_id(load_id),
            secret=secret(),
            cursor=page.cursor,
            limit=page.limit,
        )
        names = names_of_actors(opened.connection, (line.loaded_by,))
    return render_template(
        "calendar_load.html",
        load=_load(line, show, names),
        items=[_report_line(item, show) for item in found.items if isinstance(item, ReportLine)],
        links_cases=not person.has_role("admin") or person.has_role("supervisor"),
        **next_links(found.next_cursor),
    )


@pages.post("/admin/calendar-loads/<load_id>/retry")
def retry_load(load_id: str) -> Response:
    """Try a load again on the cases it failed on."""
    person = require_role(*READING)
    told_or_refused(lambda: retry_calendar_load(context(), person, load_id=row_id(load_id)), "calendar_load_retried")
    return redirect(url_for("pages.calendar_load", load_id=load_id))


def end_of_data(published: Published, show: Showing) -> DataEnd:
    """Return how long the national days are known."""
    return data_end(published.layers, now=show.now, edge_days=published.time_rules.provisional_edge_days)


def layer_name(published: Published, place: LayerPlace) -> str:
    """Return the name of a layer in the language of this request."""
    if place.level == "office":
        department = published.department_by_code(place.layer)
        if department is not None:
            return department.name_zh if current_language() == "zh" else department.name_en
    key = f"pages.calendar_layer.{place.layer}"
    if words().messages.has(key):
        return words().text(key)
    return words().text(f"pages.calendar_level.{place.level}_of", region=place.region_code)


def may_load(person: Person, place: LayerPlace) -> bool:
    """Say whether the person may load a version of a layer."""
    try:
        require_layer(person, place)
    except Forbidden:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """A month as weeks of seven places; a place outside the month is None."""

    name: str
    weeks: tuple[tuple[GridDay | None, ...], ...]


def _month(number: int, days: tuple[GridDay, ...]) -> MonthView:
    places: list[GridDay | None] = [*([None] * days[0].on.weekday()), *days]
    places += [None] * (-len(places) % 7)
    weeks = tuple(tuple(places[start : start + 7]) for start in range(0, len(places), 7))
    return MonthView(name=words().text(f"pages.calendar_month.{number}"), weeks=weeks)


def _place(published: Published, layer: str) -> LayerPlace:
    place = published.known_layers.get(layer)
    if place is None:
        raise NotFound("calendar_layer_unknown", layer=layer[:40])
    return place


def _content() -> tuple[str, str]:
    """The text of the file, of this form or of the one before it."""
    file = request.files.get("file")
    if file is not None and file.filename:
        source = file.stream.read(MOST_BYTES + 1)
        try:
            return source.decode("utf-8-sig"), file.filename
        except UnicodeDecodeError as unreadable:
            fault = {"code": "calendar_unreadable", "pointer": "/file", "line": 1, "why": str(unreadable)}
            raise InvalidInput("calendar_unreadable", items=(fault,)) from unreadable
    content = request.form.get("content", "")
    if not content.strip():
        raise InvalidInput("invalid", items=({"pointer": "/file", "code": "answer_required"},))
    return content, request.form.get("name", "")


def _loaded(person: Person, upload: LayerUpload) -> Response:
    loaded = load_calendar_version(context(), person, upload)
    tell("calendar_loaded", document=upload.document)
    return redirect(url_for("pages.calendar_load", load_id=loaded["load_id"]))


def _upload_form(published: Published, place: LayerPlace, values: dict[str, str], errors: list[FormError]) -> str:
    return render_template(
        "admin_calendar_upload.html",
        layer={"code": place.layer, "name": layer_name(published, place), "is_nation": place.layer == NATION},
        values=values,
        max_size=file_size(MOST_BYTES),
        errors=errors,
    )


def _load(line: LoadLine, show: Showing, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "load_id": line.id,
        "document": line.document,
        "versions": [f"{item['layer']} {item['number']}" for item in line.versions],
        "is_closure": line.closure_id is not None,
        "loaded_at": show.at(line.loaded_at),
        "loaded_by": names.get(line.loaded_by, line.loaded_by),
        "state": line.state,
        "cases": line.cases,
    }


def _version(version: VersionLine, show: Showing, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "number": version.number,
        "document": version.document,
        "loaded_at": show.at(version.loaded_at),
        "loaded_by": names.get(version.loaded_by, version.loaded_by),
        "days": version.days,
        "hours": version.hours,
    }


def _report_line(item: ReportLine, show: Showing) -> dict[str, object]:
    return {
        "case_no": item.case_no,
        "clock": item.clock,
        "outcome": item.outcome,
        "old": show.at(item.old_due_at),
        "new": show.at(item.new_due_at),
        "old_colour": item.old_colour,
        "new_colour": item.new_colour,
    }


def _preview_line(item: Mapping[str, object], show: Showing) -> dict[str, object]:
    fields = {name: item[name] for name in ReportLine.__dataclass_fields__}
    return _report_line(ReportLine(**fields), show)  # type: ignore[arg-type]


def _mappings(items: object) -> Iterable[Mapping[str, object]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
