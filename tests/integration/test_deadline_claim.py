"""Deadlines are claimed by their row lock, in the order of their instants, and postponed when they fail."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.change_set import ChangeSet
from app.domain.vocabulary import Lane
from app.storage.apply_changes import apply_changes
from app.storage.cases import lock_case
from app.storage.database import Database
from app.storage.deadlines import DUE, DUE_BUT_APPROVALS, claim_due, has_due, next_fire_at, postpone
from app.storage.dialects import skip_locked
from app.storage.sqltypes import sqlite_value
from app.storage.tables import case_file, deadline
from tests.integration.rows import AT, Seeded, seed_case

NOW = AT + timedelta(hours=1)


def claimed(database: Database, *, lane: Lane = Lane.NOTICE, now: object = NOW, limit: int = 50) -> list[int]:
    with database.write() as uow:
        return [row.id for row in claim_due(uow, lane=lane, now=now, limit=limit)]  # type: ignore[arg-type]


def stored(database: Database, seeded: Seeded) -> sa.Row[tuple[object, ...]]:
    with database.read() as connection:
        return connection.execute(sa.select(deadline).where(deadline.c.id == seeded.deadline_id)).one()


def test_due_rows_come_oldest_first(own_database: Database) -> None:
    late, early = (seed_case(own_database, fire_at=AT + timedelta(minutes=minutes)) for minutes in (30, 10))

    assert claimed(own_database) == [early.deadline_id, late.deadline_id]
    assert claimed(own_database, limit=1) == [early.deadline_id]


def test_exactly_at_the_due_instant_is_in_time(own_database: Database) -> None:
    seed_case(own_database, fire_at=NOW)

    assert claimed(own_database, now=NOW) == []
    assert claimed(own_database, now=NOW + timedelta(microseconds=1)) != []


def test_lanes_do_not_see_each_other(own_database: Database) -> None:
    moving = seed_case(own_database, fire_at=AT, lane=0)

    assert claimed(own_database, lane=Lane.NOTICE) == []
    assert claimed(own_database, lane=Lane.MOVE) == [moving.deadline_id]


def test_disarmed_rows_are_not_due(own_database: Database) -> None:
    seeded = seed_case(own_database, fire_at=AT)

    with own_database.write() as uow:
        apply_changes(uow, ChangeSet(deadlines_disarmed=[seeded.deadline_id]))
    with own_database.read() as connection:
        assert not has_due(connection, lane=Lane.NOTICE, now=NOW)

    assert claimed(own_database) == []


@pytest.mark.postgresql
def test_case_in_a_clerks_hands_is_skipped_and_comes_back(own_database: Database) -> None:
    if own_database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    held, free = seed_case(own_database, fire_at=AT), seed_case(own_database, fire_at=AT)

    with own_database.engine.begin() as clerk:
        clerk.exec_driver_sql(f"SELECT id FROM case_file WHERE id = {held.case_id} FOR UPDATE")
        assert claimed(own_database) == [free.deadline_id]

    assert claimed(own_database) == [held.deadline_id, free.deadline_id]


def test_claim_holds_the_case_as_well(own_database: Database) -> None:
    seeded = seed_case(own_database, fire_at=AT)

    with own_database.write() as uow:
        claim_due(uow, lane=Lane.NOTICE, now=NOW, limit=5)
        assert lock_case(uow, seeded.case_id) is not None


def test_failure_waits_longer_each_time_and_ends_as_a_dead_letter(own_database: Database) -> None:
    seeded, now, waits = seed_case(own_database, fire_at=AT), NOW, []

    for _ in range(10):
        with own_database.write() as uow:
            (row,) = claim_due(uow, lane=Lane.NOTICE, now=now, limit=5)
            postpone(uow, row, now=now, error="poisoned")
        after = stored(own_database, seeded)
        waits.append((after.fire_at - now).total_seconds())
        now = after.fire_at + timedelta(seconds=1)

    assert (after.state, after.attempts, after.last_error, after.due_at) == (4, 10, "poisoned", AT)
    assert 24 <= waits[0] <= 36
    assert 48 <= waits[1] <= 72
    assert all(wait <= 3_600 * 1.2 for wait in waits)
    assert claimed(own_database, now=now + timedelta(days=1)) == []


def test_approvals_stay_where_they_are_while_the_rest_goes_on(own_database: Database) -> None:
    approval, other = seed_case(own_database, fire_at=AT), seed_case(own_database, fire_at=AT + timedelta(minutes=1))
    with own_database.write() as uow:
        uow.connection.execute(
            deadline.update().where(deadline.c.id == approval.deadline_id).values(name="deemed", lane=0)
        )
        uow.connection.execute(deadline.update().where(deadline.c.id == other.deadline_id).values(lane=0))

    with own_database.write() as uow:
        held = claim_due(uow, lane=Lane.MOVE, now=NOW, limit=1, may_approve=False)
        free = claim_due(uow, lane=Lane.MOVE, now=NOW, limit=1)

    assert [row.id for row in held] == [other.deadline_id]
    assert [row.id for row in free] == [approval.deadline_id]
    assert stored(own_database, approval).state == 0


def test_next_instant_is_that_of_the_first_armed_row(own_database: Database) -> None:
    for minutes in (20, 10):
        seed_case(own_database, fire_at=AT + timedelta(minutes=minutes))

    with own_database.read() as connection:
        assert next_fire_at(connection) == AT + timedelta(minutes=10)


INDEXES = [(DUE, "ix_deadline_due "), (DUE_BUT_APPROVALS, "ix_deadline_due_unapproved ")]


@pytest.mark.parametrize(("query", "index"), INDEXES, ids=["all", "without approvals"])
def test_claim_reads_its_partial_index_and_sorts_nothing(
    own_database: Database, query: sa.Select[Any], index: str
) -> None:
    for minutes in range(20):
        seed_case(own_database, fire_at=AT + timedelta(minutes=minutes))

    with own_database.write() as uow:
        plan = explain(uow.connection, query)

    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def explain(connection: sa.Connection, query: sa.Select[Any]) -> str:
    """Return the plan of the claim as this database would run it."""
    if connection.dialect.name == "postgresql":
        # Twenty rows lie in one page; a million do not.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_hashjoin = off")
        connection.exec_driver_sql("SET LOCAL enable_mergejoin = off")
        claim = skip_locked(query, deadline, case_file).compile(dialect=connection.dialect)
        rows = connection.exec_driver_sql(f"EXPLAIN {claim}", {**claim.params, "lane": 1, "now": NOW, "limit": 5})
    else:
        claim = query.compile(dialect=connection.dialect)
        values = {**claim.params, "lane": 1, "now": sqlite_value(NOW), "limit": 5}
        given = tuple(values[name] for name in claim.positiontup or ())
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {claim}", given)
    return str(rows.all())
