"""Complete a task (完成环节)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.authority import Person
from app.domain.errors import Conflict, InvalidInput, Stale
from app.domain.loaded_case import TaskFacts
from app.domain.moves import CompleteTask
from app.domain.request_key import RequestKey
from app.domain.vocabulary import TaskState
from app.runtime.access import actor_of, refuse_breach_of_duties, refuse_foreign_task
from app.runtime.advance import Result, Target, case_summary, change_case, moved
from app.runtime.answers import checked_answers
from app.runtime.assignment import claim_next
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.decision import refuse_after_deemed, refuse_second_result
from app.runtime.materials import mark_materials
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a person hands in. version: of the task, as it was shown. marks: requirement -> (state, remark)."""

    task_id: int
    version: int
    outcome: str
    data: Mapping[str, object] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def complete_task(
    context: Context,
    person: Person,
    completion: Completion,
    *,
    claims_next: bool = False,
    request: RequestKey | None = None,
) -> Result:
    """Complete a task with an outcome and the answers of its form; the diagram goes on in the same commit.

    claims_next: claim the person's next task in the same transaction; a repeated request claims nothing.
    Returns the task and the case as they are afterwards.
    Raises NotFound (not visible), Forbidden (not this person's), Stale (the task changed since it was shown), Conflict
    `task_closed`, `decision_after_due`, `decision_after_deemed`, `external_result_exists`, `correction_requests_open`
    (acceptance of a joint case while requests of its departments wait), InvalidInput `outcome_unknown`,
    `material_missing` (acceptance without all that is required) or `invalid`, the latter two with one item per fault.
    """
    is_new = False

    def act(work: Casework) -> Result:
        nonlocal is_new
        is_new = True
        task = _task(work, completion)
        refuse_foreign_task(person, work, task)
        refuse_breach_of_duties(person, work, task)
        answers = checked_answers(work, task, completion.data, outcome=completion.outcome)
        mark_materials(work, completion.marks)
        moved(work, CompleteTask(task_id=task.engine_task, outcome=completion.outcome, data=answers))
        return {
            "task": {"id": str(task.id), "state": "completed", "outcome": completion.outcome},
            "case": case_summary(work),
        }

    def change(uow: UnitOfWork) -> Result:
        nonlocal is_new
        is_new = False
        target = Target(task_id=completion.task_id)
        result = change_case(uow, context, target, act, actor=actor_of(person), request=request)
        if claims_next and is_new:
            claim_next(uow, context, person)
        return result

    return in_transaction(context, change)


def _task(work: Casework, completion: Completion) -> TaskFacts:
    task = next((row for row in work.loaded.tasks if row.id == completion.task_id), None)
    if task is None or task.state >= TaskState.COMPLETED:
        refuse_after_deemed(work, completion.outcome)
        refuse_second_result(work)
        raise Conflict("task_closed", task=str(completion.task_id))
    if task.version != completion.version:
        raise Stale("stale", task=str(task.id), version=task.version)
    if task.outcomes and completion.outcome not in task.outcomes:
        raise InvalidInput("outcome_unknown", outcome=completion.outcome, offered=", ".join(task.outcomes))
    return task
