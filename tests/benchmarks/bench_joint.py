"""Eight departments decide their members of one joint case at the same moment, over HTTP. Run
`python -m tests.benchmarks.bench_joint`.

The server as `make run` starts it; eight clerks, each with a connection that stays open. A round is good when all eight
are answered with success. Measured is the time from the common start to the last answer, and to the moment in which all
members have been joined and the one delivery is open.
"""

import statistics
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import measured_worlds, report, say_conditions
from tests.joint_town import (
    APPLICANT,
    DECIDERS,
    DEPARTMENTS,
    REVIEWERS,
    THEME,
    WINDOW,
    Town,
    application,
    build_town,
    open_tasks,
    tokens,
)
from tests.racing import race
from tests.serving import Client, served
from tests.world import World

ROUNDS, LONGEST_S, LONGEST_JOIN_S, POLL_S = 20, 0.5, 30.0, 0.01
ALL_EIGHT = 3
OK, CREATED = 200, 201
OPINION = {"opinion": "同意"}


def main() -> None:
    """Measure on PostgreSQL and on SQLite."""
    say_conditions(f"{ROUNDS} joint cases of eight members, decided at the same moment over HTTP")
    with measured_worlds(at=datetime.now(UTC)) as worlds:
        for kind in ("postgresql", "sqlite"):
            world, url, folder = worlds[kind]
            town = build_town(world, folder)
            measure(kind, world, town, url, folder)


def measure(kind: str, world: World, town: Town, url: str, folder: Path) -> None:
    """Print how many of the clerks succeeded and how long the slowest waited."""
    issued = tokens(world)
    with served(url, folder, town.environment) as server, ExitStack() as stack:
        clients = {login: stack.enter_context(closing(Client(server.port, token))) for login, token in issued.items()}
        rounds = [play_round(world, clients, number) for number in range(ROUNDS)]
    answered = [seconds for _good, seconds, _joined in rounds]
    good = sum(found for found, _seconds, _joined in rounds)
    report(f"{kind}: completions that succeeded, of {ROUNDS * len(DEPARTMENTS)}", good, ROUNDS * len(DEPARTMENTS), "")
    report(f"{kind}: slowest round, start to last of eight answers", max(answered), LONGEST_S, "s", at_most=True)
    report(f"{kind}: median round", statistics.median(answered), None, "s")
    report(f"{kind}: slowest round, start to the one delivery open", max(item[2] for item in rounds), None, "s")


def play_round(world: World, clients: Mapping[str, Client], number: int) -> tuple[int, float, float]:
    """Lead a case to where eight decisions are open, and make them at once.

    Returns how many succeeded, seconds to the last answer, and seconds until the delivery opened.
    """
    case_no = opened(world, clients, ALL_EIGHT + 4 * number)
    tasks = open_tasks(world.container.context.database, case_no)
    acts = []
    for department in DEPARTMENTS:
        task_id, version = tasks[department, "decide"]
        client = clients[DECIDERS[department]]
        client.get("/api/v1/tasks?limit=1")
        acts.append(partial(client.complete, task_id, "approve", key=f"d-{task_id}", version=version))
    began = time.perf_counter()
    outcomes = race(acts)
    answered_s = time.perf_counter() - began
    statuses = [outcome.answer[0] for outcome in outcomes if isinstance(outcome.answer, tuple)]
    while ("", "deliver") not in open_tasks(world.container.context.database, case_no):
        assert time.perf_counter() - began < LONGEST_JOIN_S, f"{case_no} was not joined"
        time.sleep(POLL_S)
    return statuses.count(OK), answered_s, time.perf_counter() - began


def opened(world: World, clients: Mapping[str, Client], number: int) -> str:
    """Apply, accept and examine. Returns the number of a case whose members all wait for their decision."""
    path = f"/api/v1/themes/{THEME}/applications"
    status, receipt = clients[APPLICANT].post(path, application(number), key=f"a-{number}")
    assert status == CREATED, receipt
    case_no, database = str(receipt["case_no"]), world.container.context.database
    task_id, version = open_tasks(database, case_no)["", "check"]
    status, answer = clients[WINDOW].complete(task_id, "accept", key=f"c-{number}", version=version)
    assert status == OK, answer
    for department in DEPARTMENTS:
        task_id, version = open_tasks(database, case_no)[department, "review"]
        client = clients[REVIEWERS[department]]
        status, answer = client.complete(task_id, "pass", key=f"r-{task_id}", version=version, data=OPINION)
        assert status == OK, answer
    return case_no


if __name__ == "__main__":
    main()
