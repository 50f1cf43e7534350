"""A clock that is set an hour back, an hour on and a day on while workers approve by default."""

import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.domain.calendar import ZONE
from app.domain.machine_clock import MachineReading
from app.domain.vocabulary import DeadlineState, Lane
from app.operations.confirm_clock import confirm_clock
from app.runtime.context import Context
from app.storage.database import Database
from app.storage.tables import audit_entry, deadline, decision_record
from app.worker.jobs import beat, drain_lane
from tests.killing import running_workers
from tests.many_cases import copy_case, count_broken_chains
from tests.world import World

CASES_A_DAY, WORKERS = 1_000, 2
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The promise of the first day's cases ends on the third at 17:30, and three minutes later they may be approved.
STARTED_AT = datetime(2026, 3, 3, 17, 33, 30, tzinfo=ZONE)
WATCHED_S, TICK_S, LONGEST_S, POLL_S = 3.0, 0.2, 300.0, 0.005


class JumpingClock:
    """A virtual clock of one machine for all its processes: it goes on with the machine until it is set."""

    is_virtual = True

    def __init__(self, at: datetime) -> None:
        self._at, self._began_s = at, time.monotonic()
        self._set_by_s = multiprocessing.get_context("fork").Value("d", 0.0)

    def jump(self, by: timedelta) -> None:
        """Set the clock, while no time passes."""
        self._set_by_s.value += by.total_seconds()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began_s + self._set_by_s.value)

    def read_machine(self) -> MachineReading:
        return MachineReading(host_at=self.now(), monotonic_ms=int(time.monotonic() * 1_000), boot_id="one boot")


def work(context: Context) -> int:
    """Do what the worker does, forever."""
    beat(context)
    for lane in Lane:
        drain_lane(context, lane, budget_s=TICK_S)
    time.sleep(TICK_S / 10)
    return 1


def accepted_on(world: World, day: int) -> None:
    """Accept cases that nobody decides: on the next working day at 17:30 their promise ends."""
    world.at(2026, 3, day, 10, 0)
    case_no = world.apply("startup-reg")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    copy_case(world, case_no, CASES_A_DAY - 1)


def approved(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(decision_record)) or 0


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(POLL_S)


def approved_while_watched(database: Database) -> int:
    """Return how many cases are approved, after the batches in hand have ended; nothing more may come."""
    time.sleep(WATCHED_S)
    count = approved(database)
    time.sleep(WATCHED_S)
    assert approved(database) == count
    return count


def test_no_jump_of_the_clock_approves_loses_or_doubles_anything(installed: World, kind: str) -> None:
    for day in (2, 3, 4):
        accepted_on(installed, day)
    context, supervisor = installed.container.context, installed.person("supervisor.es")
    database, clock = context.database, JumpingClock(STARTED_AT)
    database.clock = clock

    with running_workers(context, work, WORKERS):
        wait_until(lambda: approved(database) > CASES_A_DAY // 4)
        clock.jump(-HOUR)
        back = approved_while_watched(database)
        clock.jump(HOUR)
        on_again = approved_while_watched(database)
        confirm_clock(context, supervisor, reason="已与时间服务器核对")
        wait_until(lambda: approved(database) == CASES_A_DAY)
        clock.jump(DAY)
        next_day = approved_while_watched(database)
        confirm_clock(context, supervisor, reason="已与时间服务器核对")
        wait_until(lambda: approved(database) == 2 * CASES_A_DAY)
        at_the_end = approved_while_watched(database)

    waiting, doubled, broken = examined(database)
    sys.stdout.write(
        f"{kind}: approved {back} before the hour back, {on_again} until the hour on was confirmed, {next_day} until the"
        f" day on was, {at_the_end} at the end, {waiting} not due yet; doubled={doubled} broken_chains={broken}\n"
    )
    assert back == on_again < CASES_A_DAY
    assert (next_day, at_the_end, waiting) == (CASES_A_DAY, 2 * CASES_A_DAY, CASES_A_DAY)
    assert (doubled, broken) == (0, 0)


def examined(database: Database) -> tuple[int, int, int]:
    """Return how many approvals wait for their day, in how many cases one fired twice, how many chains are broken."""
    armed = sa.select(sa.func.count()).where(deadline.c.name == "deemed", deadline.c.state == int(DeadlineState.ARMED))
    fired = sa.select(audit_entry.c.case_id).where(audit_entry.c.kind == "deadline_fired")
    with database.read() as connection:
        times = Counter(connection.scalars(fired))
        doubled = sum(1 for count in times.values() if count > 1)
        return connection.scalar(armed) or 0, doubled, count_broken_chains(connection)
