"""One task (待办): its page, claiming, handing over, drafts and completion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.calendar import to_local
from app.domain.errors import CaseworkError, InvalidInput, NotFound
from app.domain.form import FieldKind, FormSchema
from app.domain.vocabulary import Role
from app.operations.claim_task import claim_task as claim
from app.operations.claim_task import hand_over_task as hand_over
from app.operations.claim_task import release_task as release
from app.operations.complete_task import Completion
from app.operations.complete_task import complete_task as complete
from app.operations.save_draft import save_task_draft as keep_draft
from app.operations.upload_material import upload_material
from app.queries.officer_facts import list_receivers
from app.queries.task_page import TaskPage, get_task_page
from app.web.errors import status_of
from app.web.form_answers import ReadList, read_answers
from app.web.form_view import FieldView, FormState, present_form
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.case_parts import common_parts, material_rows
from app.web.pages.context import (
    REFUSED,
    FormError,
    back_to,
    context,
    form_errors,
    local_path,
    reading,
    row_id,
    tell,
    told_or_refused,
    words,
)
from app.web.pages.correction_requests import waiting_requests
from app.web.pages.instances import instance_rows
from app.web.pages.worklist import as_left
from app.web.sign_in import current_person

MARKING = (Role.WINDOW_CLERK, Role.REVIEWER)
MARKS = ("accepted", "missing", "wrong")
MARK, REMARK = "mark.", "remark."
LONGEST_REMARK = 500
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What stands in the form of a task: as sent, or as kept so far. marks: requirement -> state, remark."""

    outcome: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    errors: tuple[FormError, ...] = ()


@pages.get("/tasks/<task_id>")
def task(task_id: str) -> str:
    """Show a task with what the caller typed so far."""
    return _page(task_id, None)


@pages.post("/tasks/<task_id>")
def complete_task(task_id: str) -> Answer:
    """Complete a task; what is refused comes back filled in."""
    person, schema = current_person(), _schema_of(task_id)
    sent = _Sent(outcome=request.form.get("outcome", ""), marks=_marks())
    try:
        answers = read_answers(schema, _with_files(schema)) if schema else {}
        sent = _Sent(outcome=sent.outcome, marks=sent.marks, answers=answers)
        completion = Completion(
            task_id=row_id(task_id),
            version=_version(),
            outcome=sent.outcome,
            data=answers,
            marks=sent.marks,
        )
        done = complete(context(), person, completion)
    except REFUSED as refusal:
        return _refused(task_id, sent, refusal)
    if _is_retrying(done):
        tell("completed_retrying", kind="warn")
    else:
        tell("completed")
    return redirect(url_for("pages.next_task") if request.form.get("next") == "task" else as_left())


@pages.post("/tasks/<task_id>/claim")
def claim_task(task_id: str) -> Response:
    """Take a task; from the worklist the reader goes back to it, from the task they stay."""
    person = current_person()
    told_or_refused(lambda: claim(context(), person, task_id=row_id(task_id)), "claimed")
    return back_to("pages.task", task_id=task_id)


@pages.post("/tasks/<task_id>/release")
def release_task(task_id: str) -> Response:
    """Give a task back to its group."""
    person = current_person()
    told_or_refused(lambda: release(context(), person, task_id=row_id(task_id)), "released")
    return redirect(as_left())


@pages.get("/tasks/<task_id>/handover")
def hand_over_task(task_id: str) -> str:
    """Show to whom a task may be handed over."""
    return _handover(task_id, {"staff": "", "reason": ""}, ())


@pages.post("/tasks/<task_id>/handover", endpoint="hand_over_task_post")
def do_hand_over(task_id: str) -> Answer:
    """Hand a task over to a colleague."""
    person = current_person()
    values = {"staff": request.form.get("staff", ""), "reason": request.form.get("reason", "").strip()}
    try:
        if not values["staff"].isdecimal():
            raise InvalidInput("invalid", items=({"pointer": "/staff", "code": "option_unknown"},))
        to = row_id(values["staff"])
        hand_over(
            context(), person, task_id=row_id(task_id), to_staff_id=to, reason=values["reason"], version=_version()
        )
    except (*REFUSED, NotFound) as refusal:
        return _handover(task_id, values, tuple(form_errors(refusal, prefix=""))), status_of(refusal)
    tell("handed_over")
    return redirect(as_left())


@pages.post("/tasks/<task_id>/draft")
def save_task_draft(task_id: str) -> Response:
    """Keep what is typed so far, and say when. `draft_version` of the form is that of the draft as last seen."""
    schema = _schema_of(task_id)
    data = _plain(read_answers(schema, request.form.getlist)) if schema else {}
    assert isinstance(data, dict)
    saved = keep_draft(
        context(),
        current_person(),
        task_id=row_id(task_id),
        version=row_id(request.form.get("draft_version", "0")),
        data={"form": data, **_kept_rest()},
    )
    at = saved["saved_at"]
    assert isinstance(at, datetime)
    return jsonify(
        {"version": saved["version"], "told": words().text("pages.draft.saved", time=f"{to_local(at):%H:%M}")}
    )


def _page(task_id: str, sent: _Sent | None) -> str:
    with reading() as opened:
        person, published = current_person(), context().library.current()
        found = get_task_page(opened.connection, published, person, row_id(task_id), now=opened.now)
        file = read_case(opened, person, found.task.case_no)
        requests = waiting_requests(opened, file)
    form = published.pinned_form(found.form_key, found.form_version)
    shown = sent or _kept(found)
    may_mark = found.rights.may_complete and not found.rights.may_claim and found.task.role in MARKING
    return render_template(
        "task.html",
        **{**common_parts(file), "materials": _materials(file, shown)},
        task=_task(found, file),
        fields=_fields(form.schema, shown, file) if form else (),
        outcomes=[
            {"code": code, "label": file.showing.words.label("outcome", code), "is_chosen": code == shown.outcome}
            for code in found.outcomes
        ],
        may_mark=may_mark,
        requests=requests,
        errors=list(shown.errors),
        next_url=local_path(as_left(), url_for("pages.worklist")),
        given_json="{}",
        draft={"version": found.draft.version, "is_restored": sent is None and found.draft.version > 0},
    )


def _refused(task_id: str, sent: _Sent, refusal: CaseworkError) -> tuple[str, int]:
    errors = tuple(form_errors(refusal))
    filled = _Sent(outcome=sent.outcome, answers=sent.answers, marks=sent.marks, errors=errors)
    return _page(task_id, filled), status_of(refusal)


def _task(found: TaskPage, file: CaseFile) -> dict[str, object]:
    item, rights, person = found.task, found.rights, file.person
    return {
        "task_id": item.id,
        "version": item.version,
        "title": file.showing.words.task_title(item.title, item.instance_no),
        "instance": instance_rows(found.locals),
        "assignee": file.names.get(int(item.assignee_id), "") if item.assignee_id else "",
        "is_open": item.state in ("open", "claimed"),
        "is_mine": item.assignee_id is not None and item.assignee_id == str(person.staff_id),
        "may_claim": rights.may_claim,
        "may_act": rights.may_complete and not rights.may_claim,
        "may_release": rights.may_release,
        "may_hand_over": rights.may_hand_over,
        "due": file.showing.due(item.due_at, item.colour),
    }


def _fields(schema: FormSchema, shown: _Sent, file: CaseFile) -> tuple[FieldView, ...]:
    errors: dict[str, str] = {}
    for error in shown.errors:
        errors.setdefault(error["name"], error["text"])
    state = FormState(language=file.language, errors=errors, given={"outcome": shown.outcome})
    return present_form(schema, shown.answers, state=state)


def _kept(found: TaskPage) -> _Sent:
    """Return the draft; a draft of a program holds the answers alone, one of the page also outcome and marks."""
    draft = found.draft.answers
    form = draft.get("form")
    answers = form if isinstance(form, Mapping) else draft
    outcome = draft.get("outcome") if isinstance(form, Mapping) else ""
    marks = draft.get("marks") if isinstance(form, Mapping) else {}
    kept = marks.items() if isinstance(marks, Mapping) else ()
    return _Sent(
        outcome=str(outcome or ""),
        answers=answers,
        marks={str(code): (str(mark[0]), str(mark[1])) for code, mark in kept},
    )


def _kept_rest() -> dict[str, object]:
    return {"outcome": request.form.get("outcome", ""), "marks": {code: list(mark) for code, mark in _marks().items()}}


def _materials(file: CaseFile, shown: _Sent) -> list[dict[str, object]]:
    errors = {
        error["name"].removeprefix(MARK): error["text"] for error in shown.errors if error["name"].startswith(MARK)
    }
    rows = material_rows(file, errors)
    for row in rows:
        marked = shown.marks.get(str(row["code"]))
        if marked:
            row["state"], row["remark"] = marked
            row["is_marked"] = True
    return rows


def _schema_of(task_id: str) -> FormSchema | None:
    """Return the form of a task the caller may see. Raises NotFound."""
    found = _found(task_id)
    form = context().library.current().pinned_form(found.form_key, found.form_version)
    return form.schema if form else None


def _found(task_id: str) -> TaskPage:
    with reading() as opened:
        published = context().library.current()
        return get_task_page(opened.connection, published, current_person(), row_id(task_id), now=opened.now)


def _version() -> int:
    """Return the version of the task as it was shown; a form without one acts on none that exists."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else -1


def _marks() -> dict[str, tuple[str, str]]:
    """Return the marks of materials as sent; an unknown mark counts as none."""
    sent = {name.removeprefix(MARK): state for name, state in request.form.items() if name.startswith(MARK)}
    return {
        code: (state, request.form.get(REMARK + code, "").strip()[:LONGEST_REMARK])
        for code, state in sent.items()
        if state in MARKS
    }


def _with_files(schema: FormSchema) -> ReadList:
    """Store the files of a posted form; each file answer is the id of its material. Raises InvalidInput."""
    stored: dict[str, list[str]] = {}
    for path, found in schema.fields():
        sent = request.files.get(f"form.{path}") if found.kind is FieldKind.FILEPICKER else None
        if sent is not None and sent.filename:
            material = upload_material(context(), current_person(), name=sent.filename, content=sent.read())
            stored[f"form.{path}"] = [str(material["material_id"])]
    return lambda name: stored.get(name) or request.form.getlist(name)


def _is_retrying(done: Mapping[str, object]) -> bool:
    """Say whether an automatic step after the task failed and is tried again."""
    case = done.get("case")
    return isinstance(case, Mapping) and bool(case.get("retrying"))


def _plain(value: object) -> object:
    """Return answers as JSON can keep them; an exact number is kept as it was typed."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _handover(task_id: str, values: Mapping[str, str], errors: tuple[FormError, ...]) -> str:
    item = _found(task_id).task
    holder = int(item.assignee_id) if item.assignee_id else current_person().staff_id
    with reading() as opened:
        people = list_receivers(opened.connection, int(item.id), besides=holder, now=opened.now)
    return render_template(
        "handover.html",
        task={
            "task_id": item.id,
            "version": item.version,
            "title": words().task_title(item.title, item.instance_no),
            "case_no": item.case_no,
            "case_name": item.case_name,
        },
        people=[{"code": str(staff_id), "label": name} for staff_id, name in people],
        values=values,
        errors=list(errors),
    )
