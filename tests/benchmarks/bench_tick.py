"""Firings a second on both databases: warnings, and timer events with the engine step.

Run `python -m tests.benchmarks.bench_tick`.
"""

import time

import sqlalchemy as sa

from app.domain.vocabulary import Lane
from app.runtime.context import Context
from app.storage.tables import deadline
from app.worker.jobs import BATCH_OF_LANE, drain_lane
from tests.benchmarks.figures import measured_worlds, report, say_conditions
from tests.killing import due_cases
from tests.many_cases import copy_case, count_fired
from tests.world import World

DEADLINES = 2_000
TARGETS = {Lane.MOVE: 500.0, Lane.NOTICE: 2_000.0}


def drained(context: Context, lane: Lane) -> tuple[int, float, float]:
    """Fire everything that is due, and what that makes due. Returns how many, wall seconds and CPU seconds of this process."""
    began, used, count = time.perf_counter(), time.process_time(), 0
    while fired := drain_lane(context, lane, budget_s=0.8):
        count += fired
    return count, time.perf_counter() - began, time.process_time() - used


def bench(kind: str, name: str, world: World, lane: Lane) -> None:
    count, seconds, cpu = drained(world.container.context, lane)
    assert count == DEADLINES, count
    report(f"{kind}: {name}, one worker", count / seconds, TARGETS[lane], "/s")
    report(f"{kind}: {name}, CPU of the worker", 1_000 * cpu / count, None, "ms")


def warn_all(world: World) -> None:
    """Store cases whose promise turns yellow, and nothing else."""
    disarm(world, deadline.c.state == 0)
    world.at(2026, 3, 2, 9, 30)
    case_no = world.apply("bench-three-tasks")
    world.complete(case_no, "first", "reviewer.enshi", "accept")
    copy_case(world, case_no, DEADLINES - 1)
    world.at(2026, 3, 6, 9, 0)
    # Only the first card of each; a later one would come with the next run.
    disarm(world, deadline.c.name != "promised", deadline.c.state == 0)


def disarm(world: World, *conditions: sa.ColumnElement[bool]) -> None:
    with world.container.context.database.write() as uow:
        uow.connection.execute(deadline.update().where(*conditions).values(state=3))


def main() -> None:
    moves, notices = BATCH_OF_LANE[Lane.MOVE], BATCH_OF_LANE[Lane.NOTICE]
    say_conditions(f"{DEADLINES} due at once, batches of {moves} (timer events) and {notices} (warnings), one worker")
    with measured_worlds() as worlds:
        for kind, (world, _url, _folder) in worlds.items():
            due_cases(world, DEADLINES, code="restaurant-sign")
            bench(kind, "timer events (acceptance by silence, with its paper)", world, Lane.MOVE)
            assert count_fired(world.container.context.database) == DEADLINES
            warn_all(world)
            bench(kind, "warning with card and notices", world, Lane.NOTICE)


if __name__ == "__main__":
    main()
