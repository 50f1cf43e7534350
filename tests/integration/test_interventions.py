"""Interventions of a supervisor: what is done, what is kept of it, and that no legal clock moves."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.domain.calendar import ZONE
from app.domain.errors import CaseworkError
from app.domain.intervention import Intervention, InterventionKind
from app.domain.snapshot import Snapshot
from app.domain.vocabulary import Lane
from app.engine import codec, snapshot
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.intervene import intervene_in_case
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import find_case_id
from app.queries.pauses import list_paused
from app.runtime.places import Places, places_of
from app.storage.cases import find_state
from app.storage.tables import audit_entry, case_file, case_input, clock_entry, deadline, user_task
from tests.walks import OPINION
from tests.world import World

REASON = "主办人员误选了结论"
SETTLED = datetime(2026, 3, 3, 17, 33, tzinfo=ZONE)


def version_of(world: World, case_no: str) -> int:
    with world.container.context.database.read() as connection:
        return int(connection.scalar(sa.select(case_file.c.version).where(case_file.c.case_no == case_no)) or 0)


def intervene(
    world: World,
    case_no: str,
    kind: str,
    *,
    login: str = "supervisor.enshi",
    dry_run: bool = False,
    reason: str = REASON,
    version: int | None = None,
    **what: Any,
) -> dict[str, Any]:
    person = world.person(login)
    with world.container.context.database.read() as connection:
        case_id = find_case_id(connection, world.person("supervisor.enshi").scope, case_no)
    asked = Intervention(
        kind=InterventionKind(kind),
        reason=reason,
        version=version_of(world, case_no) if version is None else version,
        **what,
    )
    done = intervene_in_case(world.container.context, person, case_id=case_id, asked=asked, is_dry_run=dry_run)
    effects: Any = done["effects"]
    return dict(effects)


def clocks(world: World) -> list[tuple[object, ...]]:
    """Every entry of every ledger, and the due instants of the rows that copy a clock."""
    of_clock = sa.select(deadline.c.name, deadline.c.due_at, deadline.c.state).where(deadline.c.clock.is_not(None))
    with world.container.context.database.read() as connection:
        entries = [tuple(row) for row in connection.execute(sa.select(clock_entry).order_by(clock_entry.c.seq))]
        return entries + [tuple(row) for row in connection.execute(of_clock.order_by(deadline.c.id))]


def open_elements(world: World, case_no: str) -> list[str]:
    query = (
        sa.select(user_task.c.element)
        .join(case_file, case_file.c.id == user_task.c.case_id)
        .where(case_file.c.case_no == case_no, user_task.c.state < 2)
        .order_by(user_task.c.element)
    )
    with world.container.context.database.read() as connection:
        return list(connection.scalars(query))


def reviewed(world: World) -> str:
    """Take in a case and have it examined; it waits for its decision."""
    case_no = world.apply("restaurant-sign")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "zj1.enshi", "pass", **OPINION)
    return case_no


def test_token_goes_back_to_the_review_and_no_clock_moves(installed: World) -> None:
    case_no = reviewed(installed)
    before = clocks(installed)

    effects = intervene(installed, case_no, "move_token", element="decide", target="review")

    assert open_elements(installed, case_no) == ["review"]
    assert (len(effects["tasks_withdrawn"]), len(effects["tasks_opened"])) == (1, 1)
    assert clocks(installed) == before
    with installed.container.context.database.read() as connection:
        body = connection.scalar(sa.select(audit_entry.c.body).where(audit_entry.c.kind == "intervention_move_token"))
    assert orjson.loads(body)["facts"] == {"reason": REASON, "before": "decide", "after": "review"}
    installed.complete(case_no, "review", "zj1.enshi", "pass", **OPINION)
    installed.complete(case_no, "decide", "zj2.enshi", "approve")
    assert installed.state_of(case_no) == "delivering"


def test_dry_run_says_what_would_follow_and_does_nothing(installed: World) -> None:
    case_no = reviewed(installed)
    version = version_of(installed, case_no)

    effects = intervene(installed, case_no, "move_token", element="decide", target="review", dry_run=True)

    assert len(effects["tasks_opened"]) == 1
    assert open_elements(installed, case_no) == ["decide"]
    assert version_of(installed, case_no) == version


def test_corrected_answer_is_checked_by_its_form_and_kept_erasable(installed: World) -> None:
    case_no = reviewed(installed)
    before = clocks(installed)

    intervene(installed, case_no, "correct_variable", variable="answers.review.opinion", value="同意，已补正")
    with pytest.raises(CaseworkError) as refused:
        intervene(installed, case_no, "correct_variable", variable="answers.review.opinion", value=7)

    assert refused.value.code == "invalid"
    assert clocks(installed) == before
    with installed.container.context.database.read() as connection:
        kept = connection.scalar(sa.select(case_input.c.answers).where(case_input.c.element == "correct_variable"))
        bodies = list(connection.scalars(sa.select(audit_entry.c.body)))
    assert orjson.loads(str(kept))["after"] == "同意，已补正"
    assert not any("已补正".encode() in bytes(body) for body in bodies)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"kind": "move_token", "element": "decide", "target": "nowhere"}, "target_unknown"),
        ({"kind": "move_token", "element": "check", "target": "review"}, "place_not_open"),
        ({"kind": "move_token", "element": "decide", "target": ""}, "invalid"),
        ({"kind": "move_token", "element": "", "target": "review"}, "invalid"),
        ({"kind": "cancel_branch", "element": "decide"}, "branch_is_main"),
        ({"kind": "move_token", "element": "decide", "target": "close_case"}, "move_other_scope"),
        ({"kind": "correct_variable", "variable": "outcomes.review", "value": "fail"}, "variable_protected"),
        ({"kind": "correct_variable", "variable": "answers.decide.reasons", "value": "x"}, "variable_protected"),
        ({"kind": "correct_variable", "variable": "Bad Name", "value": 1}, "invalid"),
        ({"kind": "correct_variable", "variable": "size", "value": 1.5}, "invalid"),
        ({"kind": "correct_variable", "variable": "form.deep.name", "value": 1}, "variable_unknown"),
        ({"kind": "pause", "reason": " "}, "invalid"),
        ({"kind": "pause", "reason": "x" * 501}, "invalid"),
        ({"kind": "resume"}, "case_not_paused"),
        ({"kind": "pause", "version": 99}, "stale"),
        ({"kind": "pause", "login": "window.enshi"}, "not_permitted"),
        ({"kind": "pause", "login": "supervisor.lichuan"}, "case_unknown"),
    ],
)
def test_what_may_not_be_done_is_refused_and_changes_nothing(installed: World, what: dict[str, Any], code: str) -> None:
    case_no = reviewed(installed)
    version, before = version_of(installed, case_no), clocks(installed)

    with pytest.raises(CaseworkError) as refused:
        intervene(installed, case_no, **what)

    assert refused.value.code == code
    assert (version_of(installed, case_no), clocks(installed)) == (version, before)


@pytest.mark.parametrize(
    ("matter", "element", "target"),
    [
        ("restaurant-verify", "handle", "deliver"),
        ("restaurant-food", "check", "deliver"),
        ("restaurant-food", "check", "correction"),
    ],
)
def test_case_is_not_carried_past_its_acceptance_or_decision(
    installed: World, matter: str, element: str, target: str
) -> None:
    case_no = installed.apply(matter)

    with pytest.raises(CaseworkError) as refused:
        intervene(installed, case_no, "move_token", element=element, target=target)

    assert refused.value.code == "move_over_binding_step"
    assert (open_elements(installed, case_no), installed.state_of(case_no)) == ([element], "received")


def test_intervention_that_would_move_a_clock_is_refused(installed: World) -> None:
    case_no = installed.apply("restaurant-food")
    installed.complete(case_no, "check", "window.enshi", "correct", remark="缺平面图", correction_days=5)
    before = clocks(installed)

    with pytest.raises(CaseworkError) as refused:
        intervene(installed, case_no, "move_token", element="correction", target="receive_correction")

    assert (refused.value.code, refused.value.facts) == ("intervention_touches_law", {"what": "clock"})
    assert clocks(installed) == before


def test_nobody_intervenes_in_a_case_they_handle_and_none_that_ended(installed: World) -> None:
    case_no = reviewed(installed)
    supervisor = installed.person("supervisor.enshi").staff_id
    with installed.container.context.database.write() as uow:
        uow.connection.execute(user_task.update().where(user_task.c.state == 2).values(completed_by=supervisor))

    with pytest.raises(CaseworkError) as own:
        intervene(installed, case_no, "pause")
    with installed.container.context.database.write() as uow:
        uow.connection.execute(user_task.update().where(user_task.c.state == 2).values(completed_by=1))
    with installed.container.context.database.read() as connection:
        case_id = find_case_id(connection, installed.person("supervisor.enshi").scope, case_no)
    withdraw_case(installed.container.context, installed.person("applicant1"), case_id=case_id, reason="不办了")
    with pytest.raises(CaseworkError) as ended:
        intervene(installed, case_no, "pause")

    assert (own.value.code, ended.value.code) == ("intervention_own_case", "case_ended")


def test_paused_case_stands_still_while_its_clocks_run_and_warn(installed: World) -> None:
    case_no = installed.apply("startup-reg")
    installed.complete(case_no, "check", "window.enshi", "accept")
    before = clocks(installed)
    intervene(installed, case_no, "pause")

    with pytest.raises(CaseworkError) as refused:
        installed.complete(case_no, "review", "reviewer.enshi", "pass", **OPINION)
    installed.clock.set(SETTLED)
    context = installed.container.context
    moved = fire_due_deadlines(context, Lane.MOVE, limit=20, budget_ms=10_000)
    told = fire_due_deadlines(context, Lane.NOTICE, limit=20, budget_ms=10_000)

    assert refused.value.code == "case_paused"
    assert (moved.claimed, told.claimed > 0) == (0, True)
    assert installed.state_of(case_no) == "accepted"
    with context.database.read() as connection:
        (paused,) = list_paused(connection, installed.person("supervisor.enshi").scope)
        assert list_paused(connection, installed.person("supervisor.lichuan").scope) == ()
    assert (paused.case_no, paused.reason) == (case_no, REASON)
    entries = [entry for entry in clocks(installed) if entry in before]
    assert entries[0] == before[0]


def test_what_fell_due_in_the_pause_fires_when_the_case_goes_on(installed: World) -> None:
    case_no = installed.apply("startup-reg")
    installed.complete(case_no, "check", "window.enshi", "accept")
    intervene(installed, case_no, "pause")
    with pytest.raises(CaseworkError):
        intervene(installed, case_no, "pause")
    installed.clock.set(SETTLED + timedelta(hours=1))

    intervene(installed, case_no, "resume")
    fired = fire_due_deadlines(installed.container.context, Lane.MOVE, limit=20, budget_ms=10_000).fired

    assert [item.outcome for item in fired] == ["moved"]
    assert installed.state_of(case_no) == "deemed"
    with installed.container.context.database.read() as connection:
        assert list_paused(connection, installed.person("supervisor.enshi").scope) == ()


STEPS = {
    "check": ("window.enshi", "accept"),
    "review": ("reviewer.enshi", "pass"),
    "decide": ("decider.enshi", "approve"),
}


@pytest.mark.parametrize("seed", range(4))
def test_random_interventions_leave_the_rows_as_the_instance_waits(installed: World, seed: int) -> None:
    random = Random(seed)
    case_no = installed.apply("restaurant-food")
    for _ in range(14):
        waiting = snapshot_of(installed, case_no)
        if waiting.ended:
            break
        _do_something(installed, case_no, waiting, random)

        waiting = snapshot_of(installed, case_no)
        tasks, deadlines = rows_of(installed, case_no)
        assert tasks == {task.task_id for task in waiting.open_tasks}
        # A wait for a clock that does not run has no row, but no row outlives its wait.
        assert deadlines <= {wait.task_id for wait in waiting.waits}


def snapshot_of(world: World, case_no: str) -> Snapshot:
    context = world.container.context
    with context.database.reading() as opened:
        stored = find_state(opened.connection, case_id_of(world, case_no))
    assert stored is not None
    definition = context.library.definition(stored.diagram_id)
    return snapshot.take(codec.load(stored.tokens, codec.load_variables(stored.variables), definition))


def rows_of(world: World, case_no: str) -> tuple[set[str], set[str]]:
    """Engine tasks of the open tasks, and of the live deadlines that belong to a wait."""
    case_id = case_id_of(world, case_no)
    tasks = sa.select(user_task.c.engine_task).where(user_task.c.case_id == case_id, user_task.c.state < 2)
    waits = sa.select(deadline.c.engine_task).where(
        deadline.c.case_id == case_id,
        deadline.c.state.in_((0, 1, 5, 6)),
        deadline.c.engine_task.is_not(None),
        deadline.c.name.not_in(("step", "operation")),
    )
    with world.container.context.database.read() as connection:
        return set(connection.scalars(tasks)), set(connection.scalars(waits))


def case_id_of(world: World, case_no: str) -> int:
    with world.container.context.database.read() as connection:
        return find_case_id(connection, world.person("supervisor.enshi").scope, case_no)


def _do_something(world: World, case_no: str, waiting: Snapshot, random: Random) -> None:
    """Complete the step that waits, or move it by chance; what is refused leaves everything as it was."""
    places = find_places(world, case_no)
    element = waiting.open_tasks[0].element if waiting.open_tasks else ""
    try:
        if places.moves and random.random() < 0.6:
            here, to = random.choice(places.moves)
            intervene(world, case_no, "move_token", element=here.element, target=to.element)
        elif element in STEPS:
            login, outcome = STEPS[element]
            world.complete(case_no, element, login, outcome, **(OPINION if element == "review" else {}))
    except CaseworkError:
        return


def find_places(world: World, case_no: str) -> Places:
    context, case_id = world.container.context, case_id_of(world, case_no)
    with context.database.reading() as opened:
        return places_of(context, opened, case_id)
