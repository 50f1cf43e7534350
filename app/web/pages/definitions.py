"""Pages of process designers: list, upload with its findings, versions, the second person, deployment."""

from collections.abc import Callable

import orjson
from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.diagrams.reader import MOST_BYTES
from app.domain.errors import CaseworkError, InvalidInput
from app.operations.define import approve_definition, deploy_definition, save_definition, submit_definition
from app.queries.definition_calls import CalledVersion, Caller, get_calls
from app.queries.definitions import (
    KINDS,
    DefinitionLine,
    can_be_drawn,
    draft_edit,
    get_version,
    list_definitions,
    names_of_actors,
)
from app.storage.coverage import find_coverage
from app.storage.definitions import DefinitionRow
from app.web.pages.blueprint import pages
from app.web.pages.context import FormError, context, form_errors, reading, showing, tell, told_or_refused, words
from app.web.pages.definition_coverage import marks_of, present_coverage
from app.web.pages.finding_view import present_finding
from app.web.pages.rule_view import decision_tables
from app.web.presenting import file_size
from app.web.sign_in import current_person, require_role

READERS = ("designer", "catalogue_manager", "integrator", "admin")
Act = Callable[[], object]


@pages.get("/definitions")
def definitions() -> str:
    """List the diagrams with what is deployed and what waits."""
    require_role(*READERS)
    text, kind = request.args.get("text", ""), request.args.get("kind", "")
    with reading() as opened:
        lines = list_definitions(opened.connection)
        show = showing(opened.now)
    rows = [
        {
            "key": key,
            "name": versions[0].name or key,
            "kind": _kind_word(versions[0].kind),
            "version": next((line.version for line in versions if line.state == "deployed"), 0),
            "waiting": sum(line.state in ("draft", "submitted", "approved") for line in versions),
            "running_count": sum(line.open_cases for line in versions),
            "changed_at": show.at(versions[0].created_at),
        }
        for key, versions in _by_key(lines).items()
        if (text in key or text in versions[0].name) and kind in ("", versions[0].kind)
    ]
    return render_template(
        "definitions.html",
        filter={"text": text, "kind": kind},
        kinds=[{"code": code, "label": _kind_word(code)} for code in KINDS],
        may_upload="designer" in current_person().roles,
        definitions=rows,
        next_url="",
        first_url="",
    )


@pages.route("/definitions/new", methods=["GET", "POST"])
def upload_definition() -> str | WerkzeugResponse | tuple[str, int]:
    """Upload a diagram; its findings are shown, a readable one is kept as the draft of its key."""
    person = require_role("designer")
    values = {"key": request.form.get("key", "").strip(), "note": request.form.get("note", "")}
    if request.method == "GET":
        return _upload_form(values, [])
    file = request.files.get("file")
    source = file.stream.read() if file else b""
    try:
        _refuse_gaps({"file": source, "key": values["key"]})
        with reading() as opened:
            edit = draft_edit(opened.connection, values["key"])
        saved = save_definition(context(), person, key=values["key"], source=source, edit=edit, note=values["note"])
    except CaseworkError as refused:
        return _upload_form(values, form_errors(refused, prefix="")), 422
    tell("definition_saved")
    return redirect(url_for("pages.definition_version", key=saved["key"], number=saved["version"]))


@pages.get("/definitions/<key>")
def definition(key: str) -> WerkzeugResponse:
    """Go to the newest version of a definition."""
    require_role(*READERS)
    with reading() as opened:
        versions = [line for line in list_definitions(opened.connection) if line.key == key]
    number = versions[0].version if versions else 0
    return redirect(url_for("pages.definition_version", key=key, number=number))


@pages.get("/definitions/<key>/versions/<int:number>")
def definition_version(key: str, number: int) -> str:
    """Show a version: diagram, findings, facts, and what the reader may do with it."""
    require_role(*READERS)
    with reading() as opened:
        row = get_version(opened.connection, key, number)
        lines = _by_key(list_definitions(opened.connection))[key]
        calls = get_calls(opened.connection, key, number)
        covered = find_coverage(opened.connection, definition_id=row.id, key=key, sha256=row.sha256)
        actors = (row.created_by, row.approved_by, row.deployed_by, covered.measured_by if covered else None)
        names = names_of_actors(opened.connection, actors)
        show = showing(opened.now)
        may_edit = "designer" in current_person().roles and can_be_drawn(opened.connection, row)
    line = next(item for item in lines if item.version == number)
    source_url = url_for("pages.definition_source", key=key, number=number)
    findings = orjson.loads(row.findings)
    faults = [item["element_id"] for item in findings if item.get("element_id")]
    way = [element for item in findings for element in item.get("facts", {}).get("way", ()) if element not in faults]
    return render_template(
        "definition_version.html",
        definition=_head(key, line),
        version={
            "number": number,
            "state": "draft" if row.state == "refused" else row.state,
            "sha256": row.sha256,
            "created_by": names.get(row.created_by, row.created_by),
            "approved_by": names.get(row.approved_by or "", ""),
            "deployed_by": names.get(row.deployed_by or "", ""),
            "note": row.note or "",
            "created_at": show.at(row.created_at),
            "approved_at": show.at(row.approved_at),
            "deployed_at": show.at(row.deployed_at),
            "running_count": line.open_cases,
            "calls": [_call_line(item) for item in calls.calls],
            "callers": [_caller_line(item) for item in calls.callers],
        },
        acts={**_acts(row), "may_edit": may_edit},
        versions=[
            {
                "number": item.version,
                "state": "draft" if item.state == "refused" else item.state,
                "created_at": show.at(item.created_at),
                "url": url_for("pages.definition_version", key=key, number=item.version),
                "is_current": item.version == number,
                "compare_url": _compare_url(key, item.version, number),
            }
            for item in lines
        ],
        findings=[present_finding(item) for item in findings],
        diagram=_drawing(source_url, faults, way, marks_of(covered)) if line.kind == "bpmn" else None,
        coverage=present_coverage(row, covered, show=show, names=names),
        tables=decision_tables(row.source) if line.kind == "dmn" else [],
        source_url=source_url,
    )


def _call_line(item: CalledVersion) -> str:
    is_newest = item.version == item.deployed_version
    line = "newest" if is_newest else "older"
    return words().text(
        f"pages.calls.{line}", definition=item.key, version=item.version, deployed=item.deployed_version
    )


def _caller_line(item: Caller) -> str:
    return words().text("pages.calls.caller", definition=item.key, version=item.version, called=item.called_version)


@pages.get("/definitions/<key>/versions/<int:number>/diagram.bpmn")
def definition_source(key: str, number: int) -> Response:
    """Return the diagram as drawn."""
    require_role(*READERS)
    with reading() as opened:
        row = get_version(opened.connection, key, number)
    return Response(row.source, mimetype="application/xml")


@pages.post("/definitions/<key>/versions/<int:number>/submission", endpoint="submit_definition")
def submit_definition_page(key: str, number: int) -> WerkzeugResponse:
    """Submit the draft for approval."""
    person = require_role("designer")
    told_or_refused(lambda: submit_definition(context(), person, key=key), "definition_submitted")
    return redirect(url_for("pages.definition_version", key=key, number=number))


@pages.route(
    "/definitions/<key>/versions/<int:number>/approval", endpoint="approve_definition", methods=["GET", "POST"]
)
def approve_definition_page(key: str, number: int) -> str | WerkzeugResponse:
    """Approve what somebody else submitted, after a look at what it changes."""
    person = require_role("designer")

    def act() -> object:
        return approve_definition(context(), person, key=key, version=number, is_approved=True)

    return _decide("approve", key, number, act, "definition_approved")


@pages.post("/definitions/<key>/versions/<int:number>/refusal", endpoint="refuse_definition")
def refuse_definition_page(key: str, number: int) -> WerkzeugResponse:
    """Send back what somebody else submitted, with the reason."""
    person, reason = require_role("designer"), request.form.get("reason", "").strip()

    def act() -> object:
        return approve_definition(context(), person, key=key, version=number, is_approved=False, remark=reason)

    told_or_refused(act, "definition_sent_back")
    return redirect(url_for("pages.definition_version", key=key, number=number))


@pages.route(
    "/definitions/<key>/versions/<int:number>/deployment", endpoint="deploy_definition", methods=["GET", "POST"]
)
def deploy_definition_page(key: str, number: int) -> str | WerkzeugResponse:
    """Deploy an approved version; running cases keep theirs."""
    person = require_role("designer")
    return _decide(
        "deploy",
        key,
        number,
        lambda: deploy_definition(context(), person, key=key, version=number),
        "definition_deployed",
    )


def _decide(act: str, key: str, number: int, do: Act, told: str) -> str | WerkzeugResponse:
    if request.method == "POST":
        told_or_refused(do, told)
        return redirect(url_for("pages.definition_version", key=key, number=number))
    with reading() as opened:
        row = get_version(opened.connection, key, number)
        lines = _by_key(list_definitions(opened.connection))[key]
        names = names_of_actors(opened.connection, (row.created_by,))
    running = sum(item.open_cases for item in lines)
    return render_template(
        "definition_decide.html",
        act=act,
        definition=_head(key, lines[0]),
        version={
            "number": number,
            "created_by": names.get(row.created_by, row.created_by),
            "running_count": running,
        },
        effects=[words().text("pages.definition_decide.effect_running", count=running)],
        errors=[],
    )


def _refuse_gaps(given: dict[str, object]) -> None:
    """Raise InvalidInput `invalid` with one item for each field of the upload that is empty."""
    labels = {name: words().text(f"pages.definition_upload.{name}") for name in given}
    items = tuple(
        {"pointer": f"/{name}", "code": "answer_required", "field": labels[name]}
        for name, value in given.items()
        if not value
    )
    if items:
        raise InvalidInput("invalid", items=items, count=len(items))


def _upload_form(values: dict[str, str], errors: list[FormError]) -> str:
    return render_template("definition_upload.html", values=values, max_size=file_size(MOST_BYTES), errors=errors)


def _by_key(lines: tuple[DefinitionLine, ...]) -> dict[str, list[DefinitionLine]]:
    found: dict[str, list[DefinitionLine]] = {}
    for line in lines:
        found.setdefault(line.key, []).append(line)
    return found


def _head(key: str, line: DefinitionLine) -> dict[str, str]:
    return {"key": key, "name": line.name or key, "kind": _kind_word(line.kind)}


def _kind_word(kind: str) -> str:
    return words().text(f"pages.definition_kind.{kind}")


def _compare_url(key: str, one: int, other: int) -> str:
    """Return where two versions stand beside each other, the older one first."""
    return url_for("pages.compare_definitions", key=key, number=min(one, other), other=max(one, other))


def _acts(row: DefinitionRow) -> dict[str, object]:
    person = current_person()
    is_designer, mine = "designer" in person.roles, row.created_by == f"staff:{person.staff_id}"
    waits = row.state == "submitted"
    has_errors = any(item["severity"] == "error" for item in orjson.loads(row.findings))
    return {
        "may_submit": is_designer and row.state in ("draft", "refused") and not has_errors,
        "may_approve": is_designer and waits and not mine,
        "may_deploy": is_designer and row.state == "approved",
        "why_not": _why_not(row, is_own=waits and mine, has_errors=has_errors),
    }


def _why_not(row: DefinitionRow, *, is_own: bool, has_errors: bool) -> str:
    if is_own:
        return words().text("pages.definition_version.second_person")
    if row.state == "refused":
        return words().text("pages.definition_version.sent_back", reason=row.remark or "")
    return words().text("pages.definition_version.has_errors") if has_errors and row.state == "draft" else ""


def _drawing(source_url: str, faults: list[str], way: list[str], covered: dict[str, list[str]]) -> dict[str, object]:
    """Return the drawing of a version with its faults, the shortest way into a standstill, and what scenarios reached."""
    marks = {"way": list(dict.fromkeys(way)), **covered} if way else covered
    return {"xml_url": source_url, "current": [], "done": [], "faults": faults, "marks": marks}
