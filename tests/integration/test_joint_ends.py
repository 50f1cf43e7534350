"""The end of a joint case against its limit, on both databases: work done in time is in time, whenever it is told (J6)."""

import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.calendar import to_local
from app.domain.revocation import RevocationInput
from app.domain.vocabulary import Lane, RevocationGround
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.revoke_case import revoke_case
from app.queries.case_page import find_case_id, get_case
from app.storage.cases import lock_case
from app.storage.tables import case_file
from tests.integration.test_joint_clocks import LIMITS, MATTERS, Joint, accepted, publish
from tests.integration.test_races import after_ms, handing_in
from tests.racing import race
from tests.world import World

LETTERS = {letter: letter for letter in MATTERS}
RACES = 4
SEAL = f"matters/{MATTERS['C']}.toml"
# Every member a licence; the seal stops its promise alone, by the law its time runs on.
PROMISE_ALONE = (
    ("themes/startup/theme.toml", 'promised_limit = "20WD"', 'promised_limit = "20WD"\nstatutory_limit = "45WD"'),
    (f"matters/{MATTERS['B']}.toml", 'item_type = "20"', 'item_type = "01"'),
    (f"matters/{MATTERS['D']}.toml", 'item_type = "20"', 'item_type = "01"'),
    (SEAL, 'item_type = "10"', 'item_type = "01"'),
    (SEAL, 'statutory_limit = ""', 'statutory_limit = "20WD"\nsuspension_touches = ["promised"]'),
)


@pytest.fixture
def town(installed: World, tmp_path: Path) -> World:
    """A world in which the members have the limits of the table and the bundle promises twenty working days."""
    publish(installed, tmp_path / "own", LIMITS, LETTERS)
    return installed


def with_last_member(world: World) -> Joint:
    """Return a joint case of which D alone is left; its promise ends on Mon 2026-03-30 17:30."""
    joint = accepted(world, LETTERS)
    for letter in "ABC":
        joint.finish(letter)
    return joint


def with_the_seal_left(world: World) -> Joint:
    """Return a joint case of A, B and C, of which C alone is left."""
    joint = accepted(world, LETTERS, needs_bank="no")
    joint.finish("A")
    joint.finish("B")
    return joint


def tick(world: World) -> list[str]:
    """Fire what is due as two ticks would, and return what came of each limit of a joint case."""
    found = [fire_due_deadlines(world.container.context, Lane.NOTICE, limit=100, budget_ms=10_000) for _ in range(2)]
    return [item.outcome for batch in found for item in batch.fired if item.name.startswith("bundle_")]


def test_work_done_in_time_gets_no_card_however_late_it_is_told(town: World) -> None:
    joint = with_last_member(town)
    town.at(2026, 3, 30, 17, 30)
    joint.finish("D", is_told=False)
    town.at(2026, 3, 30, 17, 31)

    outcomes = tick(town)

    clock = joint.state()
    assert (outcomes, joint.card_colours()) == (["followed"], [])
    assert town.state_of(joint.number) == "delivering"
    assert clock.stopped_at is not None
    assert (f"{to_local(clock.stopped_at):%m-%d %H:%M}", clock.is_late) == ("03-30 17:30", False)


def test_what_is_left_undone_is_told_after_the_join(town: World) -> None:
    joint = accepted(town, LETTERS)
    joint.finish("A", is_told=False)
    town.at(2026, 3, 30, 17, 31)

    outcomes = tick(town)

    assert outcomes == ["followed", "warned"]
    assert joint.card_colours()[-1] == "overdue"


def test_a_member_that_stood_still_and_ended_unheard_leaves_its_joint_case_in_time(town: World) -> None:
    joint = with_the_seal_left(town)
    town.at(2026, 3, 13, 10, 0)
    joint.pause("C", is_told=False)
    town.at(2026, 3, 23, 10, 0)
    joint.resume("C")
    town.at(2026, 4, 2, 10, 0)
    joint.finish("C", is_told=False)
    town.at(2026, 4, 20, 10, 0)

    joint.deliver()

    clock = joint.state()
    assert clock.due_at is not None
    assert (f"{to_local(clock.due_at):%m-%d}", clock.is_late) == ("04-08", False)


def test_a_standstill_that_begins_after_the_promise_ended_is_none(town: World) -> None:
    joint = accepted(town, LETTERS, needs_bank="no")
    joint.finish("A")
    town.at(2026, 3, 6, 10, 0)
    joint.pause("C")
    town.at(2026, 3, 25, 10, 0)
    joint.resume("C")
    joint.finish("B")
    before = joint.entries()
    town.at(2026, 4, 1, 10, 0)

    joint.pause("C")

    assert joint.clock() == ("running", "2026-03-30 17:30")
    assert joint.entries() == before


def test_each_clock_of_the_bundle_follows_that_clock_of_its_members(installed: World, tmp_path: Path) -> None:
    publish(installed, tmp_path / "own", LIMITS, LETTERS, PROMISE_ALONE)
    joint = accepted(installed, LETTERS)
    joint.finish("A")
    joint.finish("B")
    installed.at(2026, 3, 13, 10, 0)

    joint.pause("C")

    assert joint.clock("bundle_promised") == ("paused", "")
    assert joint.clock("bundle_statutory")[0] == "running"


def test_a_grant_that_was_revoked_opens_no_member(town: World) -> None:
    joint = accepted(town, LETTERS)
    joint.finish("A", is_told=False)
    context, head = town.container.context, town.person("head.enshi")
    with context.database.read() as connection:
        member_id = find_case_id(connection, head.scope, joint.member("A"))
    asked = RevocationInput(
        ground=RevocationGround.FRAUD, reasons="伪造", heard_at=town.clock.now(), hearing_record="听〔2026〕3号"
    )
    revoke_case(context, head, case_id=member_id, asked=asked)

    joint.deliver()

    with context.database.read() as connection:
        members = get_case(connection, town.person("supervisor.enshi").scope, joint.number).members
    assert [member.state for member in members] == ["revoked"]


def test_a_tick_leaves_a_joint_case_alone_while_somebody_has_a_member_in_hand(town: World, kind: str) -> None:
    if kind == "sqlite":
        pytest.skip("one writer: nobody has anything in hand beside a tick")
    joint, outcomes = with_last_member(town), list[list[str]]()
    with town.container.context.database.read() as connection:
        member_id = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == joint.member("D")))
    assert member_id is not None
    town.at(2026, 3, 30, 17, 31)

    with town.container.context.database.write() as uow:
        lock_case(uow, member_id)
        other = threading.Thread(target=lambda: outcomes.append(tick(town)))
        other.start()
        other.join(30)

    assert (outcomes, joint.card_colours()) == ([[]], [])
    assert tick(town) == ["warned"]


def test_the_end_of_the_last_member_against_the_end_of_the_promise(town: World, kind: str) -> None:
    """The last member is reported as the promise of the bundle ends; the tick comes a second after it."""
    results: Counter[str] = Counter()

    for number in range(RACES):
        joint = with_last_member(town)
        town.at(2026, 3, 30, 17, 30)
        report = handing_in(town, joint.member("D"), "report", "bank2.enshi", "done", external_no="WB-1")
        late = partial(tick_after, town)
        race([partial(after_ms, 6 - 2 * number, report), partial(after_ms, 4 * number, late)])
        late()
        results[outcome_of(joint)] += 1

    sys.stdout.write(f"{kind}: {dict(results)}\n")
    assert "in time, carded" not in results


def tick_after(world: World) -> None:
    world.at(2026, 3, 30, 17, 30, 1)
    tick(world)


def outcome_of(joint: Joint) -> str:
    """Say whether the last member closed in time, and whether the joint case was carded as overdue for it."""
    with joint.world.container.context.database.read() as connection:
        query = sa.select(case_file.c.closed_at).where(case_file.c.case_no == joint.member("D"))
        closed_at = connection.scalar(query)
    assert closed_at is not None
    joint.deliver()
    clock = joint.state()
    is_in_time = clock.due_at is not None and closed_at <= clock.due_at
    assert clock.is_late is not is_in_time
    cards = "carded" if "overdue" in joint.card_colours() else "no card"
    return f"{'in time' if is_in_time else 'late'}, {cards}"
