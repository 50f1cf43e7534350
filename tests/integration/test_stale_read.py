"""Lock first, read after: what is read is what the last holder of the lock committed."""

import threading
from dataclasses import replace

from app.domain.change_set import ChangeSet
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_case, load_case_of_task
from app.storage.database import Database
from tests.conftest import OpenDatabase
from tests.integration.rows import seed_case, step


def test_second_clerk_reads_what_the_first_committed(database: Database, open_again: OpenDatabase) -> None:
    seeded, other = seed_case(database), open_again()
    is_locked, seen = threading.Event(), []

    def read_second() -> None:
        is_locked.wait()
        with other.write() as uow:
            seen.append(load_case_of_task(uow, seeded.task_id))

    second = threading.Thread(target=read_second)
    second.start()
    with database.write() as uow:
        loaded = load_case(uow, seeded.case_id)
        assert loaded is not None
        is_locked.set()
        second.join(timeout=0.2)
        assert not seen
        changes = step(seeded, last=loaded.case.last_hash)
        apply_changes(uow, changes)
    second.join()

    (found,) = seen
    assert (found.case.version, found.case.last_seq, found.state) == (1, 2, changes.state)
    assert [task.id for task in found.tasks] == [changes.tasks_opened[0].id]
    assert [step.completed_by for step in found.handled] == [42]
    assert found.now > found.arrived_at


def test_eight_branches_of_one_case_are_all_completed(database: Database, open_again: OpenDatabase) -> None:
    seeded = seed_case(database)
    databases, failures = [database, open_again()], []

    def complete(number: int) -> None:
        with databases[number % 2].write() as uow:
            loaded = load_case(uow, seeded.case_id)
            assert loaded is not None
            case, task = loaded.case, loaded.tasks[0]
            changes = step(
                replace(seeded, task_id=task.id, deadline_id=loaded.deadlines[0].id),
                version=case.version,
                seq=case.last_seq + 1,
                last=case.last_hash,
            )
            apply_changes(uow, changes)

    def run(number: int) -> None:
        try:
            complete(number)
        except Exception as failure:  # noqa: BLE001 - the thread hands it to the test
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.write() as uow:
        loaded = load_case(uow, seeded.case_id)
    assert failures == []
    assert loaded is not None
    assert (loaded.case.version, len(loaded.handled), len(loaded.tasks)) == (8, 8, 1)


def test_unknown_case_is_none(database: Database) -> None:
    with database.write() as uow:
        assert load_case(uow, 1) is None
        assert load_case_of_task(uow, 1) is None
        apply_changes(uow, ChangeSet())
