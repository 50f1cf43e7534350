"""What the jobs of the worker do."""

import os
import time
import uuid
from pathlib import Path

import structlog

from app.channels import Channel
from app.container import MESSAGE_HANDLERS
from app.domain.vocabulary import Lane
from app.operations.deliver_outbox import deliver_outbox
from app.operations.fire_due_deadlines import TickResult, fire_due_deadlines
from app.operations.record_beat import record_beat
from app.runtime.context import Context

log = structlog.get_logger()

BATCH_OF_LANE = {Lane.MOVE: 5, Lane.NOTICE: 50}
WORKER_NAME = f"{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


def drain_lane(context: Context, lane: Lane, *, budget_s: float) -> int:
    """Fire due deadlines of a lane, batch after batch, until none is left or the budget is spent. Returns how many."""
    stop_at = time.monotonic() + budget_s
    count = 0
    while time.monotonic() < stop_at:
        batch: TickResult = fire_due_deadlines(context, lane, limit=BATCH_OF_LANE[lane])
        count += len(batch.fired)
        if batch.claimed < BATCH_OF_LANE[lane]:
            break
    return count


def drain_outbox(context: Context, channel: Channel, *, budget_s: float) -> int:
    """Deliver what is due, batch after batch, until nothing is left or the budget is spent. Returns how many."""
    stop_at = time.monotonic() + budget_s
    count = 0
    while time.monotonic() < stop_at:
        claimed = deliver_outbox(context, channel, MESSAGE_HANDLERS)
        count += claimed
        if not claimed:
            break
    return count


def beat(context: Context) -> None:
    """Give a sign of life; the rules for outages and clock jumps read it."""
    boot_id = BOOT_ID_FILE.read_text(encoding="ascii").strip() if BOOT_ID_FILE.exists() else "unknown"
    record_beat(context, worker=WORKER_NAME, monotonic_ms=time.monotonic_ns() // 1_000_000, boot_id=boot_id)
