"""A case that is sent back again and again stays as small as it was: finished laps leave nothing in its state."""

import sqlalchemy as sa

from app.domain.vocabulary import DeadlineState, TaskState
from app.operations.submit_correction import submit_correction
from app.queries.case_page import find_case_id
from app.storage.tables import deadline, instance_state, user_task
from tests.world import World

LAPS, EARLY = 60, 20


def sent_back_and_handed_in(world: World, case_no: str) -> None:
    """Go once round: the clerk asks for a correction, the applicant hands it in."""
    applicant = world.person("applicant1")
    world.complete(case_no, "handle", "window.enshi", "correct", remark="缺平面图")
    with world.container.context.database.read() as connection:
        case_id = find_case_id(connection, applicant.scope, case_no)
    submit_correction(world.container.context, applicant, case_id=case_id, materials=(), answers={})


def size_of_state(world: World) -> int:
    columns = instance_state.c
    with world.container.context.database.read() as connection:
        tokens, variables = connection.execute(sa.select(columns.tokens, columns.variables)).one()
    return len(tokens) + len(variables)


def open_rows(world: World) -> tuple[int, int]:
    tasks = (
        sa.select(sa.func.count())
        .select_from(user_task)
        .where(user_task.c.state.in_((TaskState.OPEN, TaskState.CLAIMED)))
    )
    armed = sa.select(sa.func.count()).select_from(deadline).where(deadline.c.state == DeadlineState.ARMED)
    with world.container.context.database.read() as connection:
        return connection.scalar(tasks) or 0, connection.scalar(armed) or 0


def test_sixty_laps_leave_a_case_as_small_as_twenty(installed: World) -> None:
    case_no = installed.apply("restaurant-verify")
    sizes = []

    for _ in range(LAPS):
        sent_back_and_handed_in(installed, case_no)
        sizes.append((size_of_state(installed), open_rows(installed)))

    early, rows = sizes[EARLY - 1]
    assert sizes[-1][0] <= early + 32  # ids are random and pack unalike
    assert sizes[-1][1] == rows
    assert rows[0] == 1
    installed.complete(case_no, "handle", "window.enshi", "approve")
    assert installed.state_of(case_no) == "delivering"
