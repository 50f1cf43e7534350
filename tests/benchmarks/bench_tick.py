"""Firings a second on both databases: warnings, and timer events with the engine step.

Run `python -m tests.benchmarks.bench_tick`.
"""

import time
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.vocabulary import Lane
from app.runtime.context import Context
from app.storage.tables import deadline
from app.telemetry.collector import keep_for_good
from app.worker.jobs import BATCH_OF_LANE, drain_lane
from tests.benchmarks.figures import measured_worlds, report, say_conditions
from tests.killing import FORK, due_cases
from tests.many_cases import copy_case, count_fired
from tests.world import World

DEADLINES = 2_000
TARGETS = {Lane.MOVE: 500.0, Lane.NOTICE: 2_000.0}
# SQLite has one writer.
WORKERS = {"sqlite": (1,), "postgresql": (1, 2)}
MOVES, WARNINGS = "timer events (acceptance by silence, with its paper)", "warnings with card and notice"


@dataclass(frozen=True, slots=True)
class Drained:
    """What workers did until nothing was due any more, and CPU and wall seconds of that."""

    count: int
    cpu_s: float
    seconds: float


def drain(context: Context, lane: Lane) -> Drained:
    """Fire everything that is due, and what that makes due, in a process that began as the worker does."""
    keep_for_good()
    began, used, count = time.perf_counter(), time.process_time(), 0
    while fired := drain_lane(context, lane, budget_s=0.8):
        count += fired
    return Drained(count, time.process_time() - used, time.perf_counter() - began)


def drain_together(context: Context, lane: Lane, workers: int) -> Drained:
    """Let workers in processes of their own do so side by side."""
    done = FORK.SimpleQueue()
    crew = [FORK.Process(target=lambda: done.put(drain(context, lane))) for _ in range(workers)]
    for process in crew:
        process.start()
    parts = [done.get() for _ in crew]
    for process in crew:
        process.join()
    return Drained(
        sum(part.count for part in parts), sum(part.cpu_s for part in parts), max(part.seconds for part in parts)
    )


def bench(kind: str, name: str, world: World, lane: Lane, workers: int) -> None:
    found = drain_together(world.container.context, lane, workers)
    assert found.count == DEADLINES, found
    report(f"{kind}: {name}, workers: {workers}", found.count / found.seconds, TARGETS[lane], "/s")
    report(f"{kind}: CPU of the workers for each", 1_000 * found.cpu_s / found.count, None, "ms")


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
    say_conditions(f"{DEADLINES} due at once, in batches of {moves} (timer events) and {notices} (warnings)")
    with measured_worlds() as worlds:
        for kind, workers in WORKERS.items():
            world = worlds[kind][0]
            for size in workers:
                world.at(2026, 3, 2, 9, 30)
                due_cases(world, DEADLINES, code="restaurant-sign")
                bench(kind, MOVES, world, Lane.MOVE, size)
                warn_all(world)
                bench(kind, WARNINGS, world, Lane.NOTICE, size)
            assert count_fired(world.container.context.database) == DEADLINES * len(workers)


if __name__ == "__main__":
    main()
