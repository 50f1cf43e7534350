"""Working calendars: layers, versions, a year, and the report of which open cases a version moves."""

from dataclasses import asdict

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from app.domain.calendar import to_local
from app.domain.calendar_authority import report_scope
from app.domain.calendar_layers import data_end
from app.domain.errors import InvalidInput
from app.operations.load_calendar_version import load_calendar_version, preview_calendar_version
from app.operations.retry_calendar_load import retry_calendar_load
from app.queries.calendars import (
    LoadLine,
    VersionLine,
    grid_of_year,
    list_layers,
    list_loads,
    list_report,
    list_versions,
    load_line,
)
from app.web.api import calendar_answers, schemas
from app.web.api.answers import page_of
from app.web.api.present import jsonable
from app.web.api.requests import container, context, paging, reading, row_id
from app.web.calendar_upload import upload_of_request
from app.web.sign_in import current_person, require_role

blueprint = Blueprint("calendars", __name__, description="Working calendars (工作日历)")
LOADING = ("admin", "supervisor")
READING = ("admin", "supervisor", "duty_officer")


@blueprint.route("/calendars")
class Calendars(MethodView):
    """The layers of the working calendar."""

    @blueprint.response(200, calendar_answers.Layers)
    @blueprint.alt_response(401, schema=schemas.Problem)
    def get(self) -> object:
        """List the layers with the version in force, and say how long the national days are known."""
        current_person()
        published = context().library.current()
        with reading() as opened:
            lines = list_layers(opened.connection, published.known_layers)
        end = data_end(published.layers, now=opened.now, edge_days=published.time_rules.provisional_edge_days)
        return {"items": lines, "national": end, "next_cursor": None}


@blueprint.route("/calendars/<layer>/versions")
class Versions(MethodView):
    """Versions of a layer."""

    @blueprint.response(200, page_of(VersionLine))
    @blueprint.alt_response(422, schema=schemas.Problem)
    def get(self, layer: str) -> object:
        """List the versions, the newest first: who, when, which document, which days changed."""
        current_person()
        _known(layer)
        with reading() as opened:
            return {"items": list_versions(opened.connection, layer), "next_cursor": None}

    @blueprint.response(201, calendar_answers.LoadedVersion)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def post(self, layer: str) -> object:
        """Load a version: JSON days, the text of a CSV or TOML file, or the file itself.

        `?dry_run=true` answers 200 with the cases that would move, and changes nothing.
        """
        person = require_role(*LOADING)
        is_dry_run = _flag("dry_run")
        upload = upload_of_request(layer, schemas.CalendarVersion())
        if is_dry_run:
            return jsonable(preview_calendar_version(context(), person, upload)), 200
        loaded = load_calendar_version(context(), person, upload)
        with reading() as opened:
            line = load_line(opened.connection, int(str(loaded["load_id"])))
            page = list_report(
                opened.connection,
                report_scope(person),
                int(str(loaded["load_id"])),
                secret=container().settings.secret_key,
            )
        answer = {**loaded, "state": line.state, "cases": line.cases, "items": page.items}
        return jsonable({**answer, "next_cursor": page.next_cursor}), 201


@blueprint.route("/calendars/<layer>/days")
class Days(MethodView):
    """What a layer and those above it say about a year."""

    @blueprint.response(200, calendar_answers.YearDays)
    @blueprint.alt_response(422, schema=schemas.Problem)
    def get(self, layer: str) -> object:
        """List the rest days and make-up days of `?year=`, as offices below the layer count them."""
        current_person()
        _known(layer)
        text = request.args.get("year", "")
        published = context().library.current()
        calendar = published.calendar_of_layer(layer)
        with reading() as opened:
            year = int(text) if text.isdecimal() else to_local(opened.now).year
        months = grid_of_year(calendar, year)
        days = [day for month in months for day in month if day.kind in ("holiday", "make_up")]
        return {"layer": layer, "year": year, "layers": calendar.layers, "days": days}


@blueprint.route("/calendar-loads")
class Loads(MethodView):
    """Loads of versions and closures."""

    @blueprint.response(200, page_of(LoadLine))
    def get(self) -> object:
        """List the newest loads with the number of cases they moved."""
        require_role(*READING)
        with reading() as opened:
            return {"items": list_loads(opened.connection), "next_cursor": None}


@blueprint.route("/calendar-loads/<load_id>")
class Report(MethodView):
    """The report of a load."""

    @blueprint.response(200, calendar_answers.LoadReport)
    @blueprint.alt_response(404, schema=schemas.Problem)
    def get(self, load_id: str) -> object:
        """Say which cases moved, from when to when, and which had expired and were left alone."""
        person = require_role(*READING)
        page = paging()
        with reading() as opened:
            line = load_line(opened.connection, row_id(load_id))
            found = list_report(
                opened.connection,
                report_scope(person),
                row_id(load_id),
                secret=container().settings.secret_key,
                cursor=page.cursor,
                limit=page.limit,
            )
        return {**asdict(line), "items": found.items, "next_cursor": found.next_cursor}


@blueprint.route("/calendar-loads/<load_id>/retry")
class Retry(MethodView):
    """A second try on what failed."""

    @blueprint.response(200, calendar_answers.RetriedLoad)
    @blueprint.alt_response(403, schema=schemas.Problem)
    @blueprint.alt_response(409, schema=schemas.Problem)
    def post(self, load_id: str) -> object:
        """Let the cases the load failed on wait for it again; the worker counts them."""
        return retry_calendar_load(context(), require_role(*LOADING), load_id=row_id(load_id))


def _known(layer: str) -> None:
    if layer not in context().library.current().known_layers:
        raise InvalidInput("calendar_layer_unknown", layer=layer[:40])


def _flag(name: str) -> bool:
    text = request.args.get(name, "false").lower()
    if text not in ("true", "false", "1", "0", ""):
        raise InvalidInput("invalid", items=({"pointer": f"/{name}", "code": "option_unknown"},))
    return text in ("true", "1")
