"""Pages of revocation (撤销) and cancellation (注销): the form at the case, the one at the certificate, and the list."""

from datetime import datetime
from typing import TypeVar

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.calendar import ZONE
from app.domain.case_life import is_granting
from app.domain.errors import InvalidInput
from app.domain.revocation import CancellationInput, RevocationInput, article_of
from app.domain.vocabulary import CancellationGround, CaseState, RevocationGround, Role
from app.operations.cancel_certificate import cancel_certificate
from app.operations.revoke_case import revoke_case
from app.queries.cases import CaseLine, list_cases
from app.queries.certificates import get_certificate
from app.queries.definitions import names_of_actors
from app.queries.officer_facts import list_region_names
from app.queries.revocations import RevocationView, list_revocations
from app.runtime.superiors import revocable_by
from app.web.errors import status_of
from app.web.language import current_language
from app.web.masking import masked_line
from app.web.pages.blueprint import pages
from app.web.pages.case_file import CaseFile, read_case
from app.web.pages.certificates import REVOKING_READERS
from app.web.pages.context import (
    REFUSED,
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
    sight,
    tell,
    words,
)
from app.web.sign_in import current_person, require_role

G = TypeVar("G", RevocationGround, CancellationGround)
TEXTS = ("ground", "reasons", "heard_at", "hearing_record", "compensation_note")
MARKS = ("would_harm_public", "concerns_safety")


@pages.get("/revocations")
def revocations() -> str:
    """List what was revoked, as far as the reader sees it."""
    person, page = require_role(*REVOKING_READERS), paging()
    with reading() as opened:
        show = showing(opened.now)
        found = list_revocations(opened.connection, sight(), secret=secret(), cursor=page.cursor, limit=page.limit)
        views = [item for item in found.items if isinstance(item, RevocationView)]
        names = names_of_actors(opened.connection, tuple(view.revoked_by for view in views))
    lines = [_line(view, show, names) for view in views]
    return render_template(
        "revocations.html",
        revocations=lines,
        may_revoke=person.has_role(Role.UNIT_HEAD),
        **next_links(found.next_cursor),
    )


@pages.get("/revocable-cases")
def revocable_cases() -> str:
    """List what the reader may revoke, as head of the authority that granted it or of the one above it."""
    person, page, text = require_role(Role.UNIT_HEAD.value), paging(), request.args.get("text", "").strip()
    with reading() as opened:
        show = showing(opened.now)
        found = list_cases(
            opened.connection,
            revocable_by(person, context().library.current()),
            secret=secret(),
            text=text,
            with_members=True,
            with_revoked=False,
            cursor=page.cursor,
            limit=page.limit,
        )
        counties = list_region_names(opened.connection)
    lines = [masked_line(item) for item in found.items if isinstance(item, CaseLine)]
    return render_template(
        "revocable_cases.html",
        text=text,
        cases=[
            {
                "case_no": line.case_no,
                "name": line.name,
                "state": line.state,
                "applicant": line.applicant,
                "department": line.department,
                "county": counties[line.county].name(current_language()) if line.county in counties else "",
                "received_at": show.at(line.received_at),
            }
            for line in lines
        ],
        **next_links(found.next_cursor),
    )


@pages.route("/cases/<case_no>/revocation", methods=["GET", "POST"], endpoint="revoke_case")
def revoke_case_page(case_no: str) -> str | Response | tuple[str, int]:
    """Revoke what a case granted."""
    person = current_person()
    with reading() as opened:
        file = read_case(opened, person, case_no, scope=sight())
    values = {name: request.form.get(name, "").strip() for name in TEXTS}
    chosen = request.form.getlist("marks")
    errors: list[FormError] = []
    status = 200
    if request.method == "POST":
        try:
            revoke_case(context(), person, case_id=int(file.view.id), asked=_asked(values, chosen))
        except REFUSED as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            tell("case_revoked", case_no=case_no)
            return redirect(url_for("pages.case", case_no=case_no))
    articles = file.published.time_rules.articles
    grounds = [
        {
            "code": ground.value,
            "label": f"{words().label('revocation_ground', ground)} ({article_of(ground, articles)})",
        }
        for ground in RevocationGround
    ]
    page = render_template(
        "revocation.html",
        case={"case_no": case_no, "name": file.view.name},
        certificates=[item.certificate_no for item in file.certificates],
        grounds=grounds,
        marks=[{"code": mark, "label": words().text(f"pages.revocation.{mark}")} for mark in MARKS],
        chosen=chosen,
        values=values,
        errors=errors,
    )
    return page, status


@pages.route("/certificates/<certificate_id>/cancellation", methods=["GET", "POST"], endpoint="cancel_certificate")
def cancel_certificate_page(certificate_id: str) -> str | Response | tuple[str, int]:
    """Cancel a certificate."""
    person, number = require_role(Role.UNIT_HEAD.value), row_id(certificate_id)
    with reading() as opened:
        view = get_certificate(opened.connection, person.scope, number, now=opened.now)
    values = {name: request.form.get(name, "").strip() for name in ("ground", "reasons", "source_document")}
    errors: list[FormError] = []
    status = 200
    if request.method == "POST":
        try:
            ground = _chosen(CancellationGround, values["ground"])
            asked = CancellationInput(
                ground=ground, reasons=values["reasons"], source_document=values["source_document"]
            )
            cancel_certificate(context(), person, certificate_id=number, asked=asked)
        except REFUSED as refusal:
            errors, status = form_errors(refusal, prefix=""), status_of(refusal)
        else:
            tell("certificate_cancelled", certificate_no=view.certificate_no)
            return redirect(url_for("pages.certificate", certificate_id=certificate_id))
    page = render_template(
        "cancellation.html",
        certificate={"certificate_id": certificate_id, "certificate_no": view.certificate_no, "name": view.name},
        grounds=[
            {"code": ground.value, "label": words().label("cancellation_ground", ground)}
            for ground in CancellationGround
        ],
        values=values,
        errors=errors,
    )
    return page, status


def may_revoke(file: CaseFile) -> bool:
    """Say whether the reader heads the authority that granted what the case asked for or its superior, and it stands."""
    is_standing = is_granting(file.view.decision) and file.view.state != CaseState.REVOKED
    return is_standing and (Role.UNIT_HEAD in file.roles or file.is_seen_from_above)


def _asked(values: dict[str, str], chosen: list[str]) -> RevocationInput:
    return RevocationInput(
        ground=_chosen(RevocationGround, values["ground"]),
        reasons=values["reasons"],
        heard_at=_instant(values["heard_at"]),
        hearing_record=values["hearing_record"],
        would_harm_public="would_harm_public" in chosen,
        compensation_note=values["compensation_note"],
        concerns_safety="concerns_safety" in chosen,
    )


def _chosen(kind: type[G], code: str) -> G:
    """Return the ground of a code. Raises InvalidInput `invalid` when none of the closed list was chosen."""
    try:
        return kind(code)
    except ValueError as unknown:
        raise InvalidInput("invalid", items=({"pointer": "/ground", "code": "option_unknown"},)) from unknown


def _instant(text: str) -> datetime | None:
    """An instant as typed, by the local clock; None where none was typed."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as unreadable:
        fault = {"pointer": "/heard_at", "code": "instant_malformed"}
        raise InvalidInput("invalid", items=(fault,)) from unreadable
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _line(view: RevocationView, show: Showing, names: dict[str, str]) -> dict[str, object]:
    return {
        "case_no": view.case_no,
        "name": view.name,
        "department": view.department,
        "certificate_no": view.certificate_no or "",
        "ground": words().label("revocation_ground", view.ground),
        "article": view.article,
        "reasons": view.reasons,
        "hearing_record": view.hearing_record,
        "document_no": view.document_no,
        "revoked_by": names.get(view.revoked_by, view.revoked_by),
        "revoked_at": show.at(view.revoked_at),
        "barred_until_on": view.barred_until_on.isoformat() if view.barred_until_on else "",
    }
