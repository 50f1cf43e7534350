"""Completions a second over HTTP, beside pgbench on the same server. Run `python -m tests.benchmarks.bench_http`.

gunicorn with two workers of four threads and the timer worker, as `make run` starts them; four clients, each with a
connection that stays open. Every completion is durable, carries an idempotency key and comes back with the next task
that is suggested, unless said otherwise.
"""

import re
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.operations.manage_staff import issue_token
from app.storage.tables import user_task
from tests.benchmarks.figures import measured_worlds, report, say_conditions
from tests.many_cases import copy_case
from tests.serving import Client, Server
from tests.world import World

CLIENTS, ROUNDS, COMPLETIONS, PGBENCH_S = 4, 5, 600, 3
TARGETS = {"postgresql": (250.0, 40.0), "sqlite": (150.0, 60.0)}
TPS = re.compile(r"tps = ([\d.]+) ")


class Crowd:
    """Four clerks who complete tasks as fast as they are answered."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self.times_ms: list[float] = []

    def complete(self, tasks: Sequence[int], query: str) -> float:
        """Complete all tasks, over connections of this round. Returns completions a second."""
        clients = [Client(self._port, self._token) for _ in range(CLIENTS)]
        began = time.perf_counter()
        threads = [
            threading.Thread(target=self._work, args=(client, tasks[number::CLIENTS], query))
            for number, client in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        for client in clients:
            client.close()
        return len(tasks) / seconds

    def _work(self, client: Client, tasks: Sequence[int], query: str) -> None:
        for task_id in tasks:
            began = time.perf_counter()
            status, answer = client.complete(task_id, "pass", key=f"k-{task_id}", query=query)
            assert status == 200, answer
            self.times_ms.append((time.perf_counter() - began) * 1_000)


def open_tasks(world: World, count: int) -> list[int]:
    """Store cases that wait for their second task. Returns the tasks."""
    case_no = world.apply("bench-three-tasks")
    world.complete(case_no, "first", "reviewer.enshi", "accept")
    made = copy_case(world, case_no, count)
    with world.container.context.database.read() as connection:
        query = sa.select(user_task.c.id).where(user_task.c.element == "second", user_task.c.state < 2)
        return sorted(connection.scalars(query.where(user_task.c.case_id.in_(made))))


def settle(url: str) -> None:
    """Let the server finish what filling tables and pgbench left to do, so that a round measures itself."""
    if not url.startswith("postgresql"):
        return
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("VACUUM (ANALYZE)"))
        connection.execute(sa.text("CHECKPOINT"))
    engine.dispose()


def pgbench(url: str) -> float | None:
    """Return transactions a second of pgbench with as many clients; None where there is no pgbench."""
    binary = shutil.which("pgbench")
    if binary is None:
        return None
    parsed = sa.make_url(url)
    place = ["-h", str(parsed.query.get("host", parsed.host)), "-U", str(parsed.username), str(parsed.database)]
    if not _has_pgbench_tables(url):
        subprocess.run([binary, "-i", "-q", "-s", "10", *place], check=True, capture_output=True)
    seconds = str(PGBENCH_S)
    ran = subprocess.run(
        [binary, "-c", str(CLIENTS), "-j", "2", "-T", seconds, *place], check=True, capture_output=True, text=True
    )
    found = TPS.search(ran.stdout)
    assert found is not None
    return float(found[1])


def _has_pgbench_tables(url: str) -> bool:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = sa.inspect(connection).has_table("pgbench_accounts")
    engine.dispose()
    return found


def bench(kind: str, world: World, url: str, folder: Path, query: str, name: str) -> None:
    token = str(issue_token(world.container.context, None, login="reviewer2.enshi", name="bench", days=1)["token"])
    rounds = [open_tasks(world, COMPLETIONS) for _ in range(ROUNDS)]
    server = Server(url=url, folder=folder)
    server.start()
    try:
        crowd, rates, beside = Crowd(server.port, token), [], []
        crowd.complete(open_tasks(world, CLIENTS * 20), query)
        crowd.times_ms.clear()
        for tasks in rounds:
            settle(url)
            rates.append(crowd.complete(tasks, query))
            measured = pgbench(url) if kind == "postgresql" else None
            beside += [measured] if measured else []
    finally:
        server.kill()
    rate, (target, slowest) = statistics.median(rates), TARGETS[kind]
    cuts = statistics.quantiles(crowd.times_ms, n=100)
    report(f"{kind}: {name}", rate, target, "/s")
    report(f"{kind}: p50 of a completion", cuts[49], None, "ms")
    report(f"{kind}: p99 of a completion", cuts[98], slowest, "ms", at_most=True)
    if beside:
        report(f"{kind}: pgbench -c{CLIENTS}, between the rounds", statistics.median(beside), None, "/s")
        ratio = statistics.median(ours / theirs for ours, theirs in zip(rates, beside, strict=True))
        report(f"{kind}: share of pgbench", ratio, 0.10, "")


def main() -> None:
    say_conditions(f"Completions over HTTP: {CLIENTS} clients, 2 x 4 threads, {ROUNDS} rounds of {COMPLETIONS}, median")
    with measured_worlds(at=datetime.now(UTC)) as worlds:
        for kind, (world, url, folder) in worlds.items():
            bench(kind, world, url, folder, "", "completions with the next task suggested")
            bench(kind, world, url, folder, "?next=none", "completions alone")


if __name__ == "__main__":
    main()
