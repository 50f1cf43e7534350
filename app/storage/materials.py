"""Materials (申请材料): stored once per owner by their content."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.storage.dialects import insert_ignore
from app.storage.tables import material
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMaterial:
    """A file to be stored."""

    id: int
    sha256: str
    name: str
    mime: str
    size: int
    trust: str
    owner_account_id: int
    uploaded_at: datetime
    content: bytes
    valid_to_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMaterial:
    """A stored file without its bytes."""

    id: int
    name: str
    mime: str
    size: int
    owner_account_id: int
    valid_to_on: date | None


def add_material(uow: UnitOfWork, new: NewMaterial) -> int:
    """Store a file and return its id; the same bytes of the same owner are stored once.

    A last day that is stated anew counts from now on.
    """
    uow.connection.execute(insert_ignore(uow.connection, material), asdict(new))
    if new.valid_to_on is not None:
        same = (material.c.owner_account_id == new.owner_account_id, material.c.sha256 == new.sha256)
        uow.connection.execute(material.update().where(*same).values(valid_to_on=new.valid_to_on))
    found = uow.connection.scalar(
        sa.select(material.c.id).where(
            material.c.owner_account_id == new.owner_account_id, material.c.sha256 == new.sha256
        )
    )
    assert found is not None
    return int(found)


def find_materials(uow: UnitOfWork, ids: Sequence[int]) -> Mapping[int, StoredMaterial]:
    """Return stored files by id; unknown ids are absent."""
    if not ids:
        return {}
    columns = material.c
    rows = uow.connection.execute(
        sa.select(
            columns.id, columns.name, columns.mime, columns.size, columns.owner_account_id, columns.valid_to_on
        ).where(columns.id.in_(list(ids)))
    ).all()
    return {row.id: StoredMaterial(**row._asdict()) for row in rows}


def read_material(connection: sa.Connection, material_id: int) -> tuple[str, str, bytes] | None:
    """Return name, type and bytes of a file; None when there is none."""
    row = connection.execute(
        sa.select(material.c.name, material.c.mime, material.c.content).where(material.c.id == material_id)
    ).one_or_none()
    return (row.name, row.mime, bytes(row.content)) if row else None
