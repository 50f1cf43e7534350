"""Pages of the register of certificates (证照): the list, one certificate, and the entering of older ones."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.authority import HANDLING, WATCHING
from app.domain.certificate import ALIVE
from app.domain.errors import CaseworkError
from app.domain.vocabulary import CertificateState, Role
from app.operations.enter_certificate import ENTERING, CertificateInput, enter_certificate
from app.queries.catalogue import DEMO_COUNTY, list_counties
from app.queries.certificates import CertificateView, get_certificate, list_certificates
from app.queries.definitions import names_of_actors
from app.queries.revocations import CancellationView, find_cancellation
from app.web.language import current_language
from app.web.masking import masked_certificate
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
    words,
)
from app.web.pages.seals import date_of
from app.web.sign_in import require_role

# Who may open the list of revocations this page links to.
REVOKING_READERS = ("supervisor", "duty_officer", "unit_head", "decider", "reviewer")
READING = (*sorted(HANDLING), *sorted(WATCHING))
FIELDS = (
    "certificate_no",
    "matter_code",
    "region_code",
    "holder_name",
    "holder_id_type",
    "holder_id_number",
    "valid_from_on",
    "valid_to_on",
    "source_document",
)


@pages.get("/certificates")
def certificates() -> str:
    """List the certificates in scope, and find one by number or holder."""
    person, page = require_role(*READING), paging()
    state, text = request.args.get("state", ""), request.args.get("q", "").strip()
    with reading() as opened:
        show = showing(opened.now)
        found = list_certificates(
            opened.connection,
            person.scope,
            now=opened.now,
            secret=secret(),
            state=state,
            text=text,
            cursor=page.cursor,
            limit=page.limit,
        )
    views = [masked_certificate(item, person) for item in found.items if isinstance(item, CertificateView)]
    return render_template(
        "certificates.html",
        certificates=[certificate_line(view, show) for view in views],
        state=state,
        states=[{"code": code.value, "label": words().label("certificate_state", code)} for code in CertificateState],
        q=text,
        may_enter=person.has_role(*ENTERING),
        may_see_revocations=person.has_role(*REVOKING_READERS),
        **next_links(found.next_cursor),
    )


@pages.get("/certificates/<certificate_id>")
def certificate(certificate_id: str) -> str:
    """Show one certificate."""
    person = require_role(*READING)
    with reading() as opened:
        show = showing(opened.now)
        view = get_certificate(opened.connection, person.scope, row_id(certificate_id), now=opened.now)
        names = names_of_actors(opened.connection, (view.entered_by,))
        cancelled = find_cancellation(opened.connection, row_id(certificate_id))
    heads = {place.department_id for place in person.memberships if place.role == Role.UNIT_HEAD}
    may_cancel = view.state in ALIVE and int(view.department_id) in heads
    line = certificate_line(masked_certificate(view, person), show)
    return render_template(
        "certificate.html",
        certificate={**line, "entered_by": names.get(view.entered_by, ""), "may_cancel": may_cancel},
        cancellation=_cancellation(cancelled, show) if cancelled else None,
    )


@pages.route("/certificates/new", methods=["GET", "POST"])
def enter_certificate_page() -> str | Response | tuple[str, int]:
    """Enter an older certificate."""
    person = require_role(*ENTERING)
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors: list[FormError] = []
    if request.method == "POST":
        try:
            entered = enter_certificate(context(), person, _entered(values))
        except CaseworkError as refused:
            errors = form_errors(refused, prefix="")
        else:
            tell("certificate_entered")
            return redirect(url_for("pages.certificate", certificate_id=entered["certificate_id"]))
    with reading() as opened:
        counties = list_counties(opened.connection)
    regions = [{"code": code, "label": zh if current_language() == "zh" else en} for code, zh, en in counties]
    page = render_template(
        "certificate_new.html",
        values={**values, "region_code": values["region_code"] or person.region_code or DEMO_COUNTY},
        regions=regions,
        errors=errors,
    )
    return (page, 422) if errors else page


def certificate_line(view: CertificateView, show: Showing) -> dict[str, object]:
    """Return a certificate as the pages show it."""
    return {
        "url": url_for("pages.certificate", certificate_id=view.certificate_id),
        "certificate_id": view.certificate_id,
        "certificate_no": view.certificate_no,
        "name": view.name,
        "department": view.department,
        "holder": view.holder_name,
        "holder_id_number": view.holder_id_number,
        "valid_from_on": view.valid_from_on.isoformat(),
        "valid_to_on": view.valid_to_on.isoformat() if view.valid_to_on else "",
        "state": view.state,
        "state_at": show.at(view.state_at),
        "case_no": view.case_no or "",
        "previous_no": view.previous_no or "",
        "source_document": view.source_document,
        "entered_at": show.at(view.entered_at),
    }


def _cancellation(view: CancellationView, show: Showing) -> dict[str, object]:
    return {
        "ground": words().label("cancellation_ground", view.ground),
        "article": view.article,
        "reasons": view.reasons,
        "source_document": view.source_document,
        "document_no": view.document_no or "",
        "cancelled_at": show.at(view.cancelled_at),
    }


def _entered(values: dict[str, str]) -> CertificateInput:
    return CertificateInput(
        certificate_no=values["certificate_no"],
        matter_code=values["matter_code"],
        region_code=values["region_code"],
        holder_name=values["holder_name"],
        holder_id_type=values["holder_id_type"] or "111",
        holder_id_number=values["holder_id_number"],
        valid_from_on=date_of(values, "valid_from_on"),
        valid_to_on=date_of(values, "valid_to_on") if values["valid_to_on"] else None,
        source_document=values["source_document"],
    )
