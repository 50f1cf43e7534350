"""Change sets of the catalogue (变更包): submitted by one person, decided by another."""

from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa

from app.domain.catalogue_change import APPROVED
from app.storage.tables import catalogue_change
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChangeRow:
    """A change set. kind: of ChangeKind. list_path: of the list as a rule file, empty without one.

    diagram: None where kept_version stays. definition_version: the version the list names since the approval; None where
    it follows the deployed one.
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
    kind: str = "change"

    @property
    def region_codes(self) -> tuple[str, ...]:
        """The regions the list is for."""
        return tuple(self.regions.split(","))


COLUMNS = [catalogue_change.c[field.name] for field in fields(CatalogueChangeRow)]
FILES = ("list_source", "diagram", "document")
WITHOUT_FILES = [
    sa.func.substr(column, 1, 1, type_=sa.LargeBinary).label(column.name) if column.name in FILES else column
    for column in COLUMNS
]


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


def list_changes(
    connection: sa.Connection, *, before: tuple[datetime, int] | None, limit: int
) -> tuple[CatalogueChangeRow, ...]:
    """Return change sets, the newest first, of each file its first byte. before: instant and id of the last one known."""
    created_at, row_id = catalogue_change.c.created_at, catalogue_change.c.id
    query = sa.select(*WITHOUT_FILES).order_by(created_at.desc(), row_id.desc()).limit(limit)
    if before is not None:
        query = query.where(sa.or_(created_at < before[0], sa.and_(created_at == before[0], row_id < before[1])))
    return tuple(CatalogueChangeRow(**row._asdict()) for row in connection.execute(query))


def lists_in_force(connection: sa.Connection) -> dict[str, tuple[str, bytes]]:
    """Return path and source of the newest approved list of each matter, by code; what files say may be newer."""
    columns = catalogue_change.c
    query = (
        sa.select(columns.matter_code, columns.list_path, columns.list_source)
        .where(columns.state == APPROVED, columns.list_path != "")
        .order_by(columns.decided_at, columns.id)
    )
    return {row.matter_code: (row.list_path, bytes(row.list_source)) for row in connection.execute(query)}


def decide_change(uow: UnitOfWork, change_id: int, **values: object) -> None:
    """Write the decision about a change set; the row is locked by the caller."""
    uow.connection.execute(catalogue_change.update().where(catalogue_change.c.id == change_id).values(**values))
