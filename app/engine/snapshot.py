"""Say what an instance waits for, in values that know nothing of the engine library."""

from collections.abc import Iterator

from app.domain.snapshot import OpenMember, OpenService, OpenTask, OpenWait, Snapshot
from app.engine.expressions import INSTANCE, RESULTS, enclosing_instances
from app.engine.library_fixes import CaseTask
from app.engine.limits import limit_at
from app.engine.places import place_of, place_of_wait
from app.engine.runner import Instance
from app.engine.specs.activities import HUMAN_TASKS, MemberCase, ServiceCall
from app.engine.specs.instances import ParallelInstances, SequentialInstances
from app.engine.specs.waits import CaseBoundaryEvent, open_waits


def take(instance: Instance) -> Snapshot:
    """Return everything `instance` waits for, in the order it came up, and what was thrown since the move began.

    Task ids are 32 hexadecimal digits and stay the same over saving and loading. Element ids are the author's, as
    `places` tells them. Thrown
    events stay until the next move, so taking twice in one move loses none. Raises RuleViolation
    `input_not_context` and what an `lb:input` expression raises.
    """
    tasks: list[OpenTask] = []
    waits: list[OpenWait] = []
    members: list[OpenMember] = []
    services: list[OpenService] = []
    for task in instance.workflow.live_tasks():
        spec = task.task_spec
        if isinstance(spec, MemberCase):
            members.append(_member(task))
        elif isinstance(spec, HUMAN_TASKS):
            tasks.append(_task(task))
        elif isinstance(spec, ServiceCall) and task.is_started:
            services.append(_service(task, spec))
        else:
            waits.extend(_waits(task))
    thrown = tuple(instance.workflow.thrown)
    instance.workflow.taken_count = len(thrown)
    return Snapshot(
        open_tasks=tuple(tasks),
        waits=tuple(waits),
        members=tuple(members),
        services=tuple(services),
        thrown=thrown,
        ended=instance.ended,
    )


def _task(task: CaseTask) -> OpenTask:
    element = task.task_spec.element
    return OpenTask(
        task_id=task.id.hex,
        element=place_of(task),
        name=element.name,
        lane=element.lane,
        role=element.role,
        office=element.office,
        form_key=element.form_key,
        outcomes=element.outcomes,
        limit=limit_at(task, task.task_spec.bpmn_id, element.limit),
        decides=element.decides,
        starts_clock=element.starts_clock,
        signatures=element.signatures,
        handled_by=element.handled_by,
        instance_no=_instance_no(task),
        locals=_locals(task),
    )


def _instance_no(task: CaseTask) -> int | None:
    """Count the innermost instances `task` is part of from 1. Rounds of a loop are no instances: each is the same step."""
    for instance in enclosing_instances(task):
        if isinstance(instance.parent.task_spec, ParallelInstances | SequentialInstances):
            return int(instance.internal_data[INSTANCE]) + 1
    return None


def _member(task: CaseTask) -> OpenMember:
    element = task.task_spec.element
    return OpenMember(
        task_id=task.id.hex,
        element=place_of(task),
        name=element.name,
        matter_code=element.matter_code,
        handled_by=element.handled_by,
        locals=_locals(task),
    )


def _service(task: CaseTask, spec: ServiceCall) -> OpenService:
    element = task.task_spec.element
    return OpenService(
        task_id=task.id.hex,
        element=place_of(task),
        name=element.name,
        operation=element.operation,
        topic=element.topic,
        inputs=spec.inputs_for(task),
        locals=_locals(task),
    )


def _waits(task: CaseTask) -> Iterator[OpenWait]:
    for wait in open_waits(task):
        split = task.parent
        is_boundary = isinstance(task.task_spec, CaseBoundaryEvent)
        yield OpenWait(
            task_id=task.id.hex,
            key=place_of_wait(task, wait.key),
            kind=wait.kind,
            name=wait.name,
            expression=limit_at(task, wait.key, wait.expression),
            attached_to=place_of_wait(task, split.task_spec.activity_id) if is_boundary else "",
            interrupting=is_boundary and task.task_spec.is_interrupting,
            accepts=wait.accepts,
            locals=_locals(task),
        )


def _locals(task: CaseTask) -> dict[str, object]:
    return {name: value for name, value in task.data.items() if name not in RESULTS} if task.data else {}
