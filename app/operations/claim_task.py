"""Claim, release and hand over a task (领取、退回待领、转办): who has it, nothing about the case."""

from collections.abc import Callable

from app.domain.authority import Person
from app.domain.errors import Conflict, NotFound, Stale
from app.runtime.access import actor_of, refuse_foreign_task, refuse_unfit_receiver
from app.runtime.advance import Result, Target, change_case
from app.runtime.assignment import assign, claim, open_task
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_person
from app.storage.people import find_staff_person
from app.storage.unit_of_work import UnitOfWork


def claim_task(context: Context, person: Person, *, task_id: int) -> Result:
    """Take a task of one's group. Raises Conflict `task_claimed` when somebody else has it."""
    return _change(context, person, task_id, lambda work: claim(person, work, task_id))


def release_task(context: Context, person: Person, *, task_id: int) -> Result:
    """Give a task back to its group."""

    def act(work: Casework) -> Result:
        task = open_task(work, task_id)
        refuse_foreign_task(person, work, task)
        if task.assignee_id != person.staff_id:
            raise Conflict("task_not_claimed", task=str(task_id))
        return assign(work, task, None, "task_released")

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
            task = open_task(work, task_id)
            if version is not None and version != task.version:
                raise Stale("stale", task=str(task_id), version=task.version)
            refuse_foreign_task(person, work, task)
            refuse_unfit_receiver(receiver, work, task)
            result = assign(work, task, to_staff_id, "task_handed_over", reason=reason)
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
