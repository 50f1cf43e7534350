"""Where holds and the releases of what is blocked lie; what they change goes through the ChangeSet of their case."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import case_file, closure, deadline, deemed_release, hold, outage
from app.storage.unit_of_work import UnitOfWork

BLOCKED = sa.text("deadline.state = 6")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRelease:
    """A release that was asked for. region_code, department_id: of the closure; None for an outage."""

    id: int
    outage_id: int | None
    closure_id: int | None
    asked_by: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlock:
    """An outage or a closure as its release looks at it. ended_at None: it lasts. region_code: "" for an outage."""

    id: int
    region_code: str
    department_id: int | None
    ended_at: datetime | None
    released_at: datetime | None


def case_of_hold(connection: sa.Connection, hold_id: int) -> int | None:
    """Return the id of the case a hold belongs to; None when there is no such hold."""
    found: int | None = connection.scalar(sa.select(hold.c.case_id).where(hold.c.id == hold_id))
    return found


def case_of_number(connection: sa.Connection, case_no: str) -> int | None:
    """Return the id of a case by its number; None when there is none. Who may see it is asked under its lock."""
    found: int | None = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == case_no))
    return found


def blocked_cases(connection: sa.Connection, *, reason: str | None = None) -> tuple[int, ...]:
    """Return the cases whose approval by default is blocked, oldest first. reason: code of a guard that blocks them.

    One blocked by G15 is left out: it is final, a person decides.
    """
    query = (
        sa.select(deadline.c.case_id)
        .where(BLOCKED, deadline.c.name == "deemed")
        .where(sa.func.coalesce(deadline.c.last_error, "").not_like("%never_reviewed%"))
        .order_by(deadline.c.id)
    )
    if reason is not None:
        query = query.where(deadline.c.last_error.like(f"%{reason}%"))
    return tuple(connection.scalars(query))


def find_block(connection: sa.Connection, *, outage_id: int | None, closure_id: int | None) -> StoredBlock | None:
    """Return the outage or the confirmed closure; None when there is none with this id."""
    if outage_id is not None:
        query = sa.select(outage.c.id, outage.c.ended_at, outage.c.released_at).where(outage.c.id == outage_id)
        found = connection.execute(query).one_or_none()
        return StoredBlock(**found._asdict(), region_code="", department_id=None) if found else None
    columns = closure.c
    of_closure = sa.select(
        columns.id, columns.region_code, columns.department_id, columns.ended_at, columns.released_at
    ).where(columns.id == closure_id, columns.confirmed_at.is_not(None))
    row = connection.execute(of_closure).one_or_none()
    return StoredBlock(**row._asdict()) if row else None


def add_release(
    uow: UnitOfWork, *, release_id: int, outage_id: int | None, closure_id: int | None, reason: str, by: str
) -> None:
    """Store that somebody asked for a release; another person confirms it."""
    uow.connection.execute(
        deemed_release.insert(),
        {
            "id": release_id,
            "outage_id": outage_id,
            "closure_id": closure_id,
            "reason": reason,
            "asked_by": by,
            "asked_at": uow.now(),
        },
    )


def find_release(connection: sa.Connection, release_id: int) -> StoredRelease | None:
    """Return a release that was asked for; None when there is none."""
    columns = deemed_release.c
    query = sa.select(columns.id, columns.outage_id, columns.closure_id, columns.asked_by, columns.confirmed_at).where(
        columns.id == release_id
    )
    row = connection.execute(query).one_or_none()
    return StoredRelease(**row._asdict()) if row else None


def confirm_release(uow: UnitOfWork, release: StoredRelease, *, by: str) -> bool:
    """Mark the outage or closure as released, once. Returns whether this was the confirmation that did it."""
    now = uow.now()
    table, row_id = (outage, release.outage_id) if release.outage_id is not None else (closure, release.closure_id)
    uow.connection.execute(
        deemed_release.update()
        .where(deemed_release.c.id == release.id, deemed_release.c.confirmed_at.is_(None))
        .values(confirmed_by=by, confirmed_at=now)
    )
    released = uow.connection.execute(
        table.update()
        .where(table.c.id == row_id, table.c.released_at.is_(None))
        .values(released_at=now, released_by=by)
    )
    return released.rowcount == 1
