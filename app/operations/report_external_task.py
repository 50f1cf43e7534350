"""Report what a program did with a task it fetched (回报外部任务): it is done, or it failed."""

from collections.abc import Callable, Mapping

import orjson

from app.domain.authority import Person
from app.domain.change_rows.external_tasks import ExternalTaskFacts
from app.domain.errors import Conflict
from app.domain.external_task import Failure, Report
from app.domain.request_key import RequestKey
from app.runtime.access import actor_of
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.external_tasks import complete, fail, held_task
from app.storage.external_tasks import find_case_of_external_task
from app.storage.idempotency import find_response
from app.storage.unit_of_work import UnitOfWork

ENDED = "external_ended"
TRIED = "external_tried"


def complete_external_task(
    context: Context,
    person: Person,
    report: Report,
    *,
    variables: Mapping[str, object],
    request: RequestKey,
) -> Result:
    """Take in what a program returned; the diagram goes on in the same commit.

    request: the same report again gets the stored answer, also when the task is gone with it.
    Raises what `held_task` raises, InvalidInput `invalid` for variables that are not as the topic declares them, and
    RuleViolation when a rule refuses what follows.
    """

    def act(work: Casework, row: ExternalTaskFacts) -> Result:
        complete(work, row, variables)
        return {"id": str(report.task_id), "state": "completed", "retrying": case_summary(work)["retrying"]}

    return _report(context, person, report, act, request)


def fail_external_task(
    context: Context, person: Person, report: Report, *, failure: Failure, request: RequestKey
) -> Result:
    """Take in that a program failed: the diagram catches it, it is tried again later, or it waits for a person.

    Raises what `held_task` raises, and RuleViolation when a rule refuses what follows in the diagram.
    """

    def act(work: Casework, row: ExternalTaskFacts) -> Result:
        return {"id": str(report.task_id), **fail(work, row, failure)}

    return _report(context, person, report, act, request)


def _report(
    context: Context,
    person: Person,
    report: Report,
    act: Callable[[Casework, ExternalTaskFacts], Result],
    request: RequestKey,
) -> Result:
    def change(uow: UnitOfWork) -> Result:
        case_id = find_case_of_external_task(uow.connection, report.task_id)
        if case_id is None:
            return _known_answer(uow, report, request)
        return change_case(
            uow,
            context,
            Target(case_id=case_id),
            lambda work: act(work, held_task(work, person, report)),
            actor=actor_of(person),
            request=request,
        )

    try:
        return in_transaction(context, change)
    except Conflict as conflict:
        # The lease ended and somebody else was given the task between the reading and the writing.
        if conflict.facts.get("part") in (ENDED, TRIED):
            raise Conflict("lease_lost", task=str(report.task_id)) from conflict
        raise


def _known_answer(uow: UnitOfWork, report: Report, request: RequestKey) -> Result:
    """Return the answer a report was given whose task is gone. Raises Conflict `task_closed` for another one."""
    stored = find_response(uow, request)
    if stored is None:
        raise Conflict("task_closed", task=str(report.task_id))
    answer: dict[str, object] = orjson.loads(stored)
    return answer
