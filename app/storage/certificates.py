"""Certificates (证照) as acts read them; what a case changes of one goes through its ChangeSet."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

import sqlalchemy as sa

from app.domain.certificate import CertificateRow, Holder
from app.domain.errors import Conflict
from app.domain.vocabulary import CertificateState
from app.storage import dialects
from app.storage.tables import case_file, case_party, certificate
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringCertificate:
    """A valid certificate that a case of this system gave, whose last day is known."""

    id: int
    certificate_no: str
    name: str
    matter_code: str
    department_id: int
    case_id: int
    case_no: str
    valid_to_on: date


COLUMNS = [certificate.c[field.name] for field in fields(CertificateRow)]


def add_certificate(uow: UnitOfWork, row: CertificateRow) -> None:
    """Enter an older certificate. Raises Conflict `certificate_exists` for a number the department has given."""
    try:
        uow.connection.execute(certificate.insert(), asdict(row))
    except sa.exc.IntegrityError as error:
        raise (dialects.translate(error) or Conflict("certificate_exists")) from error


def find_by_number(
    connection: sa.Connection, department_id: int, number: str, matter_codes: Collection[str]
) -> CertificateRow | None:
    """Return the certificate of a department with this number, given by one of the matters; None when there is none."""
    query = sa.select(*COLUMNS).where(
        certificate.c.department_id == department_id,
        certificate.c.certificate_no == number,
        certificate.c.matter_code.in_(sorted(matter_codes)),
    )
    row = connection.execute(query).one_or_none()
    return CertificateRow(**row._asdict()) if row else None


def held_certificates(
    connection: sa.Connection, holder: Holder, matter_codes: Collection[str], *, account_id: int | None
) -> tuple[CertificateRow, ...]:
    """Return the certificates a person holds that one of the matters gave.

    account_id: of an applicant who asks; then only what their own cases gave, because a number alone proves nobody.
    None for an officer who has seen the identity document.
    """
    if not matter_codes:
        return ()
    columns = certificate.c
    query = sa.select(*COLUMNS).where(
        columns.holder_id_number == holder.id_number,
        columns.holder_id_type == holder.id_type,
        columns.holder_name == holder.name,
        columns.matter_code.in_(sorted(matter_codes)),
    )
    if account_id is not None:
        own = sa.select(case_party.c.case_id).where(case_party.c.account_id == account_id)
        query = query.where(columns.case_id.in_(own))
    return tuple(CertificateRow(**row._asdict()) for row in connection.execute(query.order_by(columns.id)))


def find_certificate(connection: sa.Connection, certificate_id: int) -> CertificateRow | None:
    """Return a certificate; None when there is none of that id."""
    row = connection.execute(sa.select(*COLUMNS).where(certificate.c.id == certificate_id)).one_or_none()
    return CertificateRow(**row._asdict()) if row else None


def expiring_certificates(connection: sa.Connection, *, today: date, until_on: date) -> tuple[ExpiringCertificate, ...]:
    """Return valid certificates that end from today until a day and whose holders were not invited yet, soonest first."""
    columns = certificate.c
    names = ("id", "certificate_no", "name", "matter_code", "department_id", "case_id", "valid_to_on")
    query = (
        sa.select(*(columns[name] for name in names), case_file.c.case_no)
        .join(case_file, case_file.c.id == columns.case_id)
        .where(
            columns.state == CertificateState.VALID,
            columns.invited_on.is_(None),
            columns.valid_to_on.between(today, until_on),
        )
        .order_by(columns.valid_to_on, columns.id)
    )
    return tuple(ExpiringCertificate(**row._asdict()) for row in connection.execute(query))


def note_invited(uow: UnitOfWork, certificate_ids: Sequence[int], *, on: date) -> None:
    """Note that the holders of certificates were invited to renew."""
    if certificate_ids:
        uow.connection.execute(certificate.update().where(certificate.c.id.in_(certificate_ids)).values(invited_on=on))
