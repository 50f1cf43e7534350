"""Signs of life of workers (心跳), outages between them, and daily runs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.storage import dialects
from app.storage.clock import SystemClock
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import job_run, outage, worker_beat
from app.storage.unit_of_work import UnitOfWork

HOST = SystemClock()
SHORTEST_GAP = timedelta(minutes=30)
LONGEST_BOOT_ID = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which no worker gave a sign of life; both ends by the database's clock, aware UTC."""

    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The last sign of life of a worker."""

    worker: str
    database_at: datetime
    host_at: datetime
    monotonic_ms: int
    boot_id: str


def save_beat(uow: UnitOfWork, *, worker: str, monotonic_ms: int, boot_id: str) -> Gap | None:
    """Save the database's instant beside the host's.

    Returns the gap since the last beat of any worker when it is over 30 minutes, None otherwise. How much of it were
    office hours is for the caller to say, who then calls `add_outage`.
    """
    last, now = newest_beat(uow.connection), uow.now()
    values = {
        "worker": worker,
        "database_at": now,
        "host_at": HOST.now(),
        "monotonic_ms": monotonic_ms,
        "boot_id": boot_id[:LONGEST_BOOT_ID],
    }
    changed = ("database_at", "host_at", "monotonic_ms", "boot_id")
    uow.connection.execute(dialects.upsert(uow.connection, worker_beat, changed), values)
    return Gap(began_at=last, ended_at=now) if last is not None and now - last > SHORTEST_GAP else None


def newest_beat(connection: sa.Connection) -> datetime | None:
    """Return when any worker last gave a sign of life, by the database's clock."""
    found: datetime | None = connection.scalar(sa.select(sa.func.max(worker_beat.c.database_at, type_=UtcDateTime())))
    return found


def list_beats(connection: sa.Connection) -> tuple[Beat, ...]:
    """Return the last sign of life of every worker, the newest first."""
    rows = connection.execute(sa.select(worker_beat).order_by(worker_beat.c.database_at.desc()))
    return tuple(Beat(**row._asdict()) for row in rows)


def add_outage(uow: UnitOfWork, gap: Gap) -> None:
    """Record an outage: deemed approvals it touches wait until it is released."""
    uow.connection.execute(outage.insert(), {"began_at": gap.began_at, "ended_at": gap.ended_at})


def release_outages(uow: UnitOfWork, *, by: str) -> int:
    """Release every outage that is not yet; returns how many. by: the actor."""
    values = {"released_at": uow.now(), "released_by": by}
    return uow.connection.execute(outage.update().where(outage.c.released_at.is_(None)).values(**values)).rowcount


def begin_daily_run(uow: UnitOfWork, *, job: str, on: date, worker: str) -> bool:
    """Say whether this process is the one to run a daily job: its row goes in once."""
    values = {"job": job, "on": on, "worker": worker}
    return uow.connection.execute(dialects.insert_ignore(uow.connection, job_run), values).rowcount == 1
