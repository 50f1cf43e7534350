"""The worker: beats before it ticks, ends within seconds, purges once a day."""

import threading
import time
from datetime import timedelta

import sqlalchemy as sa

from app.domain.change_set import ChangeSet, IdempotencyRow, OutboxRow
from app.domain.machine_clock import Beat, MachineReading
from app.operations.purge_expired import purge_expired
from app.storage.apply_changes import apply_changes
from app.storage.beats import list_beats, save_beat
from app.storage.outbox import DEAD, SENT, WAITING
from app.storage.tables import idempotency_key, outbox, worker_beat
from app.worker.jobs import WORKER_NAME
from app.worker.main import run_worker
from tests.world import World

LONGEST_START_S, LONGEST_END_S = 30.0, 10.0
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def message(key: str, world: World, *, age: timedelta) -> OutboxRow:
    at = world.clock.now() - age
    return OutboxRow(dedup_key=key, channel="notice", payload="{}", case_id=None, seq=None, next_at=at)


def stored_answer(key: str, world: World, *, age: timedelta) -> IdempotencyRow:
    return IdempotencyRow(
        actor_id=1,
        scope="POST /x",
        key=key,
        request_hash=b"1",
        status=200,
        response=b"{}",
        created_at=world.clock.now() - age,
    )


def test_worker_beats_at_once_and_ends_within_seconds(installed: World) -> None:
    context, channel, stop = installed.container.context, installed.container.channel, threading.Event()
    installed.clock.machine = MachineReading(host_at=installed.clock.now(), monotonic_ms=1, boot_id="b")
    worker = threading.Thread(target=run_worker, args=(context, channel), kwargs={"stop": stop})

    worker.start()
    beaten = first_beats(installed)
    stop.set()
    worker.join(LONGEST_END_S)

    assert beaten == [WORKER_NAME]
    assert not worker.is_alive()


def first_beats(world: World) -> list[str]:
    give_up_at = time.monotonic() + LONGEST_START_S
    while time.monotonic() < give_up_at:
        with world.container.context.database.read() as connection:
            found = [beat.worker for beat in list_beats(connection)]
        if found:
            return found
        time.sleep(0.05)
    return []


def test_purge_takes_what_is_old_and_leaves_the_rest(installed: World) -> None:
    with installed.container.context.database.write() as uow:
        uow.connection.execute(outbox.delete())
        apply_changes(
            uow,
            ChangeSet(
                outbox=[
                    message("sent long ago", installed, age=31 * DAY),
                    message("sent", installed, age=29 * DAY),
                    message("given up", installed, age=31 * DAY),
                    message("waiting", installed, age=31 * DAY),
                ],
                idempotency=[
                    stored_answer("old", installed, age=73 * HOUR),
                    stored_answer("young", installed, age=71 * HOUR),
                ],
            ),
        )
        for key, state in (("sent long ago", SENT), ("sent", SENT), ("given up", DEAD), ("waiting", WAITING)):
            uow.connection.execute(outbox.update().where(outbox.c.dedup_key == key).values(state=state))

    counts = purge_expired(installed.container.context, worker="w1")

    with installed.container.context.database.read() as connection:
        assert set(connection.scalars(sa.select(outbox.c.dedup_key))) == {"sent", "given up", "waiting"}
        assert set(connection.scalars(sa.select(idempotency_key.c.key))) == {"young"}
    assert counts == {"idempotency_key": 1, "outbox": 1, "worker_beat": 0}


def test_purge_runs_once_a_day(installed: World) -> None:
    context = installed.container.context

    first, second = purge_expired(context, worker="w1"), purge_expired(context, worker="w2")
    installed.clock.advance(DAY)
    third = purge_expired(context, worker="w2")

    assert (first is None, second is None, third is None) == (False, True, False)


def test_newest_beat_outlives_the_purge(installed: World) -> None:
    database = installed.container.context.database
    for worker, age in (("gone", 9 * DAY), ("last", 8 * DAY)):
        at = installed.clock.now() - age
        with database.write() as uow:
            save_beat(uow, Beat(worker=worker, database_at=at, host_at=at, monotonic_ms=1, boot_id="b"))

    purge_expired(installed.container.context, worker="w1")

    with database.read() as connection:
        assert list(connection.scalars(sa.select(worker_beat.c.worker))) == ["last"]
