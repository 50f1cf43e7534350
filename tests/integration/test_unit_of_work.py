"""Transactions: what commits, what waits, whose clock counts."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.domain.errors import Busy, Conflict, TemporaryFailure
from app.storage import dialects, writer_queue
from app.storage.cases import lock_case
from app.storage.database import Database, FixedClock, open_database
from app.storage.tables import case_file, outbox
from app.storage.unit_of_work import UnitOfWork
from tests.conftest import OpenDatabase
from tests.integration.rows import AT, new_id, seed_case


def put_message(uow: UnitOfWork, key: str) -> None:
    uow.connection.execute(outbox.insert().values(dedup_key=key, channel="console", payload="{}", next_at=AT))


def put_and_fail(uow: UnitOfWork, key: str) -> None:
    put_message(uow, key)
    raise RuntimeError("no")


def put_twice(uow: UnitOfWork, key: str) -> None:
    put_message(uow, key)
    put_message(uow, key)


def has_message(database: Database, key: str) -> bool:
    with database.read() as connection:
        return connection.scalar(sa.select(outbox.c.id).where(outbox.c.dedup_key == key)) is not None


def test_block_commits_at_its_end(database: Database) -> None:
    with database.write() as uow:
        put_message(uow, "kept")

    assert has_message(database, "kept")


def test_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError, match="no"), database.write() as uow:
        put_and_fail(uow, "lost")

    assert not has_message(database, "lost")


def test_savepoint_loses_only_what_is_inside(database: Database) -> None:
    with database.write() as uow:
        put_message(uow, "before")
        with pytest.raises(RuntimeError, match="no"), uow.savepoint():
            put_and_fail(uow, "inside")
        put_message(uow, "after")

    assert [has_message(database, key) for key in ("before", "inside", "after")] == [True, False, True]


def test_uniqueness_becomes_a_conflict_at_the_edge(database: Database) -> None:
    with pytest.raises(Conflict), database.write() as uow:
        put_twice(uow, "twice")


def test_write_inside_a_write_is_refused(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="in a write transaction already"), database.write():
        pass


def test_lock_that_is_not_had_in_time_is_busy(
    database: Database, open_again: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded = seed_case(database)
    monkeypatch.setattr(writer_queue, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setattr(dialects, "POSTGRESQL_SESSION", "-c lock_timeout=100ms")
    other = open_again()

    with database.write() as uow:
        lock_case(uow, seeded.case_id)
        with pytest.raises(Busy) as refused, other.write() as second:
            lock_case(second, seeded.case_id)

    assert refused.value.code == "case_busy"


def test_connection_that_is_not_had_in_time_is_a_temporary_failure(
    open_again: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "POOL_SIZE", 1)
    monkeypatch.setattr(dialects, "POOL_OVERFLOW", 0)
    narrow = open_again()

    with narrow.read(), pytest.raises(TemporaryFailure) as refused, narrow.read():
        pass

    assert refused.value.code == "database_busy"


def test_reading_writes_nothing_on_postgresql(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no read-only transaction")

    with pytest.raises(sa.exc.DBAPIError, match="read-only"), database.read() as connection:
        connection.execute(outbox.delete())


def test_instants_are_aware_utc_of_the_database(database: Database) -> None:
    with database.write() as uow:
        arrived_at, now = uow.arrived_at, uow.now()
    with database.reading() as reading:
        read_at = reading.now

    assert arrived_at <= now <= read_at
    assert {instant.utcoffset() for instant in (arrived_at, now, read_at)} == {timedelta(0)}
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_arrival_is_before_the_wait_for_the_lock(database: Database, open_again: OpenDatabase) -> None:
    seeded, other = seed_case(database), open_again()
    is_locked, arrivals, waited_until = threading.Event(), [], []

    def wait_for_case() -> None:
        is_locked.wait()
        with other.write() as uow:
            locked = lock_case(uow, seeded.case_id)
            assert locked is not None
            arrivals.append(locked.arrived_at)
            waited_until.append(uow.now())

    waiting = threading.Thread(target=wait_for_case)
    waiting.start()
    with database.write() as uow:
        lock_case(uow, seeded.case_id)
        is_locked.set()
        time.sleep(1.0)
    waiting.join()

    assert waited_until[0] - arrivals[0] > timedelta(milliseconds=200)


def test_virtual_clock_overrides_the_database(open_again: OpenDatabase) -> None:
    clock = FixedClock(AT)
    database = open_again(clock=clock)
    seeded = seed_case(database)

    clock.advance(timedelta(days=3))
    with database.write() as uow:
        locked = lock_case(uow, seeded.case_id)
        instants = (uow.arrived_at, uow.now(), locked.arrived_at if locked else None)
    with database.reading() as reading:
        assert reading.now == AT + timedelta(days=3)

    assert set(instants) == {AT + timedelta(days=3)}


def test_naive_instant_is_refused(database: Database) -> None:
    naive = AT.replace(tzinfo=None)

    with pytest.raises(sa.exc.StatementError, match="must carry its zone"), database.write() as uow:
        uow.connection.execute(case_file.update().where(case_file.c.id == new_id()).values(closed_at=naive))


def test_sqlite_needs_a_file() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        open_database("sqlite://")


def test_sqlite_writers_of_two_processes_take_turns(database: Database, open_again: OpenDatabase) -> None:
    databases = [database, open_again()]
    keys = [f"turn-{number}" for number in range(20)]

    def write(number: int) -> None:
        with databases[number % 2].write() as uow:
            put_message(uow, keys[number])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(has_message(database, key) for key in keys)
