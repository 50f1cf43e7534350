"""Pages of correction requests (补正意见): joint applications to look at, the requests of one, and their settlement."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import asked_departments
from app.domain.errors import CaseworkError, NotFound
from app.domain.vocabulary import CaseKind, CaseState, CorrectionRequestState, Role, Shortage
from app.operations.request_corrections import (
    CorrectionRequestInput,
    request_correction,
    settle_correction_request,
)
from app.queries.case_page import find_case_id
from app.queries.correction_requests import CorrectionRequestView, list_correction_requests
from app.queries.definitions import names_of_actors
from app.queries.joint_applications import (
    AskedMember,
    JointApplication,
    list_asked_members,
    list_joint_applications,
)
from app.queries.progress import CorrectionNotice, find_correction
from app.storage.database import Reading
from app.web.api.cases import known_case_id_of
from app.web.errors import status_of
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.case_parts import common_parts
from app.web.pages.context import (
    REFUSED,
    FormError,
    Showing,
    back_to,
    context,
    form_errors,
    reading,
    row_id,
    showing,
    sight_of_case,
    tell,
    told_or_refused,
)
from app.web.sign_in import current_person, require_role

LOOKING = (Role.REVIEWER.value, Role.UNIT_HEAD.value)
TYPED = ("matter_code", "item", "own_item", "shortage", "remark")
FIELDS = {"notice_already_given": "item", "correction_request_waiting": "item"}
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one reading found out. members: those the reader may ask for; notice: the one that was sent."""

    file: CaseFile
    requests: list[dict[str, object]]
    members: tuple[AskedMember, ...]
    notice: CorrectionNotice | None


@pages.get("/joint-applications")
def joint_applications() -> str:
    """List the joint applications the departments of the reader are asked about."""
    person = require_role(*LOOKING)
    with reading() as opened:
        found, shown = list_joint_applications(opened.connection, person), showing(opened.now)
    return render_template("joint_applications.html", applications=[_application(item, shown) for item in found])


@pages.route("/cases/<case_no>/correction-requests", methods=["GET", "POST"])
def correction_requests(case_no: str) -> Answer:
    """Show what a joint application brings and what departments ask for; ask for a correction."""
    values = {name: request.form.get(name, "").strip() for name in TYPED}
    refusal = _ask(case_no, values) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        tell("correction_requested")
        return redirect(url_for("pages.correction_requests", case_no=case_no), code=303)
    try:
        with reading() as opened:
            found = _read(opened, case_no)
    except NotFound:
        # Accepted meanwhile: the department reads the application no more, and is told why it comes too late.
        if refusal is not None:
            raise refusal from None
        raise
    return _page(found, values, _errors(refusal) if refusal else []), status_of(refusal) if refusal else 200


@pages.post("/cases/<case_no>/correction-requests/<request_id>")
def settle_request(case_no: str, request_id: str) -> Response:
    """Settle a request at the window."""
    number, reason = row_id(request_id), request.form.get(f"reason.{request_id}", "")
    with reading() as opened:
        case_id = find_case_id(opened.connection, sight_of_case(opened, case_no), case_no)
    told_or_refused(
        lambda: settle_correction_request(
            context(), current_person(), case_id=case_id, request_id=number, reason=reason
        ),
        "correction_request_settled",
    )
    return back_to("pages.correction_requests", case_no=case_no)


def waiting_requests(opened: Reading, file: CaseFile) -> list[dict[str, object]]:
    """Return the requests that wait, for the window's task; none for a case of one matter."""
    if file.view.kind != CaseKind.THEME or not may_settle(file):
        return []
    return [item for item in _requests(opened, file) if item["state"] == CorrectionRequestState.WAITING]


def may_settle(file: CaseFile) -> bool:
    """Say whether the reader sits at the window that took the case in, and it waits for its acceptance."""
    hall = file.extras.intake_department_id
    is_window = any(
        place.role == Role.WINDOW_CLERK and place.department_id == hall for place in file.person.memberships
    )
    return is_window and file.view.state == CaseState.RECEIVED


def _ask(case_no: str, values: dict[str, str]) -> CaseworkError | None:
    """Ask for what was typed. Returns why it was refused. Raises NotFound."""
    asked = CorrectionRequestInput(
        matter_code=values["matter_code"],
        item=values["own_item"] or values["item"],
        shortage=values["shortage"],
        remark=values["remark"],
    )
    case_id = known_case_id_of(case_no)
    try:
        request_correction(context(), current_person(), case_id=case_id, asked=asked)
    except REFUSED as refusal:
        return refusal
    return None


def _read(opened: Reading, case_no: str) -> _Found:
    person = current_person()
    file = read_case(opened, person, case_no, scope=sight_of_case(opened, case_no))
    is_asked = bool(asked_departments(person))
    return _Found(
        file=file,
        requests=_requests(opened, file),
        members=list_asked_members(opened.connection, person, case_no) if is_asked else (),
        notice=find_correction(opened.connection, int(file.view.id)),
    )


def _requests(opened: Reading, file: CaseFile) -> list[dict[str, object]]:
    link = opened.connection
    views = list_correction_requests(link, file.published.themes, file.person, int(file.view.id))
    names = names_of_actors(link, tuple(view.requested_by for view in views))
    return [_request(view, file, names) for view in views]


def _request(view: CorrectionRequestView, file: CaseFile, names: dict[str, str]) -> dict[str, object]:
    return {
        "request_id": view.request_id,
        "member": view.member,
        "department": view.department,
        "name": view.name,
        "shortage": view.shortage,
        "remark": view.remark,
        "state": view.state,
        "reason": view.reason or "",
        "requested_by": names.get(view.requested_by, view.requested_by),
        "requested_at": file.showing.at(view.requested_at),
    }


def _page(found: _Found, values: dict[str, str], errors: list[FormError]) -> str:
    file, parts = found.file, common_parts(found.file)
    return render_template(
        "correction_requests.html",
        case=parts["case"],
        answers=parts["answers"],
        materials=parts["materials"],
        requests=found.requests,
        may_settle=may_settle(file),
        members=[{"code": member.matter_code, "label": member.name} for member in found.members],
        items=_items(found),
        is_told=found.notice is not None,
        shortages=[{"code": item.value, "label": file.showing.words.label("shortage", item)} for item in Shortage],
        values=values,
        errors=errors,
        back_url=url_for("pages.case", case_no=file.view.case_no),
    )


def _items(found: _Found) -> list[dict[str, str]]:
    """Return what may be chosen: the list of materials, after the one notice what it named."""
    if found.notice is not None:
        return [{"code": name, "label": name} for name in found.notice.items]
    return [{"code": row.code, "label": row.name} for row in found.file.requirements]


def _errors(refusal: CaseworkError) -> list[FormError]:
    name = FIELDS.get(refusal.code, "")
    return [FormError(name=error["name"] or name, text=error["text"]) for error in form_errors(refusal, prefix="")]


def _application(item: JointApplication, shown: Showing) -> dict[str, object]:
    return {
        "case_no": item.case_no,
        "name": item.name,
        "members": [member.name for member in item.members],
        "received_at": shown.at(item.received_at),
        "due_at": shown.at(item.due_at),
        "waiting_count": item.waiting_count,
    }
