"""Renewal at receipt: the application names the certificate, the register says whose it is and until when it holds."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.certificate import CertificateRow
from app.domain.matter import OfferingVersion
from app.domain.renewal import RenewalRow, is_asked_late, last_day_to_ask
from app.runtime.application import ApplicantInput
from app.runtime.casework import Casework
from app.storage.certificates import find_by_number
from app.storage.unit_of_work import UnitOfWork

NAMED_BY = "certificate_no"


def find_renewal(
    uow: UnitOfWork,
    offering: OfferingVersion,
    applicant: ApplicantInput,
    form: Mapping[str, object],
    *,
    received_at: datetime,
) -> tuple[RenewalRow | None, CertificateRow | None]:
    """Return what an application asks to renew, and the certificate; None for a matter that renews none.

    received_at: the instant of receipt by law. A number the register does not hold, or holds for somebody else, is kept
    as asked: a person decides.
    """
    rule = offering.renewal
    if rule is None:
        return None, None
    number = str(form.get(NAMED_BY, "")).strip()
    matters = (rule.renews, *rule.also_renews)
    found = find_by_number(uow.connection, offering.department_id, number, matters)
    subject = applicant.subject or {}
    if found is not None and found.holder_id_number not in (applicant.id_number, subject.get("id_number")):
        found = None
    expiry_on = found.valid_to_on if found else None
    row = RenewalRow(
        case_id=0,
        certificate_no=number,
        certificate_id=found.id if found else None,
        expiry_on=expiry_on,
        is_late=is_asked_late(received_at, expiry_on, rule),
    )
    return row, found


def renewal_answer(work: Casework) -> dict[str, object]:
    """Return what the answer to an application says about a renewal under `renewal`; nothing for another case."""
    asked, offering = work.loaded.renewal, work.loaded.offering
    if asked is None or offering is None or offering.renewal is None:
        return {}
    expiry_on = asked.expiry_on
    found = {
        "certificate_no": asked.certificate_no,
        "is_known": asked.certificate_id is not None,
        "expiry_on": expiry_on.isoformat() if expiry_on else None,
        "last_day_to_ask_on": last_day_to_ask(expiry_on, offering.renewal).isoformat() if expiry_on else None,
        "is_late": asked.is_late,
    }
    return {"renewal": found}
