"""A joint case that is paused: what its members did is not lost, and taken in when it goes on."""

from pathlib import Path

from app.operations.join_member_cases import join_member_cases
from app.queries.case_page import find_case_id, get_case
from tests.integration.test_interventions import intervene
from tests.integration.test_joint_clocks import LIMITS, MATTERS, accepted, publish
from tests.world import World

LETTERS = {letter: letter for letter in MATTERS}


def member_count(world: World, case_no: str) -> int:
    with world.container.context.database.read() as connection:
        return len(get_case(connection, world.person("supervisor.enshi").scope, case_no).members)


def test_member_that_closes_in_the_pause_is_joined_when_the_case_goes_on(installed: World, tmp_path: Path) -> None:
    publish(installed, tmp_path / "own", LIMITS, LETTERS)
    joint = accepted(installed, LETTERS)
    opened = member_count(installed, joint.number)
    intervene(installed, joint.number, "pause")

    joint.finish("A")
    with installed.container.context.database.read() as connection:
        case_id = find_case_id(connection, installed.person("supervisor.enshi").scope, joint.number)
    told_again = join_member_cases(installed.container.context, case_id)
    in_pause = member_count(installed, joint.number)
    effects = intervene(installed, joint.number, "resume")

    assert (told_again["joined"], in_pause) == (0, opened)
    assert member_count(installed, joint.number) == opened + len(effects["members_opened"])
    assert effects["members_opened"]
