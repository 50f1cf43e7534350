"""A joint case in a list has the worst colour of its own limit and of the members that still run (time-limits J9)."""

from datetime import datetime

from app.domain.calendar import ZONE
from app.domain.vocabulary import Colour
from app.queries.cases import CaseLine, list_cases
from tests.world import World

REGISTRATION = "企业设立登记"


def line_of(world: World, case_no: str) -> CaseLine:
    with world.container.context.database.read() as connection:
        page = list_cases(connection, world.person("supervisor.enshi").scope, secret="s" * 32, text=case_no)
    (line,) = page.items
    assert isinstance(line, CaseLine)
    return line


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZONE)


def test_joint_case_is_as_late_as_the_latest_of_its_members(world: World) -> None:
    joint = world.apply_theme("startup", needs_seal="yes", has_employees="no", needs_bank="no")
    world.complete(joint, "check", "window.enshi", "accept")

    line = line_of(world, joint)

    # The registration has one working day, to Tuesday; the whole has three, to Thursday, and turns yellow halfway.
    assert [line.colour(at(2, 10)), line.colour(at(4, 9))] == [Colour.GREEN, Colour.OVERDUE]
    assert (line.due_at or at(1, 1)).astimezone(ZONE) == datetime(2026, 3, 5, 17, 30, tzinfo=ZONE)


def test_member_that_has_ended_colours_its_joint_case_no_more(world: World) -> None:
    joint = world.apply_theme("startup", needs_seal="yes", has_employees="no", needs_bank="no")
    world.complete(joint, "check", "window.enshi", "accept")
    member = world.member_no(joint, REGISTRATION)
    world.complete(member, "review", "reviewer.enshi", "pass", opinion="同意")
    world.complete(member, "decide", "decider.enshi", "approve")

    assert line_of(world, joint).colour(at(4, 9)) is not Colour.OVERDUE


def test_single_case_has_the_colour_of_its_own_limit(world: World) -> None:
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")

    line = line_of(world, case_no)

    assert (line.running_members, line.colour(at(3, 9))) == ((), Colour.GREEN)
