"""Rows that have served their time, deleted a bounded number at once."""

from datetime import datetime

import sqlalchemy as sa

from app.storage.outbox import SENT
from app.storage.tables import idempotency_key, outbox, worker_beat
from app.storage.unit_of_work import UnitOfWork


def delete_old_keys(uow: UnitOfWork, *, before: datetime, limit: int) -> int:
    """Delete stored answers of requests made before an instant, oldest first. Returns how many."""
    keys = idempotency_key.primary_key.columns
    columns = idempotency_key.c
    oldest = sa.select(*keys).where(columns.created_at < before).order_by(columns.created_at).limit(limit)
    return uow.connection.execute(idempotency_key.delete().where(sa.tuple_(*keys).in_(oldest))).rowcount


def delete_sent_messages(uow: UnitOfWork, *, before: datetime, limit: int) -> int:
    """Delete messages that went out before an instant, oldest first; those given up stay for a person to see."""
    columns = outbox.c
    oldest = sa.select(columns.id).where(columns.state == SENT, columns.next_at < before).order_by(columns.id)
    return uow.connection.execute(outbox.delete().where(columns.id.in_(oldest.limit(limit)))).rowcount


def delete_idle_beats(uow: UnitOfWork, *, before: datetime, limit: int) -> int:
    """Delete workers without a sign of life since an instant. The newest beat stays: outages are counted from it."""
    columns = worker_beat.c
    newest = sa.select(sa.func.max(columns.database_at)).scalar_subquery()
    idle = sa.select(columns.worker).where(columns.database_at < before, columns.database_at < newest).limit(limit)
    return uow.connection.execute(worker_beat.delete().where(columns.worker.in_(idle))).rowcount
