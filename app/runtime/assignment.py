"""Who has a task (领取): its assignment, and the next one of a person."""

from collections.abc import Callable

from app.domain.authority import Person
from app.domain.change_rows.tasks import TaskAssignment
from app.domain.errors import Conflict, Forbidden
from app.domain.loaded_case import TaskFacts
from app.domain.vocabulary import TaskState
from app.runtime.access import actor_of, refuse_breach_of_duties, refuse_foreign_task
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context
from app.storage.tasks import holds_task, lock_next_task
from app.storage.unit_of_work import UnitOfWork

MOST_LOOKED_AT = 5


def open_task(work: Casework, task_id: int) -> TaskFacts:
    """Return an open task of the case in hand. Raises Conflict `task_closed`."""
    task = next((row for row in work.loaded.tasks if row.id == task_id), None)
    if task is None:
        raise Conflict("task_closed", task=str(task_id))
    return task


def claim(person: Person, work: Casework, task_id: int) -> Result:
    """Give a task of the person's group into their hands. Raises Conflict `task_claimed` when somebody else has it."""
    task = open_task(work, task_id)
    refuse_foreign_task(person, work, task)
    if task.assignee_id not in (None, person.staff_id):
        raise Conflict("task_claimed", task=str(task_id))
    return assign(work, task, person.staff_id, "task_claimed")


def claim_next(uow: UnitOfWork, context: Context, person: Person) -> None:
    """Claim the most urgent task of the person's groups, as the last act of a transaction.

    Who still holds a task keeps to that one. What lies in somebody's hands is passed over without waiting, so that two
    clerks never get the same task nor wait for each other; so is a task whose case the person already examined.
    """
    if person.staff_id is None or holds_task(uow, person.staff_id):
        return
    passed: list[int] = []
    while len(passed) < MOST_LOOKED_AT:
        task_id = lock_next_task(uow, group_ids=person.group_ids, passed=passed)
        if task_id is None:
            return
        try:
            change_case(uow, context, Target(task_id=task_id), _claim_fit(person, task_id), actor=actor_of(person))
        except Forbidden:
            passed.append(task_id)
        else:
            return


def assign(work: Casework, task: TaskFacts, staff_id: int | None, kind: str, reason: str = "") -> Result:
    """Put a task into somebody's hands, or back to its group; returns it and its case as they are afterwards."""
    state = TaskState.OPEN if staff_id is None else TaskState.CLAIMED
    work.changes.tasks_assigned.append(
        TaskAssignment(id=task.id, version=task.version, assignee_id=staff_id, state=state)
    )
    work.record(kind, {"task": str(task.id), "element": task.element, "to": staff_id, "reason": reason})
    return {
        "task": {"id": str(task.id), "state": state.name.lower(), "version": task.version + 1},
        "case": {"case_no": work.case.case_no, "state": work.state, "version": work.case.version + 1},
    }


def _claim_fit(person: Person, task_id: int) -> Callable[[Casework], Result]:
    def act(work: Casework) -> Result:
        refuse_breach_of_duties(person, work, open_task(work, task_id))
        return claim(person, work, task_id)

    return act
