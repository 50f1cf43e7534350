"""A case that is sent back again and again stays as small as it was: finished laps leave nothing in its state."""

from dataclasses import fields

import sqlalchemy as sa

from app.domain.vocabulary import DeadlineState, TaskState
from app.operations.submit_correction import submit_correction
from app.queries.case_page import find_case_id
from app.storage.case_loading import load_case
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


def rows_read(world: World, case_no: str) -> dict[str, int]:
    """Return how many rows of each kind a step of the case reads."""
    with world.container.context.database.write() as uow:
        loaded = load_case(uow, find_case_id(uow.connection, world.person("supervisor.enshi").scope, case_no))
    assert loaded is not None
    found = {field.name: getattr(loaded, field.name) for field in fields(loaded)}
    return {name: len(value) for name, value in found.items() if isinstance(value, tuple)}


def test_sixty_laps_leave_a_case_as_small_as_twenty(installed: World) -> None:
    case_no = installed.apply("restaurant-verify")
    sizes, read = [], []

    for lap in range(1, LAPS + 1):
        sent_back_and_handed_in(installed, case_no)
        sizes.append((size_of_state(installed), open_rows(installed)))
        if lap in (EARLY, LAPS):
            read.append(rows_read(installed, case_no))

    early, rows = sizes[EARLY - 1]
    assert sizes[-1][0] <= early + 32  # ids are random and pack unalike
    assert sizes[-1][1] == rows
    assert rows[0] == 1
    # What the law counts, which papers went out, and who acted: that stays, one lap after the other.
    assert {name for name in read[0] if read[1][name] != read[0][name]} == {"ledger", "handled", "services"}
    assert read[1]["deadlines"] + read[1]["disarmed"] == read[0]["deadlines"] + read[0]["disarmed"] <= 2
    installed.complete(case_no, "handle", "window.enshi", "approve")
    assert installed.state_of(case_no) == "delivering"
