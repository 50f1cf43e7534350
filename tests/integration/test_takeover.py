"""What a killed worker held is done by another: deadlines at once, messages after their minute, nothing twice."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe

import sqlalchemy as sa

from app.domain.notice import OutboundMessage
from app.domain.vocabulary import Lane
from app.operations.deliver_outbox import deliver_outbox
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.runtime.context import Context
from app.storage.deadlines import claim_due
from app.storage.outbox import CLAIM_S
from app.storage.tables import outbox
from tests.killing import due_cases
from tests.many_cases import count_fired, examine
from tests.world import World

FORK = multiprocessing.get_context("fork")
BATCH, MESSAGES, TICK_S = 5, 12, 1.0
FOREVER_S = 600


class KeepingChannel:
    """A channel that remembers what went out."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def deliver(self, message: OutboundMessage) -> None:
        self.sent.append(message.dedup_key)


class DeadlyChannel:
    """A channel whose process dies by SIGKILL with its third message, before or after it went out."""

    def __init__(self, pipe: Pipe, *, is_sent: bool) -> None:
        self._pipe = pipe
        self._is_sent = is_sent
        self._count = 0

    def deliver(self, message: OutboundMessage) -> None:
        self._count += 1
        is_last = self._count == 3
        if self._is_sent or not is_last:
            self._pipe.send(message.dedup_key)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)


def hold_a_batch(context: Context, pipe: Pipe) -> None:
    """Claim a batch, as the tick does, and never come to its end."""
    with context.database.write() as uow:
        claimed = claim_due(uow, lane=Lane.MOVE, now=uow.now(), limit=BATCH)
        pipe.send([row.id for row in claimed])
        time.sleep(FOREVER_S)


def test_batch_of_a_killed_worker_is_fired_within_two_ticks(installed: World) -> None:
    context = installed.container.context
    due_cases(installed, BATCH)
    here, there = FORK.Pipe()
    holder = FORK.Process(target=hold_a_batch, args=(context, there), daemon=True)
    holder.start()
    assert len(here.recv()) == BATCH

    holder.kill()
    holder.join()
    killed_at = time.monotonic()
    while count_fired(context.database) < BATCH and time.monotonic() - killed_at < 2 * TICK_S:
        fire_due_deadlines(context, Lane.MOVE, limit=BATCH, budget_ms=5_000)

    assert time.monotonic() - killed_at < 2 * TICK_S
    assert examine(context.database, "notice5").is_right


def queued(world: World) -> None:
    for _ in range(MESSAGES):
        world.apply("restaurant-sign")
    world.clock.advance(timedelta(minutes=1))


def kill_in_delivery(world: World, *, is_sent: bool) -> list[str]:
    """Let a worker die while it delivers. Returns what it had sent."""
    here, there = FORK.Pipe()

    def work() -> None:
        deliver_outbox(world.container.context, DeadlyChannel(there, is_sent=is_sent), {}, limit=MESSAGES)

    worker = FORK.Process(target=work, daemon=True)
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    sent = []
    while here.poll():
        sent.append(here.recv())
    return sent


def deliver_rest(world: World, channel: KeepingChannel) -> None:
    while deliver_outbox(world.container.context, channel, {}):
        continue


def left(world: World) -> int:
    with world.container.context.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == 0)
        return int(connection.scalar(query) or 0)


def test_messages_of_a_killed_worker_go_out_after_their_minute(installed: World) -> None:
    queued(installed)
    other = KeepingChannel()

    sent = kill_in_delivery(installed, is_sent=False)
    deliver_rest(installed, other)
    before = list(other.sent)
    installed.clock.advance(timedelta(seconds=CLAIM_S))
    deliver_rest(installed, other)

    assert len(sent) == 2
    assert before == []
    assert Counter(sent + other.sent) == Counter(dict.fromkeys(sent + other.sent, 1))
    assert len(sent + other.sent) == MESSAGES
    assert left(installed) == 0


def test_message_sent_but_not_marked_goes_out_again_under_its_key(installed: World) -> None:
    queued(installed)
    other = KeepingChannel()

    sent = kill_in_delivery(installed, is_sent=True)
    installed.clock.advance(timedelta(seconds=CLAIM_S))
    deliver_rest(installed, other)

    repeated = [key for key in other.sent if key in sent]
    assert len(repeated) == 1
    assert len(set(sent + other.sent)) == MESSAGES
    assert left(installed) == 0
