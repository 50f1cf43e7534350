"""Workers that fire deadlines in processes of their own and are killed in the middle of it."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess

import structlog

from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.runtime.context import Context
from app.storage.deadlines import claim_due
from app.storage.tables import deadline
from app.worker.jobs import drain_lane
from tests.many_cases import Verdict, copy_case, count_fired, examine
from tests.world import World

FORK = multiprocessing.get_context("fork")
TICK_S = 0.8
LEASE = timedelta(hours=1)
CLAIMED_FIRST = 50
POLL_S = 0.002
LONGEST_RUN_S = 600.0
LONGEST_KILL_S = 120.0
KILLED_BATCH = 10
Work = Callable[[Context], int]
CarryOn = Callable[..., bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a kill test went."""

    kills: int
    seconds: float
    verdict: Verdict

    def __str__(self) -> str:
        found = self.verdict
        return (
            f"fired={found.fired} kills={self.kills} | lost={found.lost} doubled={found.doubled} open={found.open}"
            f" broken_chains={found.broken} | {self.seconds:.1f} s, {found.fired / self.seconds:.0f}/s"
        )


def kill_inside(context: Context, carry_on: CarryOn, run_id: int, *, waiting: Callable[[Context], int]) -> None:
    """Let a process carry a run of many cases on, and kill it as soon as fewer of them wait."""
    before, stop_at = waiting(context), time.monotonic() + LONGEST_KILL_S
    process = FORK.Process(
        target=carry_on, args=(context, run_id), kwargs={"budget_s": LONGEST_KILL_S, "batch": KILLED_BATCH}, daemon=True
    )
    process.start()
    while waiting(context) == before and process.is_alive() and time.monotonic() < stop_at:
        time.sleep(POLL_S)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def due_cases(world: World, count: int, *, code: str = "restaurant-food") -> None:
    """Store cases whose five days to accept are over: each fires once, and the engine goes on to acceptance.

    code: of the matter. Accepted that late, the shipped one has its approval by default due as well, and is blocked.
    """
    case_no = world.apply(code)
    copy_case(world, case_no, count - 1)
    world.at(2026, 3, 10, 9, 0)
    # The cards come before; here only what moves a case is looked at.
    with world.container.context.database.write() as uow:
        moving = deadline.update().where(deadline.c.name == "notice5")
        uow.connection.execute(moving.values(stage=2, lane=int(Lane.MOVE), fire_at=deadline.c.due_at))


def fire_as_the_worker_does(context: Context) -> int:
    """Fire what is due for one tick."""
    return drain_lane(context, Lane.MOVE, budget_s=TICK_S)


def fire_with_a_lease(context: Context) -> int:
    """The control: commit the claim, then do the work in other transactions, as designs with a lease do."""
    with context.database.write() as uow:
        now = uow.now()
        claimed = claim_due(uow, lane=Lane.MOVE, now=now, limit=CLAIMED_FIRST)
        taken = deadline.update().where(deadline.c.id.in_([row.id for row in claimed]))
        uow.connection.execute(taken.values(fire_at=now + LEASE))
    for row in claimed:
        with context.database.write() as uow:
            mine = deadline.update().where(deadline.c.id == row.id)
            uow.connection.execute(mine.values(fire_at=deadline.c.due_at))
        fire_due_deadlines(context, Lane.MOVE, limit=1)
    return len(claimed)


def run_with_kills(
    world: World, work: Work, *, deadlines: int, kills: int, workers: int, between_s: float = 0.0
) -> Run:
    """Let workers fire all deadlines while one after the other is killed with SIGKILL and replaced.

    between_s: shortest time between two kills; 0 kills as soon as something more was fired.
    """
    began, database = time.monotonic(), world.container.context.database
    killed = 0
    with _crew(world.container.context, work, workers) as crew:
        while killed < kills and count_fired(database) < deadlines:
            _wait_for_progress(world, crew, between_s)
            _kill(crew[0])
            killed += 1
            crew.append(_start(world.container.context, work))
            crew.pop(0)
        for process in crew:
            process.join(LONGEST_RUN_S)
    return Run(kills=killed, seconds=time.monotonic() - began, verdict=examine(database, "notice5"))


def _wait_for_progress(world: World, crew: list[BaseProcess], between_s: float) -> None:
    database, kill_at = world.container.context.database, time.monotonic() + between_s
    before = count_fired(database)
    while any(process.is_alive() for process in crew):
        if time.monotonic() >= kill_at and count_fired(database) > before:
            return
        time.sleep(POLL_S)


@contextmanager
def running_workers(context: Context, work: Work, size: int) -> Iterator[None]:
    """Let workers run in processes of their own; they are gone at the end of the block."""
    with _crew(context, work, size):
        yield


@contextmanager
def _crew(context: Context, work: Work, size: int) -> Iterator[list[BaseProcess]]:
    crew = [_start(context, work) for _ in range(size)]
    try:
        yield crew
    finally:
        for process in crew:
            process.kill()
            process.join()


def _start(context: Context, work: Work) -> BaseProcess:
    process = FORK.Process(target=_until_done, args=(context, work), daemon=True)
    process.start()
    return process


def _until_done(context: Context, work: Work) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    while work(context):
        continue


def _kill(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
