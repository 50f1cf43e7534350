"""A server that is killed as a whole while clerks work: what it acknowledged must be there afterwards."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from app.operations.manage_staff import issue_token
from app.storage.database import Database
from app.storage.tables import audit_entry, case_file, deadline, user_task
from tests.many_cases import Verdict, copy_case, count_fired, examine
from tests.serving import Client, Server
from tests.world import World, open_world, settings_in

CLIENTS = 4
LONGEST_S = 120.0
POLL_S = 0.02
LONG_AGO = timedelta(days=20)
OK, COMPLETED = 200, 2


@dataclass(slots=True)
class Ledger:
    """What the server acknowledged, as its clients wrote it down."""

    acknowledged: set[int] = field(default_factory=set)
    refused: list[object] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What was found after the last start. lost: acknowledged, but not completed; doubled: cases with an act twice."""

    acknowledged_before: int
    lost: int
    doubled: int
    refused: int
    unfinished: int
    verdict: Verdict


def kill_in_the_middle(url: str, folder: Path, *, cases: int, deadlines: int, kills: int) -> Aftermath:
    """Let clerks complete a task in each case over HTTP while deadlines fire; kill everything; start and go on."""
    world = open_world(settings_in(folder, url), at=datetime.now(UTC))
    database = world.container.context.database
    with closing(database):
        tasks, token = _prepare(world, cases, deadlines), _token(world)
        ledger, server, before = Ledger(), Server(url=url, folder=folder), 0
        for number in range(kills):
            server.start()
            working = _clerks(server.port, token, tasks, ledger)
            enough = cases * (number + 1) // (kills + 1)
            _wait_until(partial(_has_acknowledged, ledger, enough))
            server.kill()
            for clerk in working:
                clerk.join(LONGEST_S)
            before = len(ledger.acknowledged)
        server.start()
        try:
            for clerk in _clerks(server.port, token, tasks, ledger):
                clerk.join(LONGEST_S)
            _wait_until(lambda: count_fired(database) >= deadlines)
        finally:
            server.kill()
        return _aftermath(database, tasks, ledger, before)


def _prepare(world: World, cases: int, deadlines: int) -> list[int]:
    database = world.container.context.database
    case_no = world.apply("bench-three-tasks")
    world.complete(case_no, "first", "reviewer.enshi", "accept")
    copy_case(world, case_no, cases - 1)
    with database.read() as connection:
        open_ones = sa.select(user_task.c.id).where(user_task.c.element == "second", user_task.c.state < COMPLETED)
        tasks = sorted(connection.scalars(open_ones))
    with database.write() as uow:
        uow.connection.execute(deadline.delete())
    world.clock.set(datetime.now(UTC) - LONG_AGO)
    copy_case(world, world.apply("restaurant-food"), deadlines - 1)
    with database.write() as uow:
        uow.connection.execute(deadline.update().values(stage=2, lane=0, fire_at=deadline.c.due_at))
    return tasks


def _token(world: World) -> str:
    world.clock.set(datetime.now(UTC))
    issued = issue_token(world.container.context, None, login="reviewer2.enshi", name="kill", days=1)
    return str(issued["token"])


def _clerks(port: int, token: str, tasks: Sequence[int], ledger: Ledger) -> list[threading.Thread]:
    def work(mine: Sequence[int]) -> None:
        with closing(Client(port, token)) as client:
            for task_id in mine:
                if task_id not in ledger.acknowledged and not _complete(client, task_id, ledger):
                    return

    clerks = [threading.Thread(target=work, args=(tasks[number::CLIENTS],)) for number in range(CLIENTS)]
    for clerk in clerks:
        clerk.start()
    return clerks


def _complete(client: Client, task_id: int, ledger: Ledger) -> bool:
    """Complete a task and write down what was answered. Returns whether an answer came."""
    try:
        status, answer = client.complete(task_id, "pass", key=f"k-{task_id}", query="?next=none")
    except OSError:
        return False
    if status == OK:
        ledger.acknowledged.add(task_id)
    else:
        ledger.refused.append(answer)
    return True


def _has_acknowledged(ledger: Ledger, count: int) -> bool:
    return len(ledger.acknowledged) >= count


def _wait_until(is_reached: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + LONGEST_S
    while not is_reached() and time.monotonic() < give_up_at:
        time.sleep(POLL_S)


def _aftermath(database: Database, tasks: Sequence[int], ledger: Ledger, before: int) -> Aftermath:
    with database.read() as connection:
        done = set(connection.scalars(sa.select(user_task.c.id).where(user_task.c.state == COMPLETED)))
        times = (
            sa.select(audit_entry.c.case_id)
            .join(case_file, case_file.c.id == audit_entry.c.case_id)
            .where(audit_entry.c.kind == "task_completed")
            .group_by(audit_entry.c.case_id)
            .having(sa.func.count() > 1)
        )
        doubled = len(connection.scalars(times).all())
    return Aftermath(
        acknowledged_before=before,
        lost=len(ledger.acknowledged - done),
        doubled=doubled,
        refused=len(ledger.refused),
        unfinished=len(set(tasks) - done),
        verdict=examine(database, "notice5"),
    )
