"""Closures (停止办公): declared by one person, confirmed by another, released the same way."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import closure, department, region
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRow:
    """A closure. scope: region, department or office; department_id: of the latter two. load_id: of its recount."""

    id: int
    scope: str
    region_code: str
    department_id: int | None
    began_at: datetime
    ended_at: datetime
    reason: str
    document: str
    declared_by: str
    declared_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    load_id: int | None = None
    released_by: str | None = None
    released_at: datetime | None = None

    @property
    def state(self) -> str:
        """declared, confirmed or released."""
        if self.released_at is not None:
            return "released"
        return "confirmed" if self.confirmed_at is not None else "declared"


COLUMNS = [closure.c[field.name] for field in fields(ClosureRow)]


def add_closure(uow: UnitOfWork, row: ClosureRow) -> None:
    """Store a declared closure."""
    uow.connection.execute(closure.insert(), {name: getattr(row, name) for name in row.__dataclass_fields__})


def find_closure(connection: sa.Connection, closure_id: int) -> ClosureRow | None:
    """Return a closure; None when there is none of that id."""
    row = connection.execute(sa.select(*COLUMNS).where(closure.c.id == closure_id)).one_or_none()
    return ClosureRow(**row._asdict()) if row else None


def lock_closure(uow: UnitOfWork, closure_id: int) -> ClosureRow | None:
    """Lock a closure and return it; None when there is none of that id."""
    row = uow.connection.execute(sa.select(*COLUMNS).where(closure.c.id == closure_id).with_for_update()).one_or_none()
    return ClosureRow(**row._asdict()) if row else None


def list_closures(connection: sa.Connection) -> tuple[ClosureRow, ...]:
    """Return all closures, the newest first."""
    rows = connection.execute(sa.select(*COLUMNS).order_by(closure.c.began_at.desc(), closure.c.id.desc()))
    return tuple(ClosureRow(**row._asdict()) for row in rows)


def change_closure(uow: UnitOfWork, closure_id: int, **values: object) -> None:
    """Write what an act on a closure changed; the row is locked by the caller."""
    uow.connection.execute(closure.update().where(closure.c.id == closure_id).values(**values))


def scope_names(connection: sa.Connection, row: ClosureRow) -> tuple[str, str, str]:
    """Return code, Chinese and English name of the region or department a closure is about."""
    table, condition = (
        (region, region.c.code == row.region_code)
        if row.department_id is None
        else (department, department.c.id == row.department_id)
    )
    found = connection.execute(sa.select(table.c.code, table.c.name_zh, table.c.name_en).where(condition)).one_or_none()
    return (found.code, found.name_zh, found.name_en) if found else (row.region_code, row.region_code, row.region_code)


def closure_facts(connection: sa.Connection, row: ClosureRow) -> Mapping[str, object]:
    """Return the fields that a ledger entry says about the closure behind it; the name of its scope in both languages."""
    _code, name_zh, name_en = scope_names(connection, row)
    return {
        "scope": f"{name_zh} ({name_en})",
        "closed_from": row.began_at,
        "closed_to": row.ended_at,
        "reason": row.reason,
    }
