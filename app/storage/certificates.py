"""Certificates (证照) as acts read them; what a case changes of one goes through its ChangeSet."""

from dataclasses import asdict, fields

import sqlalchemy as sa

from app.domain.certificate import CertificateRow
from app.domain.errors import Conflict
from app.storage import dialects
from app.storage.tables import certificate
from app.storage.unit_of_work import UnitOfWork

COLUMNS = [certificate.c[field.name] for field in fields(CertificateRow)]


def add_certificate(uow: UnitOfWork, row: CertificateRow) -> None:
    """Enter an older certificate. Raises Conflict `certificate_exists` for a number the department has given."""
    try:
        uow.connection.execute(certificate.insert(), asdict(row))
    except sa.exc.IntegrityError as error:
        raise (dialects.translate(error) or Conflict("certificate_exists")) from error


def find_certificate(connection: sa.Connection, certificate_id: int) -> CertificateRow | None:
    """Return a certificate; None when there is none of that id."""
    row = connection.execute(sa.select(*COLUMNS).where(certificate.c.id == certificate_id)).one_or_none()
    return CertificateRow(**row._asdict()) if row else None
