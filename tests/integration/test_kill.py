"""Workers that are killed with SIGKILL lose and double nothing, because the row lock is the claim."""

import sys

from tests.killing import Run, due_cases, fire_as_the_worker_does, fire_with_a_lease, run_with_kills
from tests.world import World

DEADLINES, KILLS, WORKERS = 500, 3, 2
OF_CONTROL = 200


def told(kind: str, name: str, run: Run) -> Run:
    sys.stdout.write(f"{kind} {name}: workers={WORKERS} {run}\n")
    return run


def test_killed_workers_lose_and_double_nothing(installed: World, kind: str) -> None:
    due_cases(installed, DEADLINES)

    run = run_with_kills(installed, fire_as_the_worker_does, deadlines=DEADLINES, kills=KILLS, workers=WORKERS)

    told(kind, "claim and work in one commit", run)
    assert run.kills == KILLS
    assert run.verdict.is_right
    assert run.verdict.fired == DEADLINES


def test_control_that_commits_its_claim_first_loses_deadlines(installed: World, kind: str) -> None:
    due_cases(installed, OF_CONTROL)

    run = run_with_kills(installed, fire_with_a_lease, deadlines=OF_CONTROL, kills=KILLS, workers=WORKERS)

    told(kind, "CONTROL, claim committed first", run)
    assert run.kills == KILLS
    assert run.verdict.lost > 0
    assert not run.verdict.is_right
