"""Change sets of the catalogue (变更包): submitted by one person, decided by another."""

from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa

from app.storage.tables import catalogue_change
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChangeRow:
    """A change set. list_path: of the list as a rule file. diagram: None where kept_version stays.

    definition_version: the version the list names since the approval; None where it follows the deployed one.
    """

    id: int
    matter_code: str
    name: str
    regions: str
    list_path: str
    list_source: bytes
    definition_key: str
    diagram: bytes | None
    kept_version: int | None
    document_no: str
    document_text: str
    document_name: str
    document: bytes | None
    effective_from: date
    findings: str
    state: str
    created_by: str
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    definition_version: int | None = None

    @property
    def region_codes(self) -> tuple[str, ...]:
        """The regions the list is for."""
        return tuple(self.regions.split(","))


COLUMNS = [catalogue_change.c[field.name] for field in fields(CatalogueChangeRow)]


def add_change(uow: UnitOfWork, row: CatalogueChangeRow) -> None:
    """Store a submitted change set."""
    uow.connection.execute(catalogue_change.insert(), {name: getattr(row, name) for name in row.__dataclass_fields__})


def find_change(connection: sa.Connection, change_id: int) -> CatalogueChangeRow | None:
    """Return a change set; None when there is none of that id."""
    row = connection.execute(sa.select(*COLUMNS).where(catalogue_change.c.id == change_id)).one_or_none()
    return CatalogueChangeRow(**row._asdict()) if row else None


def lock_change(uow: UnitOfWork, change_id: int) -> CatalogueChangeRow | None:
    """Lock a change set and return it; None when there is none of that id."""
    query = sa.select(*COLUMNS).where(catalogue_change.c.id == change_id).with_for_update()
    row = uow.connection.execute(query).one_or_none()
    return CatalogueChangeRow(**row._asdict()) if row else None


def list_changes(connection: sa.Connection) -> tuple[CatalogueChangeRow, ...]:
    """Return all change sets, the newest first."""
    order = (catalogue_change.c.created_at.desc(), catalogue_change.c.id.desc())
    return tuple(
        CatalogueChangeRow(**row._asdict()) for row in connection.execute(sa.select(*COLUMNS).order_by(*order))
    )


def decide_change(uow: UnitOfWork, change_id: int, **values: object) -> None:
    """Write the decision about a change set; the row is locked by the caller."""
    uow.connection.execute(catalogue_change.update().where(catalogue_change.c.id == change_id).values(**values))
