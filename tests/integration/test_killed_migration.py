"""A migration of many cases that is killed with SIGKILL in the middle of a batch leaves none out and moves none twice."""

import sys

import sqlalchemy as sa

from app.operations.continue_migrations import continue_migrations
from app.runtime.context import Context
from app.runtime.migration_batch import carry_on
from app.storage.tables import audit_entry, case_file, case_migration_case, definition, instance_state, user_task
from tests.killing import LONGEST_KILL_S, kill_inside
from tests.many_cases import copy_case, count_broken_chains
from tests.new_versions import asked, deploy_changed, outcomes, renamed, started
from tests.world import World

CASES, KILLS = 200, 3


def waiting(context: Context) -> int:
    query = sa.select(sa.func.count()).where(case_migration_case.c.outcome == "waiting")
    with context.database.read() as connection:
        return int(connection.scalar(query) or 0)


def test_a_killed_run_moves_every_case_once(installed: World, kind: str) -> None:
    case_no = installed.apply("restaurant-food")
    installed.complete(case_no, "check", "window.enshi", "accept")
    copy_case(installed, case_no, CASES - 1)
    deploy_changed(installed, renamed("review", "assess"))
    context, migration_id = installed.container.context, started(installed, asked({"review": "assess"}))

    left = []
    for _kill in range(KILLS):
        kill_inside(context, carry_on, migration_id, waiting=waiting)
        left.append(waiting(context))
    continue_migrations(context, budget_s=LONGEST_KILL_S)

    sys.stdout.write(f"{kind}: {CASES} cases, {KILLS} kills, waiting after each: {left}\n")
    assert CASES > left[0] > left[1] > left[2] > 0
    assert outcomes(installed, migration_id) == {"moved": CASES}
    with context.database.read() as connection:
        twice = sa.select(audit_entry.c.case_id).where(audit_entry.c.kind == "case_migrated")
        assert len(connection.execute(twice).all()) == CASES
        assert not connection.execute(twice.group_by(audit_entry.c.case_id).having(sa.func.count() > 1)).all()
        assert count_broken_chains(connection) == 0
        assert _versions(connection) == {(2, "assess")}


def _versions(connection: sa.Connection) -> set[tuple[int, str]]:
    """Return every pair of version and open step; the state of each case names the diagram of its version."""
    query = (
        sa.select(definition.c.version, user_task.c.element, instance_state.c.diagram_id)
        .join(case_file, case_file.c.definition_id == definition.c.id)
        .join(user_task, user_task.c.case_id == case_file.c.id)
        .join(instance_state, instance_state.c.case_id == case_file.c.id)
        .where(user_task.c.state < 2)
    )
    rows = connection.execute(query).all()
    assert len({row.diagram_id for row in rows}) == 1
    return {(row.version, row.element) for row in rows}
