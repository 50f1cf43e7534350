"""Claim, release and hand over a task (领取、退回待领、转办): who has it, nothing about the case."""

from collections.abc import Callable

from app.domain.authority import Person
from app.domain.change_set import TaskAssignment
from app.domain.errors import Conflict, NotFound, Stale
from app.domain.loaded_case import TaskFacts
from app.domain.vocabulary import TaskState
from app.runtime.access import actor_of, refuse_foreign_task, refuse_unfit_receiver
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_person
from app.storage.people import find_staff_person
from app.storage.unit_of_work import UnitOfWork


def claim_task(context: Context, person: Person, *, task_id: int) -> Result:
    """Take a task of one's group. Raises Conflict `task_claimed` when somebody else has it."""

    def act(work: Casework) -> Result:
        task = _open_task(work, task_id)
        refuse_foreign_task(person, work, task)
        if task.assignee_id not in (None, person.staff_id):
            raise Conflict("task_claimed", task=str(task_id))
        return _assign(work, task, person.staff_id, "task_claimed")

    return _change(context, person, task_id, act)


def release_task(context: Context, person: Person, *, task_id: int) -> Result:
    """Give a task back to its group."""

    def act(work: Casework) -> Result:
        task = _open_task(work, task_id)
        refuse_foreign_task(person, work, task)
        if task.assignee_id != person.staff_id:
            raise Conflict("task_not_claimed", task=str(task_id))
        return _assign(work, task, None, "task_released")

    return _change(context, person, task_id, act)


def hand_over_task(
    context: Context, person: Person, *, task_id: int, to_staff_id: int, reason: str, version: int | None = None
) -> Result:
    """Hand a task over to a named person of the same group, with a reason; they are told.

    Raises NotFound `staff_unknown`, Forbidden `not_permitted` when the receiver does not belong to the task's group.
    """

    def change(uow: UnitOfWork) -> Result:
        receiver = find_staff_person(uow, to_staff_id)
        if receiver is None:
            raise NotFound("staff_unknown", staff=str(to_staff_id))

        def act(work: Casework) -> Result:
            task = _open_task(work, task_id)
            if version is not None and version != task.version:
                raise Stale("stale", task=str(task_id), version=task.version)
            refuse_foreign_task(person, work, task)
            refuse_unfit_receiver(receiver, work, task)
            result = _assign(work, task, to_staff_id, "task_handed_over", reason=reason)
            tell_person(
                work, to_staff_id, "handed_over", {"task": task.title}, key=f"handover:{task_id}:{work.last_seq}"
            )
            return result

        return change_case(uow, context, Target(task_id=task_id), act, actor=actor_of(person))

    return in_transaction(context, change)


def _change(context: Context, person: Person, task_id: int, act: Callable[[Casework], Result]) -> Result:
    return in_transaction(
        context, lambda uow: change_case(uow, context, Target(task_id=task_id), act, actor=actor_of(person))
    )


def _open_task(work: Casework, task_id: int) -> TaskFacts:
    task = next((row for row in work.loaded.tasks if row.id == task_id), None)
    if task is None:
        raise Conflict("task_closed", task=str(task_id))
    return task


def _assign(work: Casework, task: TaskFacts, staff_id: int | None, kind: str, reason: str = "") -> Result:
    state = TaskState.OPEN if staff_id is None else TaskState.CLAIMED
    work.changes.tasks_assigned.append(
        TaskAssignment(id=task.id, version=task.version, assignee_id=staff_id, state=state)
    )
    work.record(kind, {"task": str(task.id), "element": task.element, "to": staff_id, "reason": reason})
    return {
        "task": {"id": str(task.id), "state": state.name.lower(), "version": task.version + 1},
        "case": {"case_no": work.case.case_no, "state": work.state, "version": work.case.version + 1},
    }
