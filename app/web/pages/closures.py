"""Pages of closures (停止办公): the list, the form to declare one, and what the second person confirms."""

from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.domain.calendar_authority import covers_region
from app.domain.closure import REGION, SCOPES, ClosureInput
from app.domain.errors import CaseworkError, InvalidInput, NotFound
from app.operations.declare_closure import WATCHING, confirm_closure, declare_closure
from app.operations.release_deemed import ask_release, release_deemed
from app.queries.catalogue import list_counties
from app.queries.closures import ClosureLine, get_closure, list_closures_of, list_touched
from app.queries.definitions import names_of_actors
from app.queries.holds import find_open_release
from app.web.language import current_language
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    FormError,
    Showing,
    context,
    form_errors,
    reading,
    row_id,
    showing,
    tell,
    told_or_refused,
    words,
)
from app.web.sign_in import require_role

READING = ("supervisor", "duty_officer", "admin")
FIELDS = ("scope", "region", "department", "began_at", "ended_at", "reason", "document")


@pages.route("/closures", methods=["GET", "POST"])
def closures() -> str | Response | tuple[str, int]:
    """List the closures, and declare one."""
    person = require_role(*READING)
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors: list[FormError] = []
    if request.method == "POST":
        try:
            declared = declare_closure(context(), person, _declared(values))
        except CaseworkError as refused:
            errors = form_errors(refused, prefix="")
        else:
            tell("closure_declared")
            return redirect(url_for("pages.closure", closure_id=declared["closure_id"]))
    with reading() as opened:
        show = showing(opened.now)
        lines = list_closures_of(opened.connection, person)
        names = names_of_actors(opened.connection, _actors(lines))
        counties = list_counties(opened.connection)
    page = render_template(
        "closures.html",
        closures=[_line(line, show, names) for line in lines],
        may_declare=person.has_role(*WATCHING),
        scopes=[{"code": code, "label": words().text(f"pages.closure_scope.{code}")} for code in SCOPES],
        regions=_regions(person, counties),
        departments=_departments(person),
        values=values,
        errors=errors,
    )
    return (page, 422) if errors else page


@pages.get("/closures/<closure_id>")
def closure(closure_id: str) -> str:
    """Show a closure, what it blocks, and what the reader may do with it."""
    person = require_role(*READING)
    with reading() as opened:
        show = showing(opened.now)
        line = get_closure(opened.connection, person, row_id(closure_id))
        touched = list_touched(opened.connection, row_id(closure_id))
        names = names_of_actors(opened.connection, _actors((line,)))
        release = find_open_release(opened.connection, closure_id=row_id(closure_id))
    me = f"staff:{person.staff_id}"
    mine, watches, is_over = line.declared_by == me, person.has_role(*WATCHING), line.ended_at <= show.now
    return render_template(
        "closure.html",
        closure=_line(line, show, names),
        may_confirm=line.state == "declared" and not mine and watches,
        waits_for_other=line.state == "declared" and mine,
        may_ask=line.state == "confirmed" and is_over and release is None and person.has_role("supervisor"),
        may_release=release is not None and release.asked_by != me and watches,
        release_waits=release is not None and release.asked_by == me,
        approvals=[
            {
                "case_no": item.case_no,
                "state": item.state,
                "due": show.at(item.due_at),
                "guards": [_guard(code) for code in item.guards],
            }
            for item in touched
        ],
    )


@pages.post("/closures/<closure_id>/confirmation", endpoint="confirm_closure")
def confirm_closure_page(closure_id: str) -> Response:
    """Confirm a closure somebody else declared."""
    person = require_role(*WATCHING)
    told_or_refused(lambda: confirm_closure(context(), person, closure_id=row_id(closure_id)), "closure_confirmed")
    return redirect(url_for("pages.closure", closure_id=closure_id))


@pages.post("/closures/<closure_id>/release")
def ask_release_of_closure(closure_id: str) -> Response:
    """Ask for the release of the approvals a closure blocks."""
    person = require_role("supervisor")
    reason = request.form.get("reason", "")
    told_or_refused(
        lambda: ask_release(context(), person, closure_id=row_id(closure_id), reason=reason), "release_asked"
    )
    return redirect(url_for("pages.closure", closure_id=closure_id))


@pages.post("/closures/<closure_id>/release/confirmation")
def release_closure(closure_id: str) -> Response:
    """Confirm the release as the second person; what was blocked is looked at again."""
    person = require_role(*WATCHING)
    with reading() as opened:
        get_closure(opened.connection, person, row_id(closure_id))
        release = find_open_release(opened.connection, closure_id=row_id(closure_id))
    if release is None:
        raise NotFound("release_unknown", release=closure_id)
    told_or_refused(lambda: release_deemed(context(), person, release_id=release.id), "release_confirmed")
    return redirect(url_for("pages.closure", closure_id=closure_id))


def _declared(values: dict[str, str]) -> ClosureInput:
    is_region = values["scope"] == REGION
    return ClosureInput(
        scope=values["scope"],
        code=values["region"] if is_region else values["department"],
        began_at=_instant(values, "began_at"),
        ended_at=_instant(values, "ended_at"),
        reason=values["reason"],
        document=values["document"],
    )


def _instant(values: dict[str, str], name: str) -> datetime:
    """An instant as typed, by the local clock."""
    try:
        found = datetime.fromisoformat(values[name])
    except ValueError as unreadable:
        fault = {"pointer": f"/{name}", "code": "instant_malformed"}
        raise InvalidInput("invalid", items=(fault,)) from unreadable
    return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(UTC)


def _line(line: ClosureLine, show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "closure_id": line.id,
        "scope": line.scope,
        "name": line.name_zh if current_language() == "zh" else line.name_en,
        "began_at": show.at(line.began_at),
        "ended_at": show.at(line.ended_at),
        "reason": line.reason,
        "document": line.document,
        "state": line.state,
        "declared_by": names.get(line.declared_by, line.declared_by),
        "declared_at": show.at(line.declared_at),
        "confirmed_by": names.get(line.confirmed_by or "", ""),
        "confirmed_at": show.at(line.confirmed_at),
        "released_at": show.at(line.released_at),
        "load_id": line.load_id,
    }


def _actors(lines: tuple[ClosureLine, ...]) -> tuple[str | None, ...]:
    return tuple(actor for line in lines for actor in (line.declared_by, line.confirmed_by, line.released_by))


def _regions(person: Person, counties: tuple[tuple[str, str, str], ...]) -> list[dict[str, str]]:
    is_chinese = current_language() == "zh"
    found = [
        {"code": code, "label": zh if is_chinese else en}
        for code, zh, en in counties
        if covers_region(person, code, READING)
    ]
    above = sorted({f"{code[:4]}00" for code, _zh, _en in counties})
    whole = [
        {"code": code, "label": words().text("pages.closure.whole_prefecture")}
        for code in above
        if covers_region(person, code, READING) and code not in {item["code"] for item in found}
    ]
    return [*whole, *found]


def _departments(person: Person) -> list[dict[str, str]]:
    is_chinese = current_language() == "zh"
    departments = context().library.current().departments.values()
    return [
        {"code": item.code, "label": item.name_zh if is_chinese else item.name_en}
        for item in sorted(departments, key=lambda item: item.code)
        if covers_region(person, item.region_code, READING)
    ]


def _guard(code: str) -> str:
    key = f"notices.words.guards.{code}"
    return words().text(key) if words().messages.has(key) else code
