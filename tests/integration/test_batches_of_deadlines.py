"""A batch of deadlines is read and written together, and each of them fires as if it were alone."""

import time
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.domain.calendar import ZONE
from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import TickResult, fire_due_deadlines
from app.storage.tables import audit_entry, case_file, deadline, document, instance_state, number_sequence, warning_card
from tests.killing import due_cases, fire_as_the_worker_does, running_workers
from tests.many_cases import copy_case, count_broken_chains, count_fired, examine
from tests.world import World

LATE = datetime(2026, 4, 20, 10, 0, tzinfo=ZONE)
CASES, CASES_AN_OFFICE, LONGEST_S = 5, 150, 25.0


def tick(world: World, lane: Lane, *, budget_ms: int = 10_000) -> TickResult:
    return fire_due_deadlines(world.container.context, lane, limit=20, budget_ms=budget_ms)


def all_of(world: World, query: sa.Select[tuple[object]]) -> list[object]:
    with world.container.context.database.read() as connection:
        return list(connection.scalars(query))


def poison_one(world: World) -> None:
    """Break the stored state of the case whose deadline stands in the middle of the batch."""
    cases = all_of(world, sa.select(case_file.c.id).order_by(case_file.c.id))
    with world.container.context.database.write() as uow:
        broken = instance_state.update().where(instance_state.c.case_id == cases[CASES // 2])
        uow.connection.execute(broken.values(tokens=b"broken"))


def test_deadlines_of_one_case_fire_one_after_the_other_in_one_batch(installed: World) -> None:
    case_no = installed.apply("restaurant-food")
    installed.complete(case_no, "check", "window.enshi", "accept")
    installed.clock.set(LATE)

    result = tick(installed, Lane.NOTICE)

    cards = all_of(installed, sa.select(warning_card.c.clock).distinct())
    assert len(result.fired) == result.claimed > 2
    assert {"promised", "statutory"} <= set(cards)
    with installed.container.context.database.read() as connection:
        assert count_broken_chains(connection) == 0


def test_one_that_fails_takes_nothing_from_the_others(installed: World) -> None:
    due_cases(installed, CASES)
    poison_one(installed)

    result = tick(installed, Lane.MOVE)

    assert (result.claimed, len(result.fired), result.postponed) == (CASES, CASES - 1, 1)
    found = examine(installed.container.context.database, "notice5")
    assert (found.fired, found.lost, found.doubled, found.broken) == (CASES - 1, 1, 0, 0)


def test_batch_that_is_taken_back_leaves_no_gap_in_the_numbers(installed: World) -> None:
    due_cases(installed, CASES)
    poison_one(installed)
    before = len(all_of(installed, sa.select(document.c.id).where(document.c.kind == "acceptance")))

    tick(installed, Lane.MOVE)

    papers = all_of(installed, sa.select(document.c.document_no).where(document.c.kind == "acceptance"))
    last = sa.select(number_sequence.c.last).where(number_sequence.c.kind == "acceptance")
    assert before == 0
    assert len(set(papers)) == CASES - 1
    assert all_of(installed, last) == [CASES - 1]


def of_two_offices_in_turn(world: World) -> None:
    """Store cases of two offices that are due one after the other, first of the one, then of the other."""
    for region in ("422801", "422802"):
        copy_case(world, world.apply("restaurant-sign", region), CASES_AN_OFFICE - 1)
    world.at(2026, 3, 10, 9, 0)
    placed = sa.select(deadline.c.id, case_file.c.department_id, deadline.c.due_at).join(
        case_file, case_file.c.id == deadline.c.case_id
    )
    with world.container.context.database.write() as uow:
        turn: Counter[int] = Counter()
        for row in uow.connection.execute(placed.where(deadline.c.name == "notice5")).all():
            turn[row.department_id] += 1
            at = row.due_at + timedelta(seconds=turn[row.department_id])
            moving = deadline.update().where(deadline.c.id == row.id)
            uow.connection.execute(moving.values(stage=2, lane=int(Lane.MOVE), fire_at=at))


def test_workers_that_number_papers_of_the_same_offices_do_not_wait_for_each_other(installed: World) -> None:
    of_two_offices_in_turn(installed)
    context, began = installed.container.context, time.monotonic()

    with running_workers(context, fire_as_the_worker_does, 3):
        while count_fired(context.database) < 2 * CASES_AN_OFFICE and time.monotonic() - began < LONGEST_S:
            time.sleep(0.02)

    # Had two of them waited for each other, the server would have ended one, and its deadline would have been put off.
    assert count_fired(context.database) == 2 * CASES_AN_OFFICE
    assert all_of(installed, sa.select(deadline.c.attempts).where(deadline.c.attempts > 0)) == []


def test_what_there_is_no_time_for_fires_with_the_next_batch(installed: World) -> None:
    due_cases(installed, CASES)

    batches = []
    while fired := tick(installed, Lane.MOVE, budget_ms=0).fired:
        batches.append(len(fired))

    moved = all_of(installed, sa.select(audit_entry.c.case_id).where(audit_entry.c.kind == "deadline_fired"))
    assert set(batches) == {1}
    assert len(set(moved)) == len(moved) == CASES
    assert all_of(installed, sa.select(deadline.c.attempts).where(deadline.c.attempts > 0)) == []
