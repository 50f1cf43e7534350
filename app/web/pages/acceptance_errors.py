"""Page to record an error at acceptance (受理差错)."""

from flask import redirect, render_template, request, url_for

from app.domain.vocabulary import CaseState
from app.operations.record_acceptance_error import FINDING_ROLES, AcceptanceError, record_acceptance_error
from app.web.errors import status_of
from app.web.pages.applicant_context import Answer
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.context import REFUSED, FormError, context, form_errors, reading, tell, words
from app.web.sign_in import current_person

ASKED = ("requirement", "reason", "supplement", "consent")
YES, NO = "yes", "no"
FIELDS = {"clock_reason_missing": "reason", "supplement_needs_consent": "consent"}


@pages.route("/cases/<case_no>/acceptance-error", methods=["GET", "POST"])
def acceptance_error(case_no: str) -> Answer:
    """Say which material should not have been accepted, and whether the applicant is asked for it."""
    person = current_person()
    values = {name: request.form.get(name, "").strip() for name in ASKED}
    with reading() as opened:
        file = read_case(opened, person, case_no)
    errors: list[FormError] = []
    status = 200
    if request.method == "POST":
        found = AcceptanceError(
            requirement=values["requirement"],
            reason=values["reason"],
            wants_supplement=values["supplement"] == YES,
            consent_document=values["consent"],
        )
        try:
            record_acceptance_error(context(), person, case_id=int(file.view.id), found=found)
        except REFUSED as refusal:
            name = FIELDS.get(refusal.code, "requirement")
            errors = [FormError(name=name, text=error["text"]) for error in form_errors(refusal, prefix="")]
            status = status_of(refusal)
        else:
            tell("acceptance_error_done", case_no=case_no)
            return redirect(url_for("pages.case", case_no=case_no))
    page = render_template(
        "acceptance_error.html",
        case={"case_no": case_no, "name": file.view.name},
        requirements=[{"code": item.code, "label": item.name} for item in file.requirements],
        answers=[{"code": code, "label": words().text(f"pages.acceptance_error.{code}")} for code in (NO, YES)],
        values={**values, "supplement": values["supplement"] or NO},
        errors=errors,
    )
    return page, status


def may_record_error(file: CaseFile) -> bool:
    """Say whether the reader may record an error at acceptance now."""
    return file.view.state in (CaseState.ACCEPTED, CaseState.SUSPENDED) and not file.roles.isdisjoint(FINDING_ROLES)
