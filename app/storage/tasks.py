"""Open tasks of a person (待办): what they hold, and the next one nobody holds."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from app.storage.dialects import skip_locked
from app.storage.tables import case_file, case_party, user_task
from app.storage.unit_of_work import UnitOfWork

T = user_task.c
IS_CLAIMED = sa.text("user_task.state = 1")
IS_OFFERED = sa.text("user_task.state = 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOwner:
    """Whose task it is: of a work group, or of the applicant of its case."""

    state: int
    role: str
    group_id: int
    applicant_account_id: int | None


def find_task_owner(uow: UnitOfWork, task_id: int) -> TaskOwner | None:
    """Return whose task it is; None when there is no such task."""
    query = (
        sa.select(T.state, T.role, T.group_id, case_party.c.account_id.label("applicant_account_id"))
        .outerjoin(case_party, case_party.c.case_id == T.case_id)
        .where(T.id == task_id)
    )
    row = uow.connection.execute(query).one_or_none()
    return TaskOwner(**row._asdict()) if row else None


def holds_task(uow: UnitOfWork, staff_id: int) -> bool:
    """Say whether an officer has a task in hand."""
    query = sa.select(T.id).where(IS_CLAIMED, T.assignee_id == staff_id).limit(1)
    return uow.connection.scalar(query) is not None


def lock_next_task(uow: UnitOfWork, *, group_ids: Collection[int], passed: Collection[int]) -> int | None:
    """Lock the most urgent task offered to one of these groups, with its case; None when there is none.

    passed: ids to leave out. Rows that somebody holds are skipped, never waited for, so no second lock can close a circle.
    """
    query = (
        sa.select(T.id)
        .join(case_file, case_file.c.id == T.case_id)
        .where(IS_OFFERED, T.group_id.in_(sorted(group_ids)), T.id.not_in(sorted(passed)))
        .order_by(T.sort_at, T.id)
        .limit(1)
    )
    found: int | None = uow.connection.scalar(skip_locked(query, user_task, case_file))
    return found
