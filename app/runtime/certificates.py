"""Certificates (证照): a decision that gives one writes it into the register in the commit that issues the result."""

from datetime import date

from app.domain.calendar import to_local
from app.domain.certificate import (
    ONE_DAY,
    CertificateRow,
    Holder,
    changed,
    last_day_of,
    require_alive,
    require_dates,
)
from app.domain.change_rows.papers import DocumentRow
from app.domain.change_set import DecisionRow
from app.domain.matter import INTERNAL, OfferingVersion
from app.domain.party import holder_of_party
from app.domain.renewal import renewed_until
from app.domain.vocabulary import CertificateState, Decision
from app.runtime.answers import answers_of_steps
from app.runtime.casework import Casework


def register_certificate(work: Casework, document: DocumentRow) -> CertificateRow | None:
    """Enter the certificate a granting decision gives; None where the matter gives none or another body issues it.

    Its number is the one an officer typed while filing or deciding, else that of the decision; its last day is the one
    typed, else follows from the validity of the list. It holds from the day
    the decision took effect, for an approval by default that of the due instant.
    Source: 行政许可法 art. 39; time-limits.md section 8 (issued date = due date).
    """
    offering, party = work.loaded.offering, work.loaded.party
    if offering is None or party is None or not offering.result_name or offering.handled_by != INTERNAL:
        return None
    holder = holder_of(work)
    first_on, last_on = _validity(work, offering)
    row = CertificateRow(
        id=work.ports.next_id(),
        certificate_no=_typed(work, "certificate_no") or document.document_no,
        name=offering.result_name,
        matter_code=offering.matter_code,
        case_id=work.case.id,
        department_id=work.case.department_id,
        prefecture=work.case.prefecture,
        county=work.case.county,
        holder_name=holder.name,
        holder_id_type=holder.id_type,
        holder_id_number=holder.id_number,
        valid_from_on=first_on,
        valid_to_on=last_on,
        state=CertificateState.VALID,
        state_at=work.now,
        entered_by=work.actor.code,
        entered_at=work.now,
        previous_id=work.loaded.renewed.id if work.loaded.renewed else None,
    )
    work.changes.certificates.append(row)
    _end_renewed(work)
    return row


def holder_of(work: Casework) -> Holder:
    """Return who holds what this case gives."""
    party = work.loaded.party
    assert party is not None
    return holder_of_party(party)


def _decision(work: Casework) -> DecisionRow:
    decision = work.changes.decisions[-1] if work.changes.decisions else work.loaded.decision
    assert decision is not None
    return decision


def _validity(work: Casework, offering: OfferingVersion) -> tuple[date, date | None]:
    """A renewed certificate goes on from the day after the old one, for as long as that one held (section 13)."""
    old = work.loaded.renewed
    if old is None or old.valid_to_on is None:
        first_on = to_local(_decision(work).effective_at).date()
        return first_on, _last_day(work, first_on, offering.result_validity)
    return old.valid_to_on + ONE_DAY, renewed_until(old)


def _end_renewed(work: Casework) -> None:
    """The old certificate leaves the register's living ones; one that was revoked or cancelled is not renewed.

    Raises Conflict `certificate_ended`.
    """
    old = work.loaded.renewed
    if old is None:
        return
    is_done = old.state == CertificateState.RENEWED and _decision(work).decision == Decision.DEEMED_RENEW
    if not is_done:
        require_alive(old, work.now)
        work.changes.certificates_changed.append(changed(old, CertificateState.RENEWED, work.now))


def _last_day(work: Casework, first_on: date, validity: str) -> date | None:
    typed = _typed(work, "valid_to_on")
    last_on = date.fromisoformat(typed) if typed else last_day_of(first_on, validity)
    require_dates(first_on, last_on)
    return last_on


def _typed(work: Casework, name: str) -> str:
    """Return what an officer typed under a name in a step of the case, empty when nobody did."""
    typed = [str(step[name]).strip() for step in answers_of_steps(work) if step.get(name)]
    return typed[-1] if typed else ""
