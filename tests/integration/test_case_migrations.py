"""Running cases go to another version of their diagram: tasks, deadlines and history go along, no clock moves."""

import re
from datetime import datetime
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.domain.errors import CaseworkError, Conflict, Forbidden, InvalidInput, NotFound
from app.domain.migration import MigrationInput
from app.operations.check_migration import check_migration
from app.operations.complete_task import Completion, complete_task
from app.operations.continue_migrations import continue_migrations
from app.operations.define import save_definition
from app.operations.migrate_cases import undo_migration
from app.queries.case_page import find_case_id
from app.storage.tables import audit_entry, case_file, clock_entry, deadline, draft, instance_state, user_task
from tests.many_cases import copy_case, count_broken_chains
from tests.new_versions import (
    FIRST,
    FOOD_KEY,
    asked,
    deploy_changed,
    migrated,
    outcome_of,
    outcomes,
    renamed,
    started,
    undone,
    version_of,
)
from tests.world import World

FOOD, CLERK, REVIEWER, DECIDER = "restaurant-food", "window.enshi", "reviewer.enshi", "decider.enshi"
REVIEW = 'lb:form="review_with_special"'
ASSESS = {"review": "assess"}
OPEN = (0, 1, 5, 6)


def at_review(world: World) -> str:
    case_no = world.apply(FOOD)
    world.complete(case_no, "check", CLERK, "accept")
    return case_no


def limited(limit: str) -> Any:
    return lambda source: re.sub(rf'{REVIEW}( lb:limit="\w+")?', f'{REVIEW} lb:limit="{limit}"', source)


def rows(world: World, table: sa.Table, case_no: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the rows of a case, by id or seq."""
    order = table.c.get("id", table.c.get("seq", table.c.case_id))
    with world.container.context.database.read() as connection:
        case_id = find_case_id(connection, world.person("supervisor.es").scope, case_no)
        query = sa.select(*(table.c[name] for name in columns)).where(table.c.case_id == case_id).order_by(order)
        return [tuple(row) for row in connection.execute(query)]


def open_deadlines(world: World, case_no: str) -> list[tuple[Any, ...]]:
    names = ("name", "element", "expression", "started_at", "due_at", "stage", "state")
    return [row for row in rows(world, deadline, case_no, *names) if row[-1] in OPEN]


def kinds(world: World, case_no: str) -> list[str]:
    return [row[0] for row in rows(world, audit_entry, case_no, "kind")]


def test_case_goes_on_at_the_same_place_under_the_new_name(installed: World) -> None:
    case_no = at_review(installed)
    clocks, before = rows(installed, clock_entry, case_no, "seq", "kind", "facts"), open_deadlines(installed, case_no)
    task = installed.open_task(case_no, "review")
    deploy_changed(
        installed, lambda source: renamed("review", "assess")(source.replace('name="审查" lb', 'name="评审" lb'))
    )

    migration_id = migrated(installed, asked(ASSESS))

    assert outcomes(installed, migration_id) == {"moved": 1}
    moved = installed.open_task(case_no, "assess")
    assert (moved.id, moved.title, moved.version) == (task.id, "评审", task.version + 1)
    assert version_of(installed, case_no) == 2
    assert rows(installed, clock_entry, case_no, "seq", "kind", "facts") == clocks
    assert open_deadlines(installed, case_no) == before
    installed.complete(case_no, "assess", REVIEWER, "pass", opinion="同意")
    installed.complete(case_no, "decide", DECIDER, "approve", opinion="准予")
    assert installed.state_of(case_no) == "delivering"


def test_history_says_from_where_to_where_and_why(installed: World) -> None:
    case_no = at_review(installed)
    deploy_changed(installed, renamed("review", "assess"))

    migration_id = migrated(installed, asked(ASSESS, reason="评审改名"))

    *_, (kind, body, actor) = rows(installed, audit_entry, case_no, "kind", "body", "actor")
    facts = orjson.loads(body)["facts"]
    assert (kind, actor) == ("case_migrated", f"staff:{installed.person(FIRST).staff_id}")
    assert facts == {
        "definition": FOOD_KEY,
        "from_version": 1,
        "to_version": 2,
        "migration": str(migration_id),
        "reason": "评审改名",
    }
    with installed.container.context.database.read() as connection:
        assert count_broken_chains(connection) == 0


def test_clerk_who_has_the_task_open_is_told_to_look_again(installed: World) -> None:
    case_no = at_review(installed)
    seen = installed.open_task(case_no, "review")
    deploy_changed(installed, renamed("review", "assess"))

    migrated(installed, asked(ASSESS))

    late = Completion(task_id=int(seen.id), version=seen.version, outcome="pass", data={"opinion": "同意"}, marks={})
    with pytest.raises(Conflict) as refused:
        complete_task(installed.container.context, installed.person(REVIEWER), late)
    assert refused.value.code == "stale"


def step_limit(world: World, case_no: str) -> list[tuple[str, str, datetime, datetime]]:
    return [tuple(row[1:5]) for row in open_deadlines(world, case_no) if row[0] == "step"]


def test_step_keeps_its_limit_and_the_time_that_has_passed(installed: World) -> None:
    deploy_changed(installed, limited("7D"))
    case_no = at_review(installed)
    before = step_limit(installed, case_no)
    deploy_changed(installed, limited("1WD"))
    installed.at(2026, 3, 4, 10, 0)

    migrated(installed, asked(from_version=2, to_version=3))

    assert len(before) == 1
    assert step_limit(installed, case_no) == before
    installed.complete(case_no, "review", REVIEWER, "pass", opinion="同意")
    installed.complete(case_no, "decide", DECIDER, "return", opinion="再审")
    (_, text, _, _) = step_limit(installed, case_no)[0]
    assert text == "1WD", "a step that opens on the new version has the limit it draws"


def test_changed_limit_that_was_asked_for_is_never_due_before_the_next_working_day(installed: World) -> None:
    deploy_changed(installed, limited("7D"))
    case_no = at_review(installed)
    deploy_changed(installed, limited("1WD"))
    installed.at(2026, 3, 4, 10, 0)

    migrated(installed, asked(from_version=2, to_version=3, limits=("review",)))

    ((element, text, started_at, due_at),) = step_limit(installed, case_no)
    shown = installed.open_task(case_no, "review").due_at
    assert (element, text, due_at.isoformat()) == ("review", "1WD", "2026-03-05T09:30:00+00:00")
    assert started_at == installed.clock.now()
    assert shown == due_at


def test_longer_limit_that_was_asked_for_counts_from_where_the_step_began(installed: World) -> None:
    deploy_changed(installed, limited("2D"))
    case_no = at_review(installed)
    ((_, _, began_at, _),) = step_limit(installed, case_no)
    deploy_changed(installed, limited("8D"))
    installed.at(2026, 3, 3, 10, 0)

    migrated(installed, asked(from_version=2, to_version=3, limits=("review",)))

    ((_, text, started_at, due_at),) = step_limit(installed, case_no)
    assert (text, started_at, due_at.isoformat()) == ("8D", began_at, "2026-03-10T15:59:59+00:00")


def test_limit_added_to_a_running_step_counts_only_when_asked_for(installed: World) -> None:
    silent, told = at_review(installed), at_review(installed)
    deploy_changed(installed, limited("2D"))

    migrated(installed, asked(case_nos=(silent,)))
    migrated(installed, asked(case_nos=(told,), limits=("review",)))

    assert step_limit(installed, silent) == []
    assert [text for _, text, _, _ in step_limit(installed, told)] == ["2D"]


def test_open_task_keeps_its_form_version_but_takes_a_form_of_another_name(installed: World) -> None:
    case_no = at_review(installed)
    installed.complete(case_no, "review", REVIEWER, "pass", opinion="同意")
    before = rows(installed, user_task, case_no, "form_key", "form_version")[-1]
    with installed.container.context.database.write() as uow:
        topic = f"task:{installed.open_task(case_no, 'decide').id}"
        values = {"id": 1, "owner_account_id": 1, "topic": topic, "version": 1, "content": "{}", "saved_at": uow.now()}
        uow.connection.execute(draft.insert(), values)
    deploy_changed(installed, renamed("decide", "settle"))
    migrated(installed, asked({"decide": "settle"}))
    kept, drafts_kept = rows(installed, user_task, case_no, "form_key", "form_version")[-1], count(installed, draft)
    deploy_changed(installed, lambda source: source.replace('lb:form="decision"', 'lb:form="review"'))

    migrated(installed, asked(from_version=2, to_version=3))

    assert (kept, drafts_kept) == (before, 1)
    assert rows(installed, user_task, case_no, "form_key", "form_version")[-1] == ("review", 1)
    assert count(installed, draft) == 0


def count(world: World, table: sa.Table) -> int:
    with world.container.context.database.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_task_of_another_role_goes_to_its_group_and_leaves_its_person(installed: World) -> None:
    case_no = at_review(installed)
    deploy_changed(
        installed,
        lambda source: source.replace(
            'lb:role="reviewer" lb:office="owner" lb:form="review_with',
            'lb:role="decider" lb:office="owner" lb:form="review_with',
        ),
    )

    migrated(installed, asked())

    role, assignee, state = rows(installed, user_task, case_no, "role", "assignee_id", "state")[-1]
    assert (role, assignee, state) == ("decider", None, 0)
    installed.complete(case_no, "review", DECIDER, "pass", opinion="同意")


def without_review(source: str) -> str:
    return renamed("review", "assess")(source)


def test_case_that_stands_at_a_missing_element_stays_and_says_why(installed: World) -> None:
    reviewing, received = at_review(installed), installed.apply(FOOD)
    before = rows(installed, instance_state, reviewing, "tokens")
    deploy_changed(installed, without_review)

    migration_id = migrated(installed, asked())

    outcome, facts = outcome_of(installed, migration_id, reviewing)
    assert (outcome, orjson.loads(facts)) == ("refused", {"places": [{"element_id": "review", "code": "missing"}]})
    assert rows(installed, instance_state, reviewing, "tokens") == before
    assert (version_of(installed, reviewing), version_of(installed, received)) == (1, 2)
    assert "case_migrated" not in kinds(installed, reviewing)


def test_dry_run_says_what_the_run_will_do_and_writes_nothing(installed: World) -> None:
    reviewing, received = at_review(installed), installed.apply(FOOD)
    deploy_changed(installed, lambda source: limited("3D")(without_review(source)))
    tables = (audit_entry, user_task, deadline)
    before = [count(installed, table) for table in tables]

    answer = check_migration(installed.container.context, installed.person(FIRST), asked())

    assert (answer.instance_count, answer.moving_count) == (2, 1)
    told = {item.case_no: [(found.element, found.name, found.code) for found in item.refusals] for item in answer.items}
    assert told == {reviewing: [("review", "审查", "missing")], received: []}
    assert {found.code: number for found, number in answer.refusals.items()} == {"missing": 1}
    assert [count(installed, table) for table in tables] == before
    again = check_migration(installed.container.context, installed.person(FIRST), asked(ASSESS))
    assert (again.moving_count, [(item.element, item.old, item.new) for item in again.changed_limits]) == (
        2,
        [("assess", "", "3D")],
    )


def test_dry_run_tells_its_cases_page_by_page(installed: World) -> None:
    numbers = [installed.apply(FOOD) for _ in range(3)]
    deploy_changed(installed, without_review)
    person, context = installed.person(FIRST), installed.container.context

    first = check_migration(context, person, asked(), limit=2)
    second = check_migration(context, person, asked(), limit=2, after=first.next_after or 0)

    assert [item.case_no for item in (*first.items, *second.items)] == numbers
    assert (first.instance_count, second.instance_count, second.next_after) == (3, 3, None)


def test_run_is_taken_back_to_the_state_before(installed: World) -> None:
    case_no = at_review(installed)
    columns = ("element", "title", "role", "form_key", "form_version", "outcomes", "due_at", "sort_at")
    before = rows(installed, instance_state, case_no, "tokens", "variables", "diagram_id")
    tasks, limits = rows(installed, user_task, case_no, *columns), open_deadlines(installed, case_no)
    deploy_changed(installed, renamed("review", "assess"))
    migration_id = migrated(installed, asked(ASSESS))

    back = undone(installed, migration_id)

    assert outcomes(installed, back) == {"moved": 1}
    assert rows(installed, instance_state, case_no, "tokens", "variables", "diagram_id") == before
    assert rows(installed, user_task, case_no, *columns) == tasks
    assert open_deadlines(installed, case_no) == limits
    assert kinds(installed, case_no)[-2:] == ["case_migrated", "case_migrated"]
    installed.complete(case_no, "review", REVIEWER, "pass", opinion="同意")


def test_steps_that_became_one_find_their_way_back(installed: World) -> None:
    reviewing, deciding = at_review(installed), at_review(installed)
    installed.complete(deciding, "review", REVIEWER, "pass", opinion="同意")
    deploy_changed(installed, merging)
    migration_id = migrated(installed, asked({"review": "decide"}))

    assert {installed.open_task(case_no, "decide").title for case_no in (reviewing, deciding)} == {"决定"}
    undone(installed, migration_id)

    assert installed.open_task(reviewing, "review").title == "审查"
    assert installed.open_task(deciding, "decide").title == "决定"


def merging(source: str) -> str:
    """Let reviewing end: what leads to it leads to the decision, and nothing leads out of it any more."""
    return source.replace('targetRef="review"', 'targetRef="decide"')


def test_case_that_went_on_meanwhile_is_taken_back_from_where_it_stands(installed: World) -> None:
    case_no = at_review(installed)
    deploy_changed(installed, renamed("review", "assess"))
    migration_id = migrated(installed, asked(ASSESS))
    installed.complete(case_no, "assess", REVIEWER, "pass", opinion="同意")

    undone(installed, migration_id)

    assert version_of(installed, case_no) == 1
    installed.complete(case_no, "decide", DECIDER, "return", opinion="再审")
    assert installed.open_task(case_no, "review").title == "审查"


def test_case_closed_or_moved_meanwhile_is_left_alone(installed: World) -> None:
    case_no = at_review(installed)
    deploy_changed(installed, renamed("review", "assess"))
    migration_id = started(installed, asked(ASSESS))
    with installed.container.context.database.write() as uow:
        closing = case_file.update().where(case_file.c.case_no == case_no)
        uow.connection.execute(closing.values(closed_at=uow.now(), state="withdrawn"))

    continue_migrations(installed.container.context, budget_s=60)

    assert outcome_of(installed, migration_id, case_no)[0] == "left"


def test_case_that_begins_on_the_old_version_meanwhile_goes_along(installed: World) -> None:
    first = at_review(installed)
    deploy_changed(installed, renamed("review", "assess"))
    migration_id = started(installed, asked(ASSESS))
    (late,) = copy_case(installed, first, 1)

    continue_migrations(installed.container.context, budget_s=60)

    assert outcomes(installed, migration_id) == {"moved": 2}
    assert late


def code_of(refused: pytest.ExceptionInfo[CaseworkError]) -> tuple[str, list[tuple[object, object]]]:
    return refused.value.code, [(item.get("pointer"), item.get("code")) for item in refused.value.items]


@pytest.mark.parametrize(
    ("request_", "code", "items"),
    [
        (asked(to_version=9), "migration_version", [("/to_version", "version_unknown")]),
        (asked(from_version=7), "migration_version", [("/from_version", "version_unknown")]),
        (asked(to_version=1), "migration_version", [("/to_version", "version_same")]),
        (asked(to_version=3), "migration_version", [("/to_version", "version_not_in_use")]),
        (asked({"nowhere": "assess"}), "migration_mapping", [("/mapping/nowhere", "element_unknown_old")]),
        (asked({"review": "nowhere"}), "migration_mapping", [("/mapping/review", "element_unknown_new")]),
        (asked(limits=("nowhere",)), "migration_mapping", [("/apply_limits/0", "element_unknown_new")]),
        (asked(reason=" "), "invalid", [("/reason", "answer_required")]),
        (asked(case_nos=("ES2026",)), "migration_cases", []),
    ],
)
def test_request_that_makes_no_sense_is_refused_with_every_fault(
    shared_versions: World, request_: MigrationInput, code: str, items: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        started(shared_versions, request_)

    assert code_of(refused) == (code, items)


@pytest.fixture(scope="module")
def shared_versions(shared_world: World) -> World:
    """A case on version 1, a deployed version 2, and a draft of version 3."""
    at_review(shared_world)
    deploy_changed(shared_world, renamed("review", "assess"))
    source = (shared_world.container.settings.bpmn_dir / "patterns/committed/process.bpmn").read_bytes()
    save_definition(shared_world.container.context, shared_world.person(FIRST), key=FOOD_KEY, source=source, edit=0)
    return shared_world


def test_unknown_definition_is_not_found(shared_versions: World) -> None:
    with pytest.raises(NotFound) as refused:
        started(shared_versions, asked(key="pattern:none"))

    assert refused.value.code == "definition_unknown"


def test_only_who_designs_migrates(shared_versions: World) -> None:
    for login in (CLERK, "admin.es", "supervisor.es"):
        with pytest.raises(Forbidden):
            started(shared_versions, asked(ASSESS), login)


def test_second_run_of_a_definition_waits_for_the_first(installed: World) -> None:
    at_review(installed)
    deploy_changed(installed, renamed("review", "assess"))
    running = started(installed, asked(ASSESS))

    with pytest.raises(Conflict) as refused:
        started(installed, asked(ASSESS))

    assert (refused.value.code, refused.value.facts["migration"]) == ("migration_running", str(running))


def test_run_without_a_case_is_refused(installed: World) -> None:
    deploy_changed(installed, renamed("review", "assess"))

    with pytest.raises(Conflict) as refused:
        started(installed, asked(ASSESS))

    assert refused.value.code == "migration_empty"


def test_run_is_taken_back_once_and_only_when_it_is_finished(installed: World) -> None:
    at_review(installed)
    deploy_changed(installed, renamed("review", "assess"))
    migration_id = started(installed, asked(ASSESS))
    with pytest.raises(Conflict) as running:
        undone(installed, migration_id)
    continue_migrations(installed.container.context, budget_s=60)
    undone(installed, migration_id)

    with pytest.raises(Conflict) as twice:
        undone(installed, migration_id)

    assert [refused.value.code for refused in (running, twice)] == ["migration_running", "migration_undone"]
    with pytest.raises(NotFound):
        undo_migration(
            installed.container.context, installed.person(FIRST), key="other", migration_id=migration_id, reason="x"
        )


def test_two_hundred_cases_cost_few_statements_each(installed: World) -> None:
    case_no = at_review(installed)
    copy_case(installed, case_no, 199)
    deploy_changed(installed, renamed("review", "assess"))
    migration_id = started(installed, asked(ASSESS))
    statements: list[str] = []
    engine = installed.container.context.database.engine

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    sa.event.listen(engine, "before_cursor_execute", note)
    continue_migrations(installed.container.context, budget_s=60)
    sa.event.remove(engine, "before_cursor_execute", note)

    assert outcomes(installed, migration_id) == {"moved": 200}
    assert len(statements) <= 200 * 0.5
