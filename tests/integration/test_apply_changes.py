"""A ChangeSet is written whole or not at all, with equal rows on both databases."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.audit import GENESIS, verify_chain
from app.domain.change_rows.external_tasks import ExternalTaskEnd
from app.domain.change_rows.papers import DeliveryRow, DocumentRow
from app.domain.change_rows.tasks import TaskAssignment, TaskInstants
from app.domain.change_set import AccountabilityRow, ChangeSet, IncidentRow, InputRow, MaterialCheck
from app.domain.errors import Conflict, Stale
from app.storage import tables
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_case
from app.storage.cases import case_chain, case_head
from app.storage.database import Database
from app.storage.drafts import put_draft
from tests.integration.rows import (
    AT,
    Seeded,
    audit_row,
    card,
    card_change,
    case_change,
    case_material,
    closing,
    deadline_change,
    deadline_row,
    decision,
    external_row,
    external_try,
    key_row,
    message,
    new_id,
    opening,
    seed_case,
    step,
    stored_card,
    stored_material,
    task_row,
)


def write(database: Database, changes: ChangeSet) -> None:
    with database.write() as uow:
        apply_changes(uow, changes)


def count(database: Database, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    with database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0


def head_hash(database: Database, case_id: int) -> bytes:
    with database.read() as connection:
        found = case_head(connection, case_id)
    assert found is not None
    return found[1]


def full_step(database: Database, seeded: Seeded, material_id: int, draft_id: int) -> ChangeSet:
    case_id = seeded.case_id
    changes = step(seeded, last=head_hash(database, case_id))
    changes.outbox = [message(f"a:{case_id}", case_id), message(f"a:{case_id}", case_id)]
    changes.inputs = [InputRow(id=new_id(), case_id=case_id, element="review", seq=2, answers='{"a":"%s \\\\"}')]
    changes.cards = [card(case_id)]
    changes.cards_changed = [card_change(stored_card(database, case_id).id)]
    changes.decisions = [decision(case_id)]
    changes.documents = [
        DocumentRow(
            id=new_id(),
            case_id=case_id,
            kind="decision",
            document_no=f"文{case_id}",
            template_version="1",
            issued_at=AT,
            facts="{}",
        )
    ]
    changes.deliveries = [
        DeliveryRow(id=new_id(), case_id=case_id, method="counter", state="done", delivered_at=AT, facts="{}")
    ]
    changes.accountability = [
        AccountabilityRow(
            id=new_id(), case_id=case_id, clock="promised", opened_at=AT, state="open", department_id=7, facts="{}"
        )
    ]
    changes.incidents = [
        IncidentRow(id=new_id(), case_id=case_id, element="e", code="c", opened_at=AT, state="open", facts="{}")
    ]
    changes.material_checks = [
        MaterialCheck(
            case_id=case_id, requirement="id_card", state="accepted", checked_by=42, checked_at=AT, remark=None
        )
    ]
    changes.case_materials = [case_material(case_id, "photo", material_id)]
    changes.idempotency = [key_row(f"k{case_id}")]
    changes.drafts_deleted = [draft_id, new_id()]
    return changes


def test_every_part_reaches_its_table(database: Database) -> None:
    seeded, material_id, draft_id = seed_case(database), stored_material(database), new_id()
    with database.write() as uow:
        put_draft(uow, draft_id=draft_id, owner_account_id=42, topic=f"task:{seeded.task_id}", version=0, content="{}")
    write(database, ChangeSet(case_materials=[case_material(seeded.case_id, "id_card", material_id)]))

    changes = full_step(database, seeded, material_id, draft_id)
    write(database, changes)

    of_case = {
        tables.user_task: 2,
        tables.deadline: 2,
        tables.audit_entry: 2,
        tables.outbox: 1,
        tables.case_input: 1,
        tables.warning_card: 2,
        tables.decision_record: 1,
        tables.document: 1,
        tables.delivery: 1,
        tables.accountability_record: 1,
        tables.incident: 1,
        tables.case_material: 2,
    }
    assert {table: count(database, table, table.c.case_id == seeded.case_id) for table in of_case} == of_case
    assert count(database, tables.draft, tables.draft.c.id == draft_id) == 0
    with database.read() as connection:
        stored = connection.execute(sa.select(tables.case_input).where(tables.case_input.c.case_id == seeded.case_id))
        assert stored.one()._asdict() == asdict(changes.inputs[0])
        assert verify_chain(case_chain(connection, seeded.case_id), last_seq=2, last_hash=changes.audit[0].hash) is None


def test_what_was_written_is_what_is_loaded(database: Database) -> None:
    seeded = Seeded(case_id=new_id(), task_id=new_id(), deadline_id=new_id())
    changes = opening(seeded)

    write(database, changes)
    with database.write() as uow:
        loaded = load_case(uow, seeded.case_id)

    assert loaded is not None
    row = changes.cases_added[0]
    assert {name: getattr(loaded.case, name) for name in row.__dataclass_fields__} == asdict(row)
    assert loaded.state == changes.states_added[0]
    assert loaded.party == changes.parties_added[0]
    assert loaded.ledger == tuple(changes.ledger)
    assert loaded.tasks[0].outcomes == ("pass", "refuse")
    assert loaded.tasks[0].sort_at == changes.tasks_opened[0].sort_at
    assert loaded.deadlines[0].fire_at == changes.deadlines_armed[0].fire_at
    assert (loaded.generation, loaded.outages, loaded.holds, loaded.has_closure) == (0, (), (), False)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"task_version": 1}, Stale),
        ({"version": 1}, Conflict),
        ({"seq": 1}, Conflict),
    ],
)
def test_old_knowledge_leaves_nothing_behind(database: Database, wrong: dict[str, int], error: type[Exception]) -> None:
    seeded = seed_case(database)
    before = count(database, tables.user_task)

    with pytest.raises(error):
        write(database, step(seeded, **wrong))

    assert count(database, tables.user_task) == before
    assert (
        count(database, tables.deadline, tables.deadline.c.id == seeded.deadline_id, tables.deadline.c.state == 0) == 1
    )


def test_task_is_completed_once(database: Database) -> None:
    seeded = seed_case(database)
    write(database, step(seeded, last=head_hash(database, seeded.case_id)))

    with pytest.raises(Stale):
        write(database, ChangeSet(tasks_closed=[closing(seeded.task_id, version=1)]))


def test_case_is_decided_once(database: Database) -> None:
    seeded = seed_case(database)
    write(database, ChangeSet(decisions=[decision(seeded.case_id)]))

    with pytest.raises(Conflict) as refused:
        write(database, ChangeSet(decisions=[decision(seeded.case_id)]))

    assert refused.value.code == "already_decided"


def test_same_request_is_stored_once(database: Database) -> None:
    key = f"k{new_id()}"
    write(database, ChangeSet(idempotency=[key_row(key)]))

    with pytest.raises(Conflict) as refused:
        write(database, ChangeSet(idempotency=[key_row(key)]))

    assert refused.value.code == "request_repeated"


def test_member_case_opens_once(database: Database) -> None:
    first, second = (
        replace(
            opening(Seeded(case_id=new_id(), task_id=1, deadline_id=1)).cases_added[0],
            parent_case_id=9,
            parent_task="t",
        )
        for _ in range(2)
    )
    write(database, ChangeSet(cases_added=[first]))

    with pytest.raises(Conflict) as refused:
        write(database, ChangeSet(cases_added=[second]))

    assert refused.value.code == "case_exists"


def test_card_and_message_that_are_there_already_are_no_conflict(database: Database) -> None:
    seeded = seed_case(database)
    write(database, ChangeSet(cards=[card(seeded.case_id)], outbox=[message(f"b:{seeded.case_id}", None)]))

    write(database, ChangeSet(cards=[card(seeded.case_id)], outbox=[message(f"b:{seeded.case_id}", None)]))

    assert count(database, tables.warning_card, tables.warning_card.c.case_id == seeded.case_id) == 1


def test_open_rows_are_assigned_moved_and_withdrawn(database: Database) -> None:
    seeded, other = seed_case(database), new_id()
    write(database, ChangeSet(tasks_opened=[task_row(other, seeded.case_id)]))
    later = AT + timedelta(days=9)

    write(
        database,
        ChangeSet(
            tasks_assigned=[TaskAssignment(id=seeded.task_id, version=0, assignee_id=42, state=1)],
            tasks_closed=[closing(other, version=None, state=3)],
            deadlines_changed=[deadline_change(seeded.deadline_id, fire_at=later)],
        ),
    )
    write(
        database,
        ChangeSet(
            task_instants=[
                TaskInstants(id=seeded.task_id, due_at=later, yellow_at=None, red_at=None, sort_at=later, paused=True)
            ]
        ),
    )

    with database.write() as uow:
        loaded = load_case(uow, seeded.case_id)
    assert loaded is not None
    (task,), (deadline,) = loaded.tasks, loaded.deadlines
    assert (task.assignee_id, task.state, task.version, task.due_at, task.paused) == (42, 1, 1, later, True)
    assert (deadline.fire_at, deadline.due_at, deadline.stage) == (later, later, 2)


def test_fired_deadline_is_final(database: Database) -> None:
    seeded = seed_case(database)
    write(database, ChangeSet(deadlines_changed=[replace(deadline_change(seeded.deadline_id, fire_at=AT), state=2)]))

    with pytest.raises(Conflict):
        write(database, ChangeSet(deadlines_deleted=[seeded.deadline_id]))


def test_closing_deletes_deadlines_that_never_fired(database: Database) -> None:
    seeded = seed_case(database)

    write(database, ChangeSet(deadlines_deleted=[seeded.deadline_id]))

    assert count(database, tables.deadline, tables.deadline.c.case_id == seeded.case_id) == 0


def test_work_ends_under_the_lease_it_was_reported_with(database: Database) -> None:
    seeded, row_id = seed_case(database), new_id()
    write(database, ChangeSet(external_opened=[external_row(row_id, seeded.case_id)]))

    with pytest.raises(Conflict) as refused:
        write(database, ChangeSet(external_ended=[ExternalTaskEnd(id=row_id, version=1)]))

    assert refused.value.facts["part"] == "external_ended"
    write(database, ChangeSet(external_tried=[external_try(row_id, version=0)]))
    write(database, ChangeSet(external_ended=[ExternalTaskEnd(id=row_id, version=1)]))
    with pytest.raises(Conflict):
        write(database, ChangeSet(external_ended=[ExternalTaskEnd(id=row_id, version=None)]))


def test_material_that_is_brought_again_takes_back_the_mark(database: Database) -> None:
    seeded, first, second = seed_case(database), stored_material(database), stored_material(database)
    write(database, ChangeSet(case_materials=[case_material(seeded.case_id, "id_card", first)]))

    write(database, ChangeSet(materials_replaced=[case_material(seeded.case_id, "id_card", second)]))

    with database.write() as uow:
        loaded = load_case(uow, seeded.case_id)
    assert loaded is not None
    assert loaded.materials == (case_material(seeded.case_id, "id_card", second),)


def test_row_without_its_case_is_a_fault_and_no_conflict(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        write(database, ChangeSet(tasks_opened=[task_row(new_id(), new_id())]))


def test_two_changes_of_one_row_are_refused(database: Database) -> None:
    seeded = seed_case(database)
    twice = ChangeSet(
        tasks_closed=[closing(seeded.task_id, version=0)],
        tasks_assigned=[TaskAssignment(id=seeded.task_id, version=0, assignee_id=1, state=1)],
    )

    with pytest.raises(ValueError, match="changes a row once"):
        write(database, twice)


def test_changes_are_one_statement_on_postgresql_and_one_a_part_on_sqlite(database: Database) -> None:
    seeded = seed_case(database)
    statements: list[str] = []

    with database.write() as uow:
        sa.event.listen(uow.connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        apply_changes(uow, step(seeded, last=head_hash_in(uow.connection, seeded.case_id, statements)))

    assert len(statements) == (1 if database.engine.dialect.name == "postgresql" else 7)


def head_hash_in(connection: sa.Connection, case_id: int, statements: list[str]) -> bytes:
    found = case_head(connection, case_id)
    statements.clear()
    assert found is not None
    return found[1]


def test_an_empty_change_set_writes_nothing(database: Database) -> None:
    with database.write() as uow:
        apply_changes(uow, ChangeSet())


def test_a_step_is_written_in_a_few_milliseconds(
    database: Database, record_property: Callable[[str, object], None]
) -> None:
    seeded = seed_case(database)
    case_id, last, task = seeded.case_id, head_hash(database, seeded.case_id), seeded.task_id
    spent = []
    for version in range(40):
        following, entry = new_id(), audit_row(case_id, version + 2, last, "task_completed")
        changes = ChangeSet(
            case=case_change(case_id, version=version, last_seq=version + 2, last_hash=entry.hash),
            tasks_closed=[closing(task, version=0)],
            tasks_opened=[task_row(following, case_id)],
            deadlines_armed=[deadline_row(new_id(), case_id)],
            audit=[entry],
        )
        with database.write() as uow:
            began = time.perf_counter()
            apply_changes(uow, changes)
            spent.append((time.perf_counter() - began) * 1_000)
        task, last = following, entry.hash

    median = sorted(spent)[len(spent) // 2]
    record_property("median_ms", median)
    assert median < 50
    assert verify_head(database, case_id, last)


def verify_head(database: Database, case_id: int, last: bytes) -> bool:
    with database.read() as connection:
        return verify_chain(case_chain(connection, case_id), last_seq=41, last_hash=last) is None and last != GENESIS
