"""What a case asks to renew (延续), for its readers."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.domain.deadline_instants import RENEWAL
from app.domain.vocabulary import DeadlineState
from app.storage.tables import certificate, deadline, renewal_request


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalView:
    """What a case asks to renew.

    certificate_id: None when the register holds no such certificate of the holder. deadline: state of the renewal by law,
    None where there is none. guards: codes of `renewal_guard` that kept it back at expiry.
    """

    certificate_no: str
    certificate_id: str | None
    certificate_state: str | None
    expiry_on: date | None
    is_late: bool
    deadline: str | None
    due_at: datetime | None
    guards: tuple[str, ...]


def find_renewal(connection: sa.Connection, case_id: int) -> RenewalView | None:
    """Return what a case asks to renew; None for a case that renews nothing. Who may see the case is asked before."""
    of_law = sa.and_(deadline.c.case_id == renewal_request.c.case_id, deadline.c.name == RENEWAL)
    query = (
        sa.select(renewal_request, certificate.c.state.label("certificate_state"))
        .add_columns(deadline.c.state.label("deadline"), deadline.c.due_at, deadline.c.last_error)
        .outerjoin(certificate, certificate.c.id == renewal_request.c.certificate_id)
        .outerjoin(deadline, of_law)
        .where(renewal_request.c.case_id == case_id)
        .order_by(deadline.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    is_blocked = row.deadline == DeadlineState.BLOCKED
    return RenewalView(
        certificate_no=row.certificate_no,
        certificate_id=str(row.certificate_id) if row.certificate_id else None,
        certificate_state=row.certificate_state,
        expiry_on=row.expiry_on,
        is_late=row.is_late,
        deadline=DeadlineState(row.deadline).name.lower() if row.deadline is not None else None,
        due_at=row.due_at,
        guards=tuple((row.last_error or "").split(", ")) if is_blocked and row.last_error else (),
    )
