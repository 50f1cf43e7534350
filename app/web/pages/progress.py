"""Progress (进度查询) by case number and the code of the receipt, without signing in."""

from flask import render_template, request, url_for

from app.domain.errors import NotFound
from app.queries.progress import Progress, get_progress
from app.runtime.application import hash_progress_code
from app.web.errors import status_of
from app.web.pages.applicant_context import (
    Answer,
    correction_due,
    holder,
    milestones,
    promise_of,
    result_in_words,
    stages,
)
from app.web.pages.blueprint import pages
from app.web.pages.context import FormError, Showing, form_errors, reading, showing, view_of_rules

LONGEST = 60


@pages.route("/progress", methods=["GET", "POST"])
def progress() -> Answer:
    """Ask for number and code, and show where the case stands."""
    case_no, code = (request.form.get(name, "").strip()[:LONGEST] for name in ("case_no", "code"))
    errors, status = list[FormError](), 200
    if request.method == "POST":
        try:
            with reading() as opened:
                found = get_progress(
                    opened.connection,
                    view_of_rules(),
                    case_no=case_no,
                    code_hash=hash_progress_code(code),
                    now=opened.now,
                )
            return _found(found, showing(opened.now))
        except NotFound as refusal:
            errors, status = [FormError(name="code", text=e["text"]) for e in form_errors(refusal)], status_of(refusal)
    return render_template("progress.html", values={"case_no": case_no}, errors=errors), status


def _found(found: Progress, shown: Showing) -> str:
    said, roles = shown.words, found.waiting_roles
    due, sentences = promise_of(found.clocks, shown)
    case = {
        "case_no": found.case_no,
        "name": found.name,
        "state": found.state,
        "applicant": found.applicant,
        "department": found.department,
        "holder": holder(
            found.state, roles, said, department=found.department, intake_department=found.intake_department
        ),
        "received_at": shown.at(found.received_at),
        "decision": said.label("decision", found.decision) if found.decision else "",
        "result": result_in_words(found.state, found.result_kind, said),
    }
    return render_template(
        "progress_case.html",
        case=case,
        stages=stages(found.state, roles, said),
        due=due,
        due_sentences=sentences,
        correction=_correction(found, shown),
        members=_members(found),
        documents=[],
        timeline=milestones([(event.at, event.kind) for event in found.events], shown),
        acts={"withdraw_url": ""},
        back_url=url_for("pages.progress"),
        back_words=said.text("pages.progress.title"),
    )


def _correction(found: Progress, shown: Showing) -> dict[str, object] | None:
    if found.correction is None:
        return None
    told, due = found.correction, correction_due(found.clocks, shown)
    return {"url": "", "items": told.items, "asked": told.asked, "due": due}


def _members(found: Progress) -> list[dict[str, object]]:
    return [
        {
            "name": member.name,
            "case_no": member.case_no,
            "url": "",
            "department": member.department,
            "state": member.state,
            "due": None,
            "is_external": member.is_external,
        }
        for member in found.members
    ]
