"""The memory of the timer worker, started as in production, over many thousand deadlines."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.settings import ROOT
from app.storage.tables import deadline
from tests.many_cases import copy_case, count_fired
from tests.world import World

ROUNDS, CASES_A_ROUND = 12, 2_000
MOST_MB = 150.0
# In the second half. The pages of SQLite lie in the process itself, and go back late and in pieces.
MOST_GROWTH_MB = {"sqlite": 16.0, "postgresql": 8.0}
LONG_AGO = timedelta(days=20)
LONGEST_ROUND_S, POLL_S = 120.0, 0.2


@contextmanager
def running_worker(url: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, "LIANBAN_VAR_DIR": str(folder), "DATABASE_URL": url}
    command = [sys.executable, "-m", "app.cli", "worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def resident_mb(process: "subprocess.Popen[bytes]") -> float:
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1_024 for line in lines if line.startswith("VmRSS"))


def due_now(world: World) -> None:
    """Store cases whose warnings and whose five days to accept are over."""
    case_no = world.apply("restaurant-sign")
    copy_case(world, case_no, CASES_A_ROUND - 1)
    with world.container.context.database.write() as uow:
        moving = deadline.update().where(deadline.c.name == "notice5", deadline.c.state == 0)
        uow.connection.execute(moving.values(stage=2, lane=0, fire_at=deadline.c.due_at))


def test_memory_of_the_worker_is_flat(installed: World, installed_url: str, tmp_path: Path, kind: str) -> None:
    database, used = installed.container.context.database, []
    installed.clock.set(datetime.now(UTC) - LONG_AGO)

    with running_worker(installed_url, tmp_path) as worker:
        for number in range(1, ROUNDS + 1):
            due_now(installed)
            give_up_at = time.monotonic() + LONGEST_ROUND_S
            while count_fired(database) < number * CASES_A_ROUND:
                assert time.monotonic() < give_up_at
                assert worker.poll() is None
                time.sleep(POLL_S)
            used.append(resident_mb(worker))

    sys.stdout.write(
        f"{kind}: worker {used[0]:.0f} MB after {CASES_A_ROUND:,} timer events, {used[ROUNDS // 2]:.0f} MB in the middle,"
        f" {used[-1]:.0f} MB after {ROUNDS * CASES_A_ROUND:,}, most {max(used):.0f} MB;"
        f" round by round {', '.join(f'{mb:.0f}' for mb in used)}\n"
    )
    assert max(used) <= MOST_MB
    assert used[-1] - used[ROUNDS // 2] <= MOST_GROWTH_MB[kind]
