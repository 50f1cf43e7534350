"""Pages of change sets (变更包): the list, the form to submit one, one beside the list it replaces, the decision."""

from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from app.diagrams.reader import finding_item
from app.domain.catalogue_change import ENDED, SUBMITTED, ChangeKind, Difference
from app.domain.errors import CaseworkError, DiagramRefused, NotFound
from app.operations.change_catalogue import CHANGING, approve_change, reject_change, submit_change
from app.queries.catalogue_changes import (
    READING,
    CatalogueChangeLine,
    CatalogueChangeView,
    RegionChange,
    get_catalogue_change,
    get_change_row,
    list_catalogue_changes,
)
from app.queries.definitions import names_of_actors
from app.queries.officer_facts import RegionName, list_region_names
from app.web.change_form import change_of_request
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
from app.web.pages.finding_view import present_finding
from app.web.presenting import file_size
from app.web.sign_in import current_person, require_role

FIELDS = (
    "matter_code",
    "regions",
    "kept_key",
    "kept_version",
    "document_no",
    "document_text",
    "effective_from",
)
Names = dict[str, RegionName]


@pages.get("/catalogue-changes")
def catalogue_changes() -> str:
    """List the change sets of the reader's regions."""
    person = require_role(*READING)
    with reading() as opened:
        page = paging()
        found = list_catalogue_changes(
            opened.connection, person, now=opened.now, secret=secret(), cursor=page.cursor, limit=page.limit
        )
        lines = tuple(line for line in found.items if isinstance(line, CatalogueChangeLine))
        people, regions = names_of_actors(opened.connection, _actors(lines)), list_region_names(opened.connection)
        show = showing(opened.now)
    return render_template(
        "catalogue_changes.html",
        changes=[_line(line, show, people, regions) for line in lines],
        may_submit=person.has_role(*CHANGING),
        **next_links(found.next_cursor),
    )


@pages.route("/catalogue-changes/new", methods=["GET", "POST"])
def submit_catalogue_change() -> str | Response | tuple[str, int]:
    """Submit a change set; what is missing or faulty is told at once."""
    person = require_role(*CHANGING)
    if request.method == "GET":
        return _form([], [])
    try:
        submitted = submit_change(context(), person, change_of_request())
    except DiagramRefused as refused:
        return _form([], [present_finding(dict(item)) for item in refused.items]), 422
    except CaseworkError as refused:
        return _form(form_errors(refused, prefix=""), []), 422
    tell("catalogue_change_submitted")
    return redirect(url_for("pages.catalogue_change", change_id=submitted["change_id"]))


@pages.get("/catalogue-changes/<change_id>")
def catalogue_change(change_id: str) -> str:
    """Show a change set: what differs from the list in force, its parts, and what the reader may do with it."""
    person = require_role(*READING)
    with reading() as opened:
        view = get_catalogue_change(opened.connection, person, row_id(change_id), now=opened.now)
        people = names_of_actors(opened.connection, _actors((view.line,)))
        regions, show = list_region_names(opened.connection), showing(opened.now)
    return render_template(
        "catalogue_change.html",
        change={**_line(view.line, show, people, regions), **_parts(view)},
        changes=[_changed(item, regions) for item in view.changes],
        findings=[present_finding(finding_item(item)) for item in view.findings],
        **_acts(view.line),
    )


@pages.get("/catalogue-changes/<change_id>/<any(document, diagram, list):part>")
def catalogue_change_part(change_id: str, part: str) -> Response:
    """Return a part of a change set as it was sent in, as a file to be kept."""
    person = require_role(*READING)
    with reading() as opened:
        row = get_change_row(opened.connection, person, row_id(change_id))
    found = {
        "document": (row.document, row.document_name or "document"),
        "diagram": (row.diagram, "process.bpmn"),
        "list": (row.list_source, row.list_path.rpartition("/")[2]),
    }
    content, name = found[part]
    if not content:
        raise NotFound("not_found")
    return send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)


@pages.post("/catalogue-changes/<change_id>/approval")
def approve_catalogue_change(change_id: str) -> Response:
    """Approve what somebody else submitted."""
    person, number = require_role(*CHANGING), row_id(change_id)
    told_or_refused(lambda: approve_change(context(), person, change_id=number), "catalogue_change_approved")
    return redirect(url_for("pages.catalogue_change", change_id=change_id))


@pages.post("/catalogue-changes/<change_id>/rejection")
def reject_catalogue_change(change_id: str) -> Response:
    """Reject what somebody else submitted, with the reason."""
    person, number, reason = require_role(*CHANGING), row_id(change_id), request.form.get("reason", "")
    told_or_refused(
        lambda: reject_change(context(), person, change_id=number, reason=reason), "catalogue_change_rejected"
    )
    return redirect(url_for("pages.catalogue_change", change_id=change_id))


def _form(errors: list[FormError], findings: list[dict[str, object]]) -> str:
    asked = request.form.get("kind") or request.args.get("kind") or ""
    kind = ChangeKind(asked) if asked in set(ChangeKind) else ChangeKind.CHANGE
    return render_template(
        "catalogue_change_new.html",
        kind=kind.value,
        kinds=[item.value for item in ChangeKind],
        has_list=kind not in ENDED,
        values={name: request.form.get(name, "") for name in FIELDS},
        max_size=file_size(context().settings.max_upload_bytes),
        errors=errors,
        findings=findings,
    )


def _acts(line: CatalogueChangeLine) -> dict[str, bool]:
    person = current_person()
    waits, mine = line.state == SUBMITTED and person.has_role(*CHANGING), line.created_by == f"staff:{person.staff_id}"
    return {"may_decide": waits and not mine, "waits_for_other": waits and mine}


def _line(line: CatalogueChangeLine, show: Showing, people: dict[str, str], regions: Names) -> dict[str, object]:
    return {
        "change_id": line.id,
        "kind": line.kind,
        "name": line.name,
        "matter_code": line.matter_code,
        "regions": words().text("pages.layout.comma").join(_region(code, regions) for code in line.regions),
        "effective_from": line.effective_from.isoformat(),
        "state": "in_force" if line.is_in_force else line.state,
        "document_no": line.document_no,
        "created_by": people.get(line.created_by, line.created_by),
        "created_at": show.at(line.created_at),
        "decided_by": people.get(line.decided_by or "", ""),
        "decided_at": show.at(line.decided_at),
        "reason": line.reason or "",
    }


def _parts(view: CatalogueChangeView) -> dict[str, object]:
    line = view.line
    version = line.definition_version or line.kept_version
    return {
        "definition_key": line.definition_key,
        "definition_version": f"v{version}" if version else "",
        "has_diagram": line.has_diagram,
        "document_text": view.document_text,
        "document_name": view.document_name,
        "list_path": view.list_path,
        "running_count": view.running_count,
    }


def _changed(change: RegionChange, regions: Names) -> dict[str, object]:
    return {
        "region": _region(change.region_code, regions),
        "version": change.version or 0,
        "differences": [_difference(item) for item in change.differences],
    }


def _difference(item: Difference) -> dict[str, str]:
    label = words().text(f"pages.list_field.{item.field}")
    if item.field == "item_state":
        return {
            "label": label,
            **{name: words().text(f"pages.item_state.{getattr(item, name)}") for name in ("old", "new")},
        }
    return {"label": label, "old": item.old, "new": item.new}


def _region(code: str, regions: Names) -> str:
    found = regions.get(code)
    return (found.zh if current_language() == "zh" else found.en) if found else code


def _actors(lines: tuple[CatalogueChangeLine, ...]) -> tuple[str | None, ...]:
    return tuple(actor for line in lines for actor in (line.created_by, line.decided_by))
