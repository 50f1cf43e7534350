"""Seconds and memory of `create_app` in a fresh process. Run `python -m tests.benchmarks.bench_startup`."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from app.settings import ROOT
from app.storage.database import open_database
from app.storage.migrate import migrate
from tests.benchmarks.figures import report, say_conditions
from tests.world import set_up_world, settings_in

ROUNDS = 5
PROGRAM = """
import json, resource, time
began, used = time.perf_counter(), time.process_time()
from app.factory import create_app
app = create_app()
made, cpu = time.perf_counter() - began, time.process_time() - used
def mb(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
made_mb = mb()
library = app.extensions["lianban_container"].context.library.current()
ready = time.perf_counter() - began
print(json.dumps({"made": made, "cpu": cpu, "ready": ready, "made_mb": made_mb, "ready_mb": mb()}))
"""


def start_once(folder: Path) -> dict[str, float]:
    """Start the application in a process of its own. Returns what it measured."""
    environment = {**os.environ, "LIANBAN_VAR_DIR": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    say_conditions(f"Start-up: a fresh process, deployed SQLite database, median of {ROUNDS}")
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as name:
        folder = Path(name)
        settings = settings_in(folder)
        database = open_database(settings.database_url)
        migrate(database)
        database.close()
        set_up_world(settings)
        runs = [start_once(folder) for _ in range(ROUNDS)]
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    report("create_app, imports included", middle["made"], 1.5, "s", at_most=True)
    report("create_app, CPU", middle["cpu"], None, "s")
    report("resident memory of create_app", middle["made_mb"], 110, "MB", at_most=True)
    report("rules and diagrams read and parsed as well", middle["ready"], None, "s")
    report("resident memory after that", middle["ready_mb"], None, "MB")


if __name__ == "__main__":
    main()
