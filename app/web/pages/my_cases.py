"""An applicant's own cases (我的办件): the list, one case, corrections, withdrawal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import redirect, render_template, request, url_for

from app.domain.errors import Conflict
from app.domain.form import FormSchema
from app.domain.materials import NOT_IN_ORDER
from app.domain.vocabulary import CaseState
from app.operations.submit_correction import submit_correction
from app.operations.withdraw_case import BEFORE_DECISION
from app.operations.withdraw_case import withdraw_case as withdraw
from app.queries.cases import CaseLine, list_cases
from app.queries.progress import CorrectionNotice, find_correction
from app.runtime.application import HandedIn
from app.web.errors import status_of
from app.web.form_answers import read_answers
from app.web.pages.applicant_context import (
    Answer,
    correction_due,
    for_signed_in,
    holder,
    milestones,
    promise_of,
    result_in_words,
    stages,
)
from app.web.pages.applying import UNPROCESSABLE, answer_faults, form_fields, material_fields, named_faults, store_files
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.case_parts import common_parts
from app.web.pages.context import (
    REFUSED,
    FormError,
    Showing,
    context,
    form_errors,
    next_links,
    paging,
    reading,
    secret,
    showing,
    tell,
    words,
)
from app.web.presenting import mask_name
from app.web.sign_in import current_person, require_role

CORRECTION_FORM = "correction"
OPEN = ("open", "claimed")
RUNNING = (CaseState.ACCEPTED, CaseState.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What stands in the form of a correction. chosen: requirement -> material id."""

    answers: Mapping[str, object] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FormError, ...] = ()
    status: int = UNPROCESSABLE


@pages.get("/my/cases")
@for_signed_in
def my_cases() -> Answer:
    """List the person's own cases, newest first."""
    person, page = require_role("applicant"), paging()
    with reading() as opened:
        found = list_cases(opened.connection, person.scope, secret=secret(), cursor=page.cursor, limit=page.limit)
        shown = showing(opened.now)
    lines = [_line(item, shown) for item in found.items if isinstance(item, CaseLine)]
    return render_template("my_cases.html", cases=lines, **next_links(found.next_cursor))


@pages.get("/my/cases/<case_no>")
@for_signed_in
def my_case(case_no: str) -> Answer:
    """Show one case to its applicant."""
    file, notice = _read(case_no)
    view, shown = file.view, file.showing
    due, sentences = promise_of(file.clocks, shown)
    roles = [task.role for task in view.tasks if task.state in OPEN]
    parts = common_parts(file)
    return render_template(
        "progress_case.html",
        case=_head(file, roles),
        stages=stages(view.state, roles, shown.words),
        due=due,
        due_sentences=sentences,
        correction=_correction(file, notice) if view.state == CaseState.CORRECTING else None,
        members=_without_links(parts["members"]),
        documents=parts["documents"],
        timeline=milestones([(entry.at, entry.kind) for entry in file.history], shown),
        acts={"withdraw_url": url_for("pages.my_withdrawal", case_no=case_no) if _may_withdraw(file) else ""},
        back_url=url_for("pages.my_cases"),
        back_words=shown.words.text("pages.nav.my_cases"),
    )


@pages.route("/my/cases/<case_no>/correction", methods=["GET", "POST"])
@for_signed_in
def correction(case_no: str) -> Answer:
    """Bring what the one-time notice asks for; a clerk may do it at the window."""
    file, notice = _read(case_no)
    if file.view.state != CaseState.CORRECTING or notice is None:
        raise Conflict("no_correction_open", state=file.view.state)
    form = file.published.forms.get(CORRECTION_FORM)
    schema = form.schema if form else None
    if request.method == "GET":
        return _correction_page(file, notice, schema, _Typed())
    chosen, errors = store_files(file.person, file.requirements)
    answers = read_answers(schema, request.form.getlist) if schema else {}
    typed = _Typed(answers=answers, chosen=chosen, errors=(*errors, *answer_faults(schema, answers)))
    refused = typed if typed.errors else _submit(file, typed)
    if refused is None:
        tell("correction_submitted")
        return redirect(_case_url(file), code=303)
    return _correction_page(file, notice, schema, refused), refused.status


@pages.route("/my/cases/<case_no>/withdrawal", methods=["GET", "POST"])
@for_signed_in
def my_withdrawal(case_no: str) -> Answer:
    """Ask once, then take the application back."""
    person, reason = require_role("applicant"), request.form.get("reason", "").strip()
    file, _notice = _read(case_no)
    errors, status = list[FormError](), 200
    if request.method == "POST":
        try:
            withdraw(context(), person, case_id=int(file.view.id), reason=reason)
        except REFUSED as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            tell("withdrawn", case_no=case_no)
            return redirect(_case_url(file), code=303)
    return render_template("confirm.html", confirm=_withdrawal(case_no, reason), errors=errors), status


def _read(case_no: str) -> tuple[CaseFile, CorrectionNotice | None]:
    with reading() as opened:
        file = read_case(opened, current_person(), case_no)
        return file, find_correction(opened.connection, int(file.view.id))


def _submit(file: CaseFile, typed: _Typed) -> _Typed | None:
    materials = [HandedIn(requirement=code, material_id=int(found)) for code, found in typed.chosen.items()]
    try:
        submit_correction(context(), file.person, case_id=int(file.view.id), materials=materials, answers=typed.answers)
    except REFUSED as refusal:
        return replace(typed, errors=tuple(named_faults(refusal, list(typed.chosen))), status=status_of(refusal))
    return None


def _correction_page(file: CaseFile, notice: CorrectionNotice, schema: FormSchema | None, typed: _Typed) -> str:
    view = file.view
    remarks = {
        str(row["requirement"]): str(row["remark"] or "") for row in file.materials if row["state"] in NOT_IN_ORDER
    }
    names = {row.name: remarks.get(row.code, "") for row in file.requirements}
    return render_template(
        "correction.html",
        case={"case_no": view.case_no, "name": view.name},
        notice={"document_no": notice.document_no, "due": correction_due(file.clocks, file.showing)},
        items=[{"name": name, "remark": names.get(name, "")} for name in notice.items],
        asked=notice.asked,
        materials=_asked_materials(file, notice, typed),
        fields=form_fields(schema, typed.answers, typed.errors),
        errors=typed.errors,
        post_url=url_for("pages.correction", case_no=view.case_no),
        back_url=_case_url(file),
        given_json="{}",
    )


def _asked_materials(file: CaseFile, notice: CorrectionNotice, typed: _Typed) -> list[dict[str, object]]:
    """Return an upload for everything the notice names. A file that was found wrong is not offered again."""
    asked = [row for row in file.requirements if row.name in notice.items] or list(file.requirements)
    wrong = {str(row["material_id"]) for row in file.materials if row["state"] in NOT_IN_ORDER}
    return material_fields(file.person, asked, typed.chosen, without=wrong)


def _head(file: CaseFile, roles: list[str]) -> dict[str, object]:
    view, shown = file.view, file.showing
    return {
        "case_no": view.case_no,
        "name": view.name,
        "state": view.state,
        "applicant": mask_name(view.applicant_name),
        "department": view.department,
        "holder": holder(
            view.state, roles, shown.words, department=view.department, intake_department=view.intake_department
        ),
        "received_at": shown.at(view.received_at),
        "decision": shown.words.label("decision", view.decision) if view.decision else "",
        "result": result_in_words(view.state, view.result_kind, shown.words),
    }


def _correction(file: CaseFile, notice: CorrectionNotice | None) -> dict[str, object]:
    return {
        "url": url_for("pages.correction", case_no=file.view.case_no),
        "items": notice.items if notice else (),
        "asked": notice.asked if notice else (),
        "due": correction_due(file.clocks, file.showing),
    }


def _without_links(members: object) -> list[dict[str, object]]:
    """A member case is work of its office; its applicant follows the joint case."""
    assert isinstance(members, list)
    return [{**member, "url": ""} for member in members]


def _may_withdraw(file: CaseFile) -> bool:
    return file.person.is_applicant and file.view.state in BEFORE_DECISION and not file.view.parent_case_no


def _case_url(file: CaseFile) -> str:
    return url_for("pages.my_case" if file.person.is_applicant else "pages.case", case_no=file.view.case_no)


def _line(line: CaseLine, shown: Showing) -> dict[str, object]:
    has_limit = line.state in RUNNING and (line.is_paused or line.due_at is not None)
    return {
        "case_no": line.case_no,
        "name": line.name,
        "state": line.state,
        "department": line.department,
        "received_at": shown.at(line.received_at),
        "due": shown.due(line.due_at, line.colour(shown.now)) if has_limit else None,
        "url": url_for("pages.my_case", case_no=line.case_no),
        "needs_correction": line.state == CaseState.CORRECTING,
    }


def _withdrawal(case_no: str, reason: str) -> dict[str, object]:
    said = words()
    return {
        "title": said.text("pages.withdraw.title", case_no=case_no),
        "button": said.text("pages.withdraw.button"),
        "post_url": url_for("pages.my_withdrawal", case_no=case_no),
        "cancel_url": url_for("pages.my_case", case_no=case_no),
        "consequences": [said.text(f"pages.withdraw.{part}") for part in ("ends", "members")],
        "hidden": {},
        "is_dangerous": True,
        "reason_label": said.text("pages.withdraw.reason"),
        "reason": reason,
    }
