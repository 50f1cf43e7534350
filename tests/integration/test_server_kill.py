"""kill -9 of web server and timer worker together: what was acknowledged stays, a repeated request does nothing twice."""

import sys
from pathlib import Path

from tests.server_killing import kill_in_the_middle

CASES, DEADLINES, KILLS = 200, 40, 1


def test_killed_server_loses_nothing_it_acknowledged(installed_url: str, tmp_path: Path, kind: str) -> None:
    found = kill_in_the_middle(installed_url, tmp_path, cases=CASES, deadlines=DEADLINES, kills=KILLS)

    sys.stdout.write(f"{kind}: {found}\n")
    assert 0 < found.acknowledged_before < CASES
    assert (found.lost, found.doubled, found.refused, found.unfinished) == (0, 0, 0, 0)
    assert found.verdict.is_right
    assert found.verdict.fired == DEADLINES
