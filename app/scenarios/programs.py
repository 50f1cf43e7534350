"""What a program of an integrator does in a scenario: it fetches the work at an element and reports."""

from app.domain.authority import Person
from app.domain.external_task import Failure, Report
from app.domain.request_key import request_key
from app.operations.fetch_external_tasks import FetchInput, fetch_external_tasks
from app.operations.report_external_task import complete_external_task, fail_external_task
from app.queries.case_page import CaseView
from app.queries.external_tasks import WaitingForProgram, list_waiting_for_programs
from app.scenarios.world import Facts, NoSuchTask, World

WORKER = "scenario"
MOST = 100


def report_of_program(world: World, case: CaseView, person: Person, facts: Facts) -> object:
    """Bring the work at `external` back as done with `variables`, or as failed with `error`.

    Raises NoSuchTask when no work waits at the element.
    """
    element = str(facts["external"])
    topic = _waiting(world, case, element).topic
    fetch_external_tasks(world.context, person, FetchInput(worker_id=WORKER, topics=(topic,), limit=MOST))
    task = _waiting(world, case, element)
    report = Report(task_id=int(task.id), account_id=person.account_id, worker_id=WORKER, lease=task.lease)
    key, path = f"lease:{task.lease}", f"/external-tasks/{task.id}"
    request = request_key(actor_id=person.account_id, method="POST", path=path, key=key, body=b"")
    if "error" not in facts:
        return complete_external_task(
            world.context,
            person,
            report,
            variables=facts.get("variables", {}),
            request=request,
        )
    code = str(facts["error"])
    failure = Failure(message=facts.get("message", code), error_code=code, retries=facts.get("retries"))
    return fail_external_task(world.context, person, report, failure=failure, request=request)


def _waiting(world: World, case: CaseView, element: str) -> WaitingForProgram:
    with world.context.database.read() as connection:
        found = list_waiting_for_programs(connection, int(case.id))
    task = next((item for item in found if item.element == element), None)
    if task is None:
        raise NoSuchTask(element)
    return task
