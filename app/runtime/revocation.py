"""Revocation (撤销) of a granted decision, and the cancellation (注销) that ends its certificate, in the case in hand."""

from app.domain.authority import Person
from app.domain.case_life import national_result
from app.domain.certificate import CertificateRow, changed
from app.domain.change_rows.papers import DocumentRow
from app.domain.errors import Forbidden
from app.domain.moves import Cancel
from app.domain.revocation import (
    BarRow,
    CancellationInput,
    CancellationRow,
    RevocationInput,
    RevocationRow,
    article_of,
    bar_until,
    check_cancellation,
    check_revocation,
)
from app.domain.vocabulary import CancellationGround, CaseState, CertificateState, ResultKind, Role
from app.runtime.access import place_of, refuse_foreign_case, roles_in_case
from app.runtime.casework import Casework
from app.runtime.certificates import holder_of
from app.runtime.closing import close
from app.runtime.decide_change import decide_change
from app.runtime.notices import tell_applicant, tell_role, tell_supervision_office
from app.runtime.papers import issue_document
from app.runtime.superiors import revocable_by

TOLD = (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD)


def require_authority(person: Person, work: Casework) -> None:
    """Raise unless the person heads the department that decided, or the one above it and something was granted.

    NotFound `case_unknown` for who may not see the case, Forbidden `not_permitted` for who sees it in another role.
    Source: 行政许可法 art. 69(1) (the authority that decided, or its superior).
    """
    if revocable_by(person, work.published).contains(place_of(work)):
        return
    refuse_foreign_case(person, work)
    if Role.UNIT_HEAD not in roles_in_case(person, work):
        raise Forbidden("not_permitted", needs=Role.UNIT_HEAD.value)


def revoke(work: Casework, asked: RevocationInput) -> RevocationRow:
    """Revoke what the case granted: the paper, the end of the certificate, a bar after fraud, and a word to everybody.

    A case that is not closed yet ends with it; a certificate is cancelled once. Raises the errors of `check_revocation`
    and changes nothing then.
    Source: 行政许可法 art. 69, 70, 79; time-limits.md section 8 (revocation).
    """
    decided, articles = work.loaded.decision, work.published.time_rules.articles
    check_revocation(
        asked,
        state=work.state,
        decision=decided.decision if decided else None,
        decided_at=decided.decided_at if decided else None,
        now=work.now,
        articles=articles,
    )
    certificate, article = work.loaded.certificate, article_of(asked.ground, articles)
    facts = {"ground": asked.ground.value, "article": article, "reasons": asked.reasons.strip()}
    work.record(
        "case_revoked",
        {"ground": asked.ground.value, "article": article, "hearing_record": asked.hearing_record.strip()},
    )
    paper = issue_document(work, "revocation", {**facts, "compensation": asked.compensation_note.strip() or None})
    row = RevocationRow(
        id=work.ports.next_id(),
        case_id=work.case.id,
        certificate_id=certificate.id if certificate else None,
        heard_at=asked.heard_at or work.now,
        hearing_record=asked.hearing_record.strip(),
        compensation_note=asked.compensation_note.strip(),
        concerns_safety=asked.concerns_safety,
        document_id=paper.id,
        revoked_by=work.actor.code,
        revoked_at=work.now,
        **facts,
    )
    work.changes.revocations.append(row)
    _bar(work, asked, row)
    if certificate is not None:
        work.changes.certificates_changed.append(changed(certificate, CertificateState.REVOKED, work.now))
        if certificate.state != CertificateState.CANCELLED:
            follows = CancellationInput(
                ground=CancellationGround.LICENCE_ENDED, reasons=row.reasons, source_document=paper.document_no
            )
            _strike(work, certificate, follows)
    _tell(work, "revoked", {"document_no": paper.document_no, "article": article}, paper)
    _end_case(work)
    return row


def cancel(work: Casework, certificate: CertificateRow, asked: CancellationInput) -> CancellationRow:
    """Cancel the certificate of a case; the decision stays. Raises the errors of `check_cancellation`."""
    check_cancellation(certificate, asked, work.now, articles=work.published.time_rules.articles)
    work.changes.certificates_changed.append(changed(certificate, CertificateState.CANCELLED, work.now))
    row, paper = _strike(work, certificate, asked)
    _tell(work, "cancelled", {"document_no": paper.document_no, "certificate_no": certificate.certificate_no}, paper)
    return row


def _end_case(work: Casework) -> None:
    """A closed case only changes its state; one that is still being filed or delivered ends with its clocks and tasks.

    Comes last: with the move of the diagram the case row is written, and nothing may be recorded after it.
    """
    if work.is_closed:
        work.move_to(CaseState.REVOKED)
        return
    result_kind = national_result(CaseState.REVOKED, work.decision) or ResultKind.FINISHED
    close(work, state=CaseState.REVOKED, result_kind=result_kind)
    decide_change(work, Cancel(reason="revoked"))


def _bar(work: Casework, asked: RevocationInput, row: RevocationRow) -> None:
    offering = work.loaded.offering
    until_on = bar_until(asked, offering.deemed_exclusion if offering else "", work.now)
    if until_on is None or offering is None or work.loaded.party is None:
        return
    holder = holder_of(work)
    work.changes.bars.append(
        BarRow(
            id=work.ports.next_id(),
            revocation_id=row.id,
            matter_code=offering.renewal.renews if offering.renewal else offering.matter_code,
            holder_id_type=holder.id_type,
            holder_id_number=holder.id_number,
            until_on=until_on,
        )
    )
    work.record("applicant_barred", {"until": until_on.isoformat()})


def _strike(
    work: Casework, certificate: CertificateRow, asked: CancellationInput
) -> tuple[CancellationRow, DocumentRow]:
    article = work.published.time_rules.articles["cancellation"]
    ended = {
        "ground": asked.ground.value,
        "article": article,
        "reasons": asked.reasons.strip(),
        "source_document": asked.source_document.strip(),
    }
    paper = issue_document(work, "cancellation", {"certificate_no": certificate.certificate_no, **ended})
    row = CancellationRow(
        id=work.ports.next_id(),
        certificate_id=certificate.id,
        case_id=work.case.id,
        document_id=paper.id,
        cancelled_by=work.actor.code,
        cancelled_at=work.now,
        **ended,
    )
    work.changes.cancellations.append(row)
    work.record("certificate_cancelled", {"certificate_no": certificate.certificate_no, "ground": asked.ground.value})
    return row, paper


def _tell(work: Casework, kind: str, facts: dict[str, str], paper: DocumentRow) -> None:
    tell_applicant(work, kind, facts)
    for role in TOLD:
        tell_role(work, role, kind, facts, key=f"{kind}:{paper.id}")
    tell_supervision_office(work, kind, facts, key=f"{kind}:{paper.id}")
