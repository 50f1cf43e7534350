"""Signs of life of workers (心跳), outages between them, and daily runs."""

from datetime import date, datetime

import sqlalchemy as sa

from app.domain.machine_clock import Beat
from app.domain.outage import Gap
from app.storage import dialects
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import job_run, outage, worker_beat
from app.storage.unit_of_work import UnitOfWork

CHANGING = ("database_at", "host_at", "monotonic_ms", "boot_id")


def save_beat(uow: UnitOfWork, beat: Beat) -> None:
    """Save the sign of life of a worker over its last one."""
    values = {"worker": beat.worker, **{name: getattr(beat, name) for name in CHANGING}}
    uow.connection.execute(dialects.upsert(uow.connection, worker_beat, CHANGING), values)


def newest_beat(connection: sa.Connection) -> datetime | None:
    """Return when any worker last gave a sign of life, by the database's clock."""
    found: datetime | None = connection.scalar(sa.select(sa.func.max(worker_beat.c.database_at, type_=UtcDateTime())))
    return found


def list_beats(connection: sa.Connection) -> tuple[Beat, ...]:
    """Return the last sign of life of every worker, the newest first."""
    rows = connection.execute(sa.select(worker_beat).order_by(worker_beat.c.database_at.desc()))
    return tuple(Beat(**row._asdict()) for row in rows)


def begin_count_anew(uow: UnitOfWork, *, now: datetime, stale_before: datetime) -> None:
    """Compare with beats of a confirmed clock only.

    Those of an instant that has not come are no signs of life; older ones than `stale_before` may come from before the
    jump, so nothing is measured from them any more. They still tell since when nobody beats.
    """
    columns = worker_beat.c
    uow.connection.execute(worker_beat.delete().where(columns.database_at > now))
    uow.connection.execute(worker_beat.update().where(columns.database_at < stale_before).values(boot_id=""))


def add_outage(uow: UnitOfWork, gap: Gap) -> bool:
    """Record an outage: deemed approvals it touches wait until it is released.

    Workers that come back at the same time find the same gap; only the first of them records it and gets True.
    """
    statement = dialects.insert_ignore(uow.connection, outage)
    return uow.connection.execute(statement, {"began_at": gap.began_at, "ended_at": gap.ended_at}).rowcount == 1


def release_outages(uow: UnitOfWork, *, by: str) -> int:
    """Release every outage that is not yet; returns how many. by: the actor."""
    values = {"released_at": uow.now(), "released_by": by}
    return uow.connection.execute(outage.update().where(outage.c.released_at.is_(None)).values(**values)).rowcount


def begin_daily_run(uow: UnitOfWork, *, job: str, on: date, worker: str) -> bool:
    """Say whether this process is the one to run a daily job: its row goes in once."""
    values = {"job": job, "on": on, "worker": worker}
    return uow.connection.execute(dialects.insert_ignore(uow.connection, job_run), values).rowcount == 1


def has_run(connection: sa.Connection, *, job: str, on: date) -> bool:
    """Say whether a daily job has run, without locking."""
    query = sa.select(job_run.c.worker).where(job_run.c.job == job, job_run.c.on == on)
    return connection.execute(query).first() is not None
