"""What the jobs of the worker do."""

import os
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial

import structlog

from app.channels import Channel
from app.container import MESSAGE_HANDLERS
from app.domain.vocabulary import Lane
from app.operations.build_digests import build_digests, is_digest_due
from app.operations.deliver_outbox import deliver_outbox
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.invite_renewals import invite_renewals
from app.operations.purge_expired import purge_expired
from app.operations.record_beat import record_beat
from app.operations.warn_calendar_end import warn_calendar_end
from app.runtime.context import Context
from app.storage.deadlines import has_due
from app.storage.outbox import has_messages

log = structlog.get_logger()

BATCH_OF_LANE = {Lane.MOVE: 20, Lane.NOTICE: 100}
WORKER_NAME = f"{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
# Long enough for a clerk who looks for the writer's place every two milliseconds to find it free between two batches.
YIELD_S = 0.005
NEVER = threading.Event()


def drain_lane(context: Context, lane: Lane, *, budget_s: float, stop: threading.Event = NEVER) -> int:
    """Fire due deadlines of a lane, batch after batch, until none is left or the budget is spent. Returns how many.

    stop: set when the process is to end; the batch in hand is finished first.
    """
    give_up_at = time.monotonic() + budget_s
    count = 0
    if not _should_look(context, partial(has_due, lane=lane)):
        return count
    while time.monotonic() < give_up_at and not stop.is_set():
        batch = fire_due_deadlines(context, lane, limit=BATCH_OF_LANE[lane], worker=WORKER_NAME)
        count += len(batch.fired)
        if batch.claimed < BATCH_OF_LANE[lane]:
            break
        if context.database.has_one_writer:
            time.sleep(YIELD_S)
    return count


def drain_outbox(context: Context, channel: Channel, *, budget_s: float, stop: threading.Event = NEVER) -> int:
    """Deliver what is due, batch after batch, until nothing is left or the budget is spent. Returns how many."""
    give_up_at = time.monotonic() + budget_s
    count = 0
    if not _should_look(context, has_messages):
        return count
    while time.monotonic() < give_up_at and not stop.is_set():
        claimed = deliver_outbox(context, channel, MESSAGE_HANDLERS)
        count += claimed
        if not claimed:
            break
    return count


def send_digests(context: Context, channel: Channel, *, budget_s: float, stop: threading.Event = NEVER) -> int:
    """Build the digests of cards when their hour has come. What is due goes out before, so that none comes too late."""
    if is_digest_due(context):
        drain_outbox(context, channel, budget_s=budget_s, stop=stop)
        return build_digests(context, worker=WORKER_NAME)
    return 0


def beat(context: Context) -> None:
    """Give a sign of life; the rules for outages and clock jumps read it."""
    record_beat(context, worker=WORKER_NAME)


def run_daily(context: Context, *, stop: threading.Event = NEVER) -> None:
    """Do what is done once a day, in whichever process comes first."""
    warn_calendar_end(context, worker=WORKER_NAME)
    invite_renewals(context, worker=WORKER_NAME)
    purge_expired(context, worker=WORKER_NAME, may_go_on=lambda: not stop.is_set())


def _should_look(context: Context, is_any: Callable[..., bool]) -> bool:
    """Say whether to open a write transaction: where writers queue for one place, only when something is there."""
    if not context.database.has_one_writer:
        return True
    with context.database.reading() as reading:
        return is_any(reading.connection, now=reading.now)
