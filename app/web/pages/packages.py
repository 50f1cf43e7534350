"""Pages of packages: upload with its findings, files, the second person, deployment."""

from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from app.catalogue.package import MOST_ENTRIES, MOST_PACKED_BYTES
from app.diagrams.reader import finding_item
from app.domain.errors import CaseworkError, DiagramRefused, InvalidInput
from app.domain.package import APPROVED, SUBMITTED
from app.operations.deploy_package import decide_package, deploy_package, submit_package
from app.queries.definitions import names_of_actors
from app.queries.packages import READING, PackageLine, get_package, get_package_row, list_packages
from app.web.api.requests import row_id
from app.web.pages.blueprint import pages
from app.web.pages.context import (
    FormError,
    Showing,
    context,
    form_errors,
    reading,
    showing,
    tell,
    told_or_refused,
    words,
)
from app.web.pages.finding_view import present_finding
from app.web.presenting import file_size
from app.web.sign_in import current_person, require_role

Names = dict[str, str]


@pages.get("/definitions/packages")
def packages() -> str:
    """List the packages of the reader's regions."""
    person = require_role(*READING)
    with reading() as opened:
        lines = list_packages(opened.connection, person)
        names, show = names_of_actors(opened.connection, _actors(*lines)), showing(opened.now)
    return render_template(
        "packages.html",
        packages=[_line(line, show, names) for line in lines],
        may_upload="designer" in person.roles,
    )


@pages.route("/definitions/packages/new", methods=["GET", "POST"])
def upload_package() -> str | Response | tuple[str, int]:
    """Upload a package; with a fault in any file all of them are told, and nothing is kept."""
    person, note = require_role("designer"), request.form.get("note", "")
    if request.method == "GET":
        return _form(note, [], [])
    file = request.files.get("file")
    content = file.stream.read() if file else b""
    try:
        if file is None or not content:
            item = {"pointer": "/file", "code": "answer_required", "field": words().text("pages.packages.file")}
            raise InvalidInput("invalid", items=(item,), count=1)
        submitted = submit_package(context(), person, name=file.filename or "", content=content, note=note)
    except DiagramRefused as refused:
        return _form(note, [], [present_finding(dict(item)) for item in refused.items]), 422
    except CaseworkError as refused:
        return _form(note, form_errors(refused, prefix=""), []), 422
    tell("package_submitted")
    return redirect(url_for("pages.package", package_id=submitted["package_id"]))


@pages.get("/definitions/packages/<package_id>")
def package(package_id: str) -> str:
    """Show a package: its files, what the checks found, and what the reader may do with it."""
    person = require_role(*READING)
    with reading() as opened:
        view = get_package(opened.connection, person, row_id(package_id))
        names, show = names_of_actors(opened.connection, _actors(view.line)), showing(opened.now)
    is_designer, state = "designer" in person.roles, view.line.state
    is_own = view.line.created_by == f"staff:{current_person().staff_id}"
    return render_template(
        "package.html",
        package={**_line(view.line, show, names), "sha256": view.line.sha256, "note": view.line.note},
        files=[
            {
                "path": item.path,
                "kind": words().text(f"pages.packages.kinds.{item.kind}"),
                "change": item.change,
                "label": words().text(f"pages.packages.changes.{item.change}"),
            }
            for item in view.contents
        ],
        has_scenarios=any(item.kind == "scenario" for item in view.contents),
        findings=[present_finding(finding_item(item)) for item in view.findings],
        may_decide=is_designer and state == SUBMITTED and not is_own,
        may_deploy=is_designer and state == APPROVED,
        waits_for_other=is_designer and state == SUBMITTED and is_own,
    )


@pages.get("/definitions/packages/<package_id>/content")
def package_content(package_id: str) -> Response:
    """Return the ZIP as it was submitted, as a file to be kept."""
    person = require_role(*READING)
    with reading() as opened:
        row = get_package_row(opened.connection, person, row_id(package_id))
    return send_file(BytesIO(row.content), mimetype="application/zip", as_attachment=True, download_name=row.name)


@pages.post("/definitions/packages/<package_id>/<any(approval, rejection, deployment):act>")
def act_on_package(package_id: str, act: str) -> Response:
    """Approve or send back what somebody else submitted, or deploy what was approved."""
    person, number, reason = require_role("designer"), row_id(package_id), request.form.get("reason", "")
    acts = {
        "approval": (
            lambda: decide_package(context(), person, package_id=number, is_approved=True),
            "package_approved",
        ),
        "rejection": (
            lambda: decide_package(context(), person, package_id=number, is_approved=False, reason=reason),
            "package_rejected",
        ),
        "deployment": (lambda: deploy_package(context(), person, package_id=number), "package_deployed"),
    }
    told_or_refused(*acts[act])
    return redirect(url_for("pages.package", package_id=package_id))


def _form(note: str, errors: list[FormError], findings: list[dict[str, object]]) -> str:
    return render_template(
        "package_upload.html",
        note=note,
        max_size=file_size(MOST_PACKED_BYTES),
        most=MOST_ENTRIES,
        errors=errors,
        findings=findings,
    )


def _actors(*lines: PackageLine) -> tuple[str | None, ...]:
    return tuple(actor for line in lines for actor in (line.created_by, line.decided_by, line.deployed_by))


def _line(line: PackageLine, show: Showing, names: Names) -> dict[str, object]:
    return {
        "package_id": line.id,
        "name": line.name,
        "state": line.state,
        "label": words().text(f"pages.packages.states.{line.state}"),
        "files": line.files,
        "regions": ", ".join(line.regions),
        "reason": line.reason or "",
        "generation": line.generation,
        "created_by": names.get(line.created_by, line.created_by),
        "created_at": show.at(line.created_at),
        "decided_by": names.get(line.decided_by or "", line.decided_by or ""),
        "decided_at": show.at(line.decided_at),
        "deployed_by": names.get(line.deployed_by or "", line.deployed_by or ""),
        "deployed_at": show.at(line.deployed_at),
    }
