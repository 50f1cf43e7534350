"""Doubts about the clock (时钟存疑): noticed by the tick, settled by a person or by themselves; the rows are the log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.machine_clock import Doubt, NewDoubt
from app.storage.tables import clock_doubt
from app.storage.unit_of_work import UnitOfWork

IS_OPEN = "settled_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtEntry:
    """A line of the log. settled_by: `staff:<id>` or `system:<rule>`; None while it is open."""

    id: int
    kind: str
    noticed_at: datetime
    drift_s: int
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None


def list_open_doubts(connection: sa.Connection) -> tuple[Doubt, ...]:
    """Return the doubts nobody has settled, oldest first."""
    columns = clock_doubt.c
    query = sa.select(columns.id, columns.kind, columns.noticed_at, columns.until_at).where(sa.text(IS_OPEN))
    return tuple(Doubt(**row._asdict()) for row in connection.execute(query.order_by(columns.id)))


def list_doubts(connection: sa.Connection, *, limit: int) -> tuple[DoubtEntry, ...]:
    """Return the newest lines of the log."""
    names = DoubtEntry.__dataclass_fields__
    query = sa.select(*(clock_doubt.c[name] for name in names)).order_by(clock_doubt.c.id.desc()).limit(limit)
    return tuple(DoubtEntry(**row._asdict()) for row in connection.execute(query))


def add_doubt(uow: UnitOfWork, doubt: NewDoubt, *, worker: str, noticed_at: datetime) -> None:
    """Record a doubt. worker: who noticed it."""
    values = {
        "kind": doubt.kind.value,
        "worker": worker,
        "noticed_at": noticed_at,
        "drift_s": round(doubt.drift.total_seconds()),
        "until_at": doubt.until_at,
    }
    uow.connection.execute(clock_doubt.insert(), values)


def settle_doubts(uow: UnitOfWork, ids: Collection[int], *, at: datetime, by: str, reason: str | None = None) -> int:
    """Settle open doubts; returns how many were open still. by: `staff:<id>` or `system:<rule>`."""
    statement = (
        clock_doubt.update()
        .where(clock_doubt.c.id.in_(sorted(ids)), sa.text(IS_OPEN))
        .values(settled_at=at, settled_by=by, reason=reason)
    )
    return uow.connection.execute(statement).rowcount
