"""The next task of a person: the most urgent one nobody holds, locked with its case, never waited for."""

import pytest

from app.storage.database import Database
from app.storage.tables import user_task
from app.storage.tasks import holds_task, lock_next_task
from tests.integration.rows import Seeded, seed_case

GROUP, STAFF = 8_001, 8_002


def seed_offered(database: Database) -> Seeded:
    seeded = seed_case(database)
    with database.write() as uow:
        uow.connection.execute(
            user_task.update().where(user_task.c.id == seeded.task_id).values(group_id=GROUP, state=0)
        )
    return seeded


def found(database: Database, *, passed: tuple[int, ...] = (), groups: tuple[int, ...] = (GROUP,)) -> int | None:
    with database.write() as uow:
        return lock_next_task(uow, group_ids=groups, passed=passed)


def test_the_most_urgent_task_of_the_groups_comes_first(own_database: Database) -> None:
    first, second = seed_offered(own_database), seed_offered(own_database)

    assert found(own_database) == first.task_id
    assert found(own_database, passed=(first.task_id,)) == second.task_id
    assert found(own_database, passed=(first.task_id, second.task_id)) is None
    assert found(own_database, groups=(GROUP + 1,)) is None


def test_a_claimed_task_is_held_and_offered_to_nobody(own_database: Database) -> None:
    seeded = seed_offered(own_database)
    with own_database.write() as uow:
        assert not holds_task(uow, STAFF)
        uow.connection.execute(user_task.update().values(state=1, assignee_id=STAFF))

    assert found(own_database) is None
    with own_database.write() as uow:
        assert holds_task(uow, STAFF)
        uow.connection.execute(user_task.update().where(user_task.c.id == seeded.task_id).values(state=2))
        assert not holds_task(uow, STAFF)


@pytest.mark.postgresql
def test_two_clerks_get_two_tasks_without_waiting(own_database: Database) -> None:
    if own_database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    first, second = seed_offered(own_database), seed_offered(own_database)

    with own_database.engine.begin() as other:
        other.exec_driver_sql(f"SELECT id FROM user_task WHERE id = {first.task_id} FOR UPDATE")

        assert found(own_database) == second.task_id

    assert found(own_database) == first.task_id
