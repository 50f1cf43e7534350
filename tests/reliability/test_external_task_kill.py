"""kill -9 of the server while programs fetch and report: nothing is lost, nothing counts twice."""

import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.operations.manage_staff import issue_token
from app.storage.database import Database
from app.storage.tables import audit_entry, external_task, user_task
from tests.external_work import INTEGRATOR, MATTER, TOPIC
from tests.serving import Client, Server
from tests.world import open_world, settings_in

CASES, LEASE_S, LONGEST_S, OK = 30, 2, 60.0, 200


def test_killed_between_fetch_and_report_nothing_is_lost(installed_url: str, tmp_path: Path, kind: str) -> None:
    world = open_world(settings_in(tmp_path, installed_url), at=datetime.now(UTC))
    with closing(world.container.context.database) as database:
        for _ in range(CASES):
            world.apply(MATTER)
        issued = issue_token(world.container.context, None, login=INTEGRATOR, name="kill", days=1)
        server, token, acknowledged = Server(url=installed_url, folder=tmp_path), str(issued["token"]), set[str]()

        server.start()
        with closing(Client(server.port, token)) as program:
            taken = fetched(program, limit=CASES // 2)
            done = [task["id"] for task in taken[:5] if reported(program, task)]
            acknowledged.update(done)
            server.kill()
        server.start()
        try:
            with closing(Client(server.port, token)) as program:
                assert [reported(program, task) for task in taken[:7]] == [True] * 7
                until(lambda: not work_off(program, acknowledged) and not is_waiting(database))
        finally:
            server.kill()

        sys.stdout.write(f"{kind}: {len(acknowledged)} acknowledged after a restart\n")
        with database.read() as connection:
            completed = sa.select(sa.func.count()).where(audit_entry.c.kind == "external_task_completed")
            opened = sa.select(sa.func.count()).where(user_task.c.element == "handle")
            assert connection.scalar(completed) == CASES
            assert connection.scalar(opened) == CASES


def fetched(program: Client, *, limit: int) -> list[dict[str, Any]]:
    body = {"worker_id": "w", "topics": [TOPIC], "limit": limit, "lease_s": LEASE_S}
    status, answer = program.post("/api/v1/external-tasks/fetch", body)
    assert status == OK
    return list(answer["items"])


def reported(program: Client, task: dict[str, Any]) -> bool:
    body = {"worker_id": "w", "lease": task["lease"], "variables": {"register_status": "open"}}
    return program.post(f"/api/v1/external-tasks/{task['id']}/complete", body)[0] == OK


def work_off(program: Client, acknowledged: set[str]) -> int:
    """Fetch and complete what is free. Returns how many were."""
    found = fetched(program, limit=10)
    acknowledged.update(task["id"] for task in found if reported(program, task))
    return len(found)


def is_waiting(database: Database) -> bool:
    with database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(external_task)) != 0


def until(is_reached: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + LONGEST_S
    while not is_reached():
        assert time.monotonic() < give_up_at
        time.sleep(0.2)
