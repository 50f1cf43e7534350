"""What was typed for a task is kept for those it is offered to, and leaves with the task."""

import pytest
import sqlalchemy as sa

from app.domain.errors import Conflict, NotFound
from app.operations.save_draft import save_task_draft
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import find_case_id
from app.storage.tables import draft
from tests.world import World


def save(world: World, login: str, task_id: int) -> None:
    save_task_draft(world.container.context, world.person(login), task_id=task_id, version=0, data={"opinion": "待核"})


def drafts_of(world: World, task_id: int) -> int:
    with world.container.context.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(draft).where(draft.c.topic == f"task:{task_id}")
        return int(connection.scalar(query) or 0)


def in_review(world: World) -> tuple[str, int]:
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    return case_no, int(world.open_task(case_no, "review").id)


def test_drafts_of_everybody_leave_with_the_completed_task(shared_world: World) -> None:
    case_no, task_id = in_review(shared_world)
    save(shared_world, "reviewer.enshi", task_id)
    save(shared_world, "reviewer2.enshi", task_id)
    assert drafts_of(shared_world, task_id) == 2

    shared_world.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")

    assert drafts_of(shared_world, task_id) == 0


def test_drafts_leave_with_a_withdrawn_case(shared_world: World) -> None:
    case_no, task_id = in_review(shared_world)
    save(shared_world, "reviewer.enshi", task_id)
    context, applicant = shared_world.container.context, shared_world.person("applicant1")
    with context.database.read() as connection:
        case_id = find_case_id(connection, applicant.scope, case_no)

    withdraw_case(context, applicant, case_id=case_id, reason="不再开店")

    assert drafts_of(shared_world, task_id) == 0


def test_draft_of_a_task_of_others_or_of_a_closed_one_is_refused(shared_world: World) -> None:
    case_no, task_id = in_review(shared_world)

    for login in ("window.lichuan", "decider.enshi", "applicant1"):
        with pytest.raises(NotFound):
            save(shared_world, login, task_id)
    shared_world.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    with pytest.raises(Conflict):
        save(shared_world, "reviewer.enshi", task_id)

    assert drafts_of(shared_world, task_id) == 0
