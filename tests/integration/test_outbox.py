"""Messages: in order per case, tried again, given up, never stored twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from app.domain.change_set import ChangeSet, OutboxRow
from app.storage.apply_changes import apply_changes
from app.storage.database import Database
from app.storage.outbox import ClaimedMessage, claim_messages, has_messages, mark_failed, mark_sent
from tests.integration.rows import AT, new_id

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def used_up(database: Database) -> Iterator[None]:
    yield
    with database.write() as uow:
        uow.connection.exec_driver_sql("DELETE FROM outbox")


def queue(database: Database, *rows: tuple[str, int | None, int | None], at: datetime = AT) -> None:
    messages = [
        OutboxRow(dedup_key=key, channel="console", payload="{}", case_id=case_id, seq=seq, next_at=at)
        for key, case_id, seq in rows
    ]
    with database.write() as uow:
        apply_changes(uow, ChangeSet(outbox=messages))


def claim(database: Database, *, now: datetime = AT, limit: int = 10) -> list[ClaimedMessage]:
    with database.write() as uow:
        return list(claim_messages(uow, now=now, limit=limit))


def keys(rows: list[ClaimedMessage]) -> list[str]:
    return [row.dedup_key for row in rows]


def test_messages_of_a_case_go_out_one_after_the_other(database: Database) -> None:
    case_id = new_id()
    queue(database, ("second", case_id, 2), ("first", case_id, 1), ("other", new_id(), 1), ("free", None, None))

    rows = claim(database)
    assert sorted(keys(rows)) == ["first", "free", "other"]
    assert claim(database) == []

    with database.write() as uow:
        for row in rows:
            mark_sent(uow, row)
    assert keys(claim(database)) == ["second"]


def test_message_in_the_hands_of_a_dead_process_is_sent_again(database: Database) -> None:
    queue(database, ("a", None, None))

    assert keys(claim(database)) == ["a"]
    assert claim(database, now=AT + MINUTE / 2) == []
    assert keys(claim(database, now=AT + MINUTE)) == ["a"]


def test_failed_message_holds_back_the_next_one_of_its_case(database: Database) -> None:
    case_id = new_id()
    queue(database, ("first", case_id, 1), ("second", case_id, 2))
    (row,) = claim(database)

    with database.write() as uow:
        mark_failed(uow, row, now=AT, error="gateway away", is_permanent=False)

    assert claim(database, now=AT + timedelta(seconds=20)) == []
    assert keys(claim(database, now=AT + timedelta(seconds=40))) == ["first"]


def test_message_that_is_given_up_does_not_hold_back_the_next(database: Database) -> None:
    case_id = new_id()
    queue(database, ("first", case_id, 1), ("second", case_id, 2))
    (row,) = claim(database)

    with database.write() as uow:
        mark_failed(uow, row, now=AT, error="no such number", is_permanent=True)

    assert keys(claim(database)) == ["second"]


def test_notice_for_office_hours_does_not_hold_back_an_immediate_one(database: Database) -> None:
    case_id = new_id()
    queue(database, ("morning", case_id, 1), at=AT + timedelta(hours=9))
    queue(database, ("now", case_id, 2))

    assert keys(claim(database)) == ["now"]


def test_ten_failures_are_enough(database: Database) -> None:
    queue(database, ("a", None, None))
    now = AT

    for _ in range(10):
        (row,) = claim(database, now=now)
        with database.write() as uow:
            mark_failed(uow, row, now=now, error="gateway away", is_permanent=False)
        now += timedelta(hours=2)

    assert claim(database, now=now + timedelta(days=1)) == []


def test_same_key_is_stored_once(database: Database) -> None:
    queue(database, ("a", None, None), ("a", None, None))
    queue(database, ("a", None, None))

    assert keys(claim(database)) == ["a"]
    with database.read() as connection:
        assert not has_messages(connection, now=AT)
