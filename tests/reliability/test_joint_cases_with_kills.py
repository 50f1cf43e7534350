"""A thousand joint cases of five to eight members, from application to delivery, while the server is killed at random."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.joint_killing import lead_joint_cases
from tests.joint_town import build_town
from tests.world import open_world, settings_in

CASES, BETWEEN_S, SEED = 1_000, (5.0, 25.0), 20261125


def test_no_joint_case_is_stuck(installed_url: str, tmp_path: Path, kind: str) -> None:
    world = open_world(settings_in(tmp_path, installed_url), at=datetime.now(UTC))
    with closing(world.container.context.database):
        town = build_town(world, tmp_path)

        found = lead_joint_cases(world, town, installed_url, tmp_path, cases=CASES, between_s=BETWEEN_S, seed=SEED)

    sys.stdout.write(f"{kind}: {found}\n")
    assert found.kills > 0
    assert found.states == {"closed": CASES}
    assert set(found.member_states) == {"closed"}
    assert (found.wrong_members, found.not_joined, found.stuck, found.broken) == (0, 0, 0, 0)
