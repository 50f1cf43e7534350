"""Authorisations of the system to seal (用印授权)."""

from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa

from app.domain.seal import SealAuthorisation
from app.storage.tables import case_file, department, seal_authorisation
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAuthorisation:
    """An authorisation with who granted and who withdrew it."""

    id: int
    department_id: int
    document_kind: str
    document_no: str
    valid_from_on: date
    valid_to_on: date
    granted_by: str
    granted_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingOffice:
    """The department whose seal a case's papers carry, with what lets the system use it."""

    code: str
    authorisations: tuple[SealAuthorisation, ...]


COLUMNS = [seal_authorisation.c[field.name] for field in fields(StoredAuthorisation)]


def add_authorisation(uow: UnitOfWork, row: StoredAuthorisation) -> None:
    """Store an authorisation."""
    uow.connection.execute(seal_authorisation.insert(), {field.name: getattr(row, field.name) for field in fields(row)})


def office_of_case(connection: sa.Connection, case_id: int) -> SealingOffice:
    """Return the department that owns a case, with its authorisations that were not withdrawn."""
    owner = sa.select(department.c.id, department.c.code).join(case_file, case_file.c.department_id == department.c.id)
    found = connection.execute(owner.where(case_file.c.id == case_id)).one()
    columns = [seal_authorisation.c[field.name] for field in fields(SealAuthorisation)]
    rows = connection.execute(
        sa.select(*columns).where(
            seal_authorisation.c.department_id == found.id, seal_authorisation.c.withdrawn_at.is_(None)
        )
    )
    return SealingOffice(code=found.code, authorisations=tuple(SealAuthorisation(**row._asdict()) for row in rows))


def find_authorisation(connection: sa.Connection, authorisation_id: int) -> tuple[StoredAuthorisation, str] | None:
    """Return an authorisation with the region of its department; None when there is none of that id."""
    query = (
        sa.select(*COLUMNS, department.c.region_code)
        .join(department, department.c.id == seal_authorisation.c.department_id)
        .where(seal_authorisation.c.id == authorisation_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    region_code = str(values.pop("region_code"))
    return StoredAuthorisation(**values), region_code


def withdraw(uow: UnitOfWork, authorisation_id: int, *, by: str) -> bool:
    """Withdraw an authorisation, once. Returns whether this was the act that did it."""
    done = uow.connection.execute(
        seal_authorisation.update()
        .where(seal_authorisation.c.id == authorisation_id, seal_authorisation.c.withdrawn_at.is_(None))
        .values(withdrawn_by=by, withdrawn_at=uow.now())
    )
    return done.rowcount == 1
