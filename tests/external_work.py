"""What programs of integrators do, without a door: fetch, complete, fail."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.external_task import Failure, Report
from app.domain.request_key import RequestKey, request_key
from app.operations.fetch_external_tasks import FetchedTask, FetchInput, fetch_external_tasks
from app.operations.report_external_task import complete_external_task, fail_external_task
from app.runtime.advance import Result
from app.storage.tables import case_file, external_task
from tests.world import World

TOPIC, MATTER, STEP = "business-register", "online-catering", "lookup"
INTEGRATOR, WORKER = "integrator.es", "register-1"
OPEN: Mapping[str, object] = {"register_status": "open"}


def fetch(
    world: World, *, worker: str = WORKER, limit: int = 100, lease_s: int | None = None, person: Person | None = None
) -> tuple[FetchedTask, ...]:
    """Return the tasks a program gets. person: whose token it has; the integrator's where nobody is named."""
    asked = FetchInput(worker_id=worker, topics=(TOPIC,), limit=limit, lease_s=lease_s)
    return fetch_external_tasks(world.container.context, person or world.person(INTEGRATOR), asked)


def complete(
    world: World,
    task: FetchedTask,
    variables: Mapping[str, object] = OPEN,
    *,
    worker: str = WORKER,
    body: bytes = b"{}",
    person: Person | None = None,
) -> Result:
    """Report a fetched task as done."""
    program = person or world.person(INTEGRATOR)
    return complete_external_task(
        world.container.context,
        program,
        report_of(program, task, worker),
        variables=variables,
        request=key_of(program, task, "complete", body),
    )


def fail(world: World, task: FetchedTask, failure: Failure | None = None, *, worker: str = WORKER) -> Result:
    """Report a fetched task as failed."""
    program = world.person(INTEGRATOR)
    return fail_external_task(
        world.container.context,
        program,
        report_of(program, task, worker),
        failure=failure or Failure(message="no connection"),
        request=key_of(program, task, "failure", b"{}"),
    )


def report_of(program: Person, task: FetchedTask, worker: str) -> Report:
    """Return who reports about which task."""
    return Report(task_id=int(task.id), account_id=program.account_id, worker_id=worker, lease=task.lease)


def key_of(program: Person, task: FetchedTask, act: str, body: bytes) -> RequestKey:
    """Return what names a report when its program sends no key."""
    path = f"/external-tasks/{task.id}/{act}"
    return request_key(actor_id=program.account_id, method="POST", path=path, key=f"lease:{task.lease}", body=body)


def row_of(world: World, case_no: str) -> "sa.Row[tuple[object, ...]] | None":
    """Return the stored task of a case, None when there is none."""
    query = sa.select(external_task).join(case_file, case_file.c.id == external_task.c.case_id)
    with world.container.context.database.read() as connection:
        return connection.execute(query.where(case_file.c.case_no == case_no)).one_or_none()
