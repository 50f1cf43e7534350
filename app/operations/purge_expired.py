"""Purge what has served its time (到期清理), once a day, a few thousand rows a commit."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from app.domain.calendar import to_local
from app.runtime.context import Context
from app.storage.beats import begin_daily_run
from app.storage.retention import delete_idle_beats, delete_old_keys, delete_sent_messages

log = structlog.get_logger()

JOB = "purge_expired"
ROWS_A_COMMIT = 5_000
KEPT_KEYS = timedelta(hours=72)
KEPT_MESSAGES = timedelta(days=30)
KEPT_BEATS = timedelta(days=7)
PURGES = (
    ("idempotency_key", delete_old_keys, KEPT_KEYS),
    ("outbox", delete_sent_messages, KEPT_MESSAGES),
    ("worker_beat", delete_idle_beats, KEPT_BEATS),
)


def purge_expired(
    context: Context, *, worker: str, may_go_on: Callable[[], bool] = lambda: True
) -> dict[str, int] | None:
    """Delete stored answers after 72 hours, sent messages after 30 days, workers that are gone for a week.

    Runs once a local day, in the process that comes first; None in the others. Returns how many rows left by table.
    may_go_on: asked between two commits; a purge that is cut short goes on the next day.
    """
    with context.database.write() as uow:
        if not begin_daily_run(uow, job=JOB, on=to_local(uow.now()).date(), worker=worker):
            return None
    counts = {}
    for table, delete, kept in PURGES:
        counts[table] = 0
        while may_go_on():
            with context.database.write() as uow:
                deleted = delete(uow, before=uow.now() - kept, limit=ROWS_A_COMMIT)
            counts[table] += deleted
            if deleted < ROWS_A_COMMIT:
                break
    log.info("Expired rows purged", action="expired_purged", **counts)
    return counts
