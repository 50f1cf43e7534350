"""Long forms of the kill tests: ten thousand deadlines, a kill every two seconds; a server killed again and again."""

import sys
from pathlib import Path

from tests.killing import due_cases, fire_as_the_worker_does, run_with_kills
from tests.server_killing import kill_in_the_middle
from tests.world import World

DEADLINES, BETWEEN_S, MOST_KILLS = 10_000, 2.0, 1_000
WORKERS = 4
CASES, SERVER_DEADLINES, SERVER_KILLS = 2_000, 500, 6


def test_ten_thousand_deadlines_with_a_kill_every_two_seconds(installed: World, kind: str) -> None:
    due_cases(installed, DEADLINES)

    run = run_with_kills(
        installed,
        fire_as_the_worker_does,
        deadlines=DEADLINES,
        kills=MOST_KILLS,
        workers=WORKERS,
        between_s=BETWEEN_S,
    )

    sys.stdout.write(f"{kind}: workers={WORKERS} {run}\n")
    assert run.kills > 0
    assert run.verdict.is_right
    assert run.verdict.fired == DEADLINES


def test_server_killed_again_and_again(installed_url: str, tmp_path: Path, kind: str) -> None:
    found = kill_in_the_middle(installed_url, tmp_path, cases=CASES, deadlines=SERVER_DEADLINES, kills=SERVER_KILLS)

    sys.stdout.write(f"{kind}: {found}\n")
    assert (found.lost, found.doubled, found.refused, found.unfinished) == (0, 0, 0, 0)
    assert found.verdict.is_right
    assert found.verdict.fired == SERVER_DEADLINES
