"""Fifty themes in each of eight counties: deployment, memory of a worker, and the page on which one applies.

Run `python -m tests.benchmarks.bench_themes`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import structlog

from app.container import build_container
from app.domain.actor import system_actor
from app.factory import create_app
from app.operations.add_demo_people import add_demo_people
from app.operations.deploy_rules import deploy_rules
from app.operations.sign_in import sign_in
from app.settings import ROOT, Settings
from app.storage.clock import FixedClock
from app.storage.migrate import migrate
from app.web.sign_in import COOKIE
from tests.benchmarks.figures import report, say_conditions
from tests.many_themes import COUNTIES, write_many_themes
from tests.world import PASSWORD, START, settings_in

THEMES = 50
DEPLOY_S, MEMORY_MB, PAGE_MS = 90, 250, 150
P95 = 19
# The form, or the question whose answer asks for what the county leaves out.
PAGES = (200, 422)
WORKER = """
import json, resource, time
from app.container import build_container
from app.domain.vocabulary import Lane
from app.settings import read_settings
from app.worker.jobs import beat, drain_lane, drain_outbox
container = build_container(read_settings())
began = time.perf_counter()
themes = container.context.library.current().themes
read = time.perf_counter() - began
beat(container.context)
for lane in Lane:
    drain_lane(container.context, lane, budget_s=5)
drain_outbox(container.context, container.channel, budget_s=5)
mb = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
print(json.dumps({"read": read, "mb": mb, "themes": len(themes)}))
"""


def measure_rereading(settings: Settings, code: str) -> float:
    """Return the seconds a process that knows a generation needs for the next one, in which one theme is called otherwise."""
    reader, writer = (build_container(settings, clock=FixedClock(START)) for _ in range(2))
    reader.context.library.current()
    path = settings.rules_dir / "themes" / code / "theme.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")
    deploy_rules(writer.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("bench"))
    began = time.perf_counter()
    reader.context.library.current()
    taken = time.perf_counter() - began
    for container in (reader, writer):
        container.context.database.close()
    return taken


def measure_worker(folder: Path) -> dict[str, float]:
    """Start a worker of its own on what is deployed. Returns the seconds it reads and the memory it holds."""
    environment = {**os.environ, "LIANBAN_VAR_DIR": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def measure_pages(settings: Settings, codes: tuple[str, ...]) -> list[float]:
    """Open both steps of the page of each theme in each county, as an applicant. Returns milliseconds by length."""
    container = build_container(settings, clock=FixedClock(START))
    client = create_app(container=container).test_client()
    client.set_cookie(COOKIE, sign_in(container.context, login="applicant1", password=PASSWORD).token)
    themes = container.context.library.current().themes
    client.get(f"/themes/{codes[0]}/apply?region={COUNTIES[0]}")
    taken = []
    for code in codes:
        answers = "".join(f"&guidance.{item.key}={item.values[-1]}" for item in themes[code].questions)
        for county, step in product(COUNTIES, ("", f"&step=form{answers}")):
            began = time.perf_counter()
            answer = client.get(f"/themes/{code}/apply?region={county}{step}")
            taken.append((time.perf_counter() - began) * 1000)
            assert answer.status_code in PAGES, answer.text
    container.context.database.close()
    return sorted(taken)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--themes", type=int, default=THEMES)
    count = parser.parse_args().themes
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    say_conditions(f"{count} themes in each of {len(COUNTIES)} counties, SQLite")
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as name:
        root = Path(name)
        codes = write_many_themes(root, count=count)
        settings = replace(settings_in(root / "var"), bpmn_dir=root / "bpmn", rules_dir=root / "rules")
        settings.var_dir.mkdir()
        container = build_container(settings, clock=FixedClock(START))
        migrate(container.context.database)
        for what, target in (("all of it deployed", DEPLOY_S), ("deployed again, nothing changed", None)):
            began = time.perf_counter()
            done = deploy_rules(
                container.context, bpmn_dir=settings.bpmn_dir, rules_dir=settings.rules_dir, actor=system_actor("bench")
            )
            report(what, time.perf_counter() - began, target, "s", at_most=True)
        sys.stdout.write(f"{done.offerings} implementation lists, {done.definitions} diagrams\n")
        report("a generation read after a deployment", measure_rereading(settings, codes[0]), None, "s")
        add_demo_people(container.context, password=PASSWORD)
        container.context.database.close()
        worker = measure_worker(settings.var_dir)
        report("a generation read by a worker", worker["read"], None, "s")
        assert worker["themes"] == count
        report("memory of a worker", worker["mb"], MEMORY_MB, "MB", at_most=True)
        taken = measure_pages(settings, codes)
        report("page on which one applies, median", statistics.median(taken), None, "ms")
        report(
            "page on which one applies, p95", statistics.quantiles(taken, n=20)[P95 - 1], PAGE_MS, "ms", at_most=True
        )


if __name__ == "__main__":
    main()
