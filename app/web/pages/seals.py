"""Pages of seals (用印): what the system may seal, and the sealing of a paper from its case."""

from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.calendar_authority import covers_region
from app.domain.errors import CaseworkError, InvalidInput
from app.domain.seal import SEALED_KINDS
from app.operations.authorise_seals import (
    AUTHORISING,
    AuthorisationInput,
    authorise_seal,
    withdraw_seal_authorisation,
)
from app.operations.seal_document import seal_document
from app.queries.case_page import find_case_id
from app.queries.definitions import names_of_actors
from app.queries.seals import READING, SealAuthorisationView, list_seal_authorisations
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
from app.web.sign_in import current_person, require_role

FIELDS = ("department_code", "document_kind", "document_no", "valid_from_on", "valid_to_on")


@pages.route("/seals", methods=["GET", "POST"])
def seals() -> str | Response | tuple[str, int]:
    """List the authorisations of the system to seal, and give one."""
    person = require_role(*READING)
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors: list[FormError] = []
    if request.method == "POST":
        try:
            authorise_seal(context(), require_role(*AUTHORISING), _asked(values))
        except CaseworkError as refused:
            errors = form_errors(refused, prefix="")
        else:
            tell("seal_authorised")
            return redirect(url_for("pages.seals"))
    with reading() as opened:
        show = showing(opened.now)
        lines = list_seal_authorisations(opened.connection, person, now=opened.now)
        actors = tuple(actor for line in lines for actor in (line.granted_by, line.withdrawn_by))
        names = names_of_actors(opened.connection, actors)
    may_authorise = person.has_role(*AUTHORISING)
    page = render_template(
        "seals.html",
        authorisations=[_line(line, show, names) for line in lines],
        may_authorise=may_authorise,
        kinds=[{"code": kind, "label": words().text(f"documents.{kind}.name")} for kind in SEALED_KINDS],
        departments=[
            {"code": item.code, "label": item.name_zh if current_language() == "zh" else item.name_en}
            for item in context().library.current().departments.values()
            if covers_region(person, item.region_code, AUTHORISING)
        ],
        values=values,
        errors=errors,
    )
    return (page, 422) if errors else page


@pages.post("/seals/<authorisation_id>/withdrawal")
def withdraw_seal(authorisation_id: str) -> Response:
    """Take an authorisation back."""
    person, number = require_role(*AUTHORISING), row_id(authorisation_id)
    told_or_refused(
        lambda: withdraw_seal_authorisation(context(), person, authorisation_id=number), "seal_authorisation_withdrawn"
    )
    return redirect(url_for("pages.seals"))


@pages.post("/cases/<case_no>/documents/<document_id>/seal")
def seal_paper(case_no: str, document_id: str) -> Response:
    """Have the system seal a paper, or record that the reader sealed it by hand."""
    person, is_by_system = current_person(), request.form.get("by") == "system"
    with reading() as opened:
        case_id = find_case_id(opened.connection, person.scope, case_no)
    told_or_refused(
        lambda: seal_document(
            context(), person, case_id=case_id, document_id=row_id(document_id), is_by_system=is_by_system
        ),
        "seal_asked" if is_by_system else "seal_recorded",
    )
    return redirect(url_for("pages.case", case_no=case_no, _anchor="documents"))


def _asked(values: dict[str, str]) -> AuthorisationInput:
    return AuthorisationInput(
        department_code=values["department_code"],
        document_kind=values["document_kind"],
        document_no=values["document_no"],
        valid_from_on=date_of(values, "valid_from_on"),
        valid_to_on=date_of(values, "valid_to_on"),
    )


def date_of(values: dict[str, str], name: str) -> date:
    """Return a date as typed. Raises InvalidInput `invalid` at its field."""
    try:
        return date.fromisoformat(values[name])
    except ValueError as unreadable:
        raise InvalidInput("invalid", items=({"pointer": f"/{name}", "code": "date_malformed"},)) from unreadable


def _line(line: SealAuthorisationView, show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "authorisation_id": line.authorisation_id,
        "department": line.department,
        "kind": words().text(f"documents.{line.document_kind}.name"),
        "document_no": line.document_no,
        "valid_from_on": line.valid_from_on.isoformat(),
        "valid_to_on": line.valid_to_on.isoformat(),
        "state": line.state,
        "granted_by": names.get(line.granted_by, line.granted_by),
        "granted_at": show.at(line.granted_at),
        "may_withdraw": line.state in ("in_force", "coming") and current_person().has_role(*AUTHORISING),
    }
