"""Begin an instance and apply moves to it. Pure: no rows, no clock, no outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import Conflict
from app.domain.moves import (
    Cancel,
    CloseMember,
    CompleteTask,
    Correlate,
    DecideAgain,
    FailService,
    FinishService,
    FireDeadline,
    Move,
    Start,
)
from app.domain.snapshot import Decided, Thrown
from app.engine.correlation import correlation_key
from app.engine.expressions import CaseExpressions, scope_of, write, write_output, write_result
from app.engine.library_fixes import CaseTask, CaseWorkflow, HostFunction
from app.engine.parser import Definition
from app.engine.places import place_of, place_of_wait
from app.engine.specs.activities import HUMAN_TASKS, MemberCase, ServiceCall
from app.engine.specs.decisions import DecisionTask
from app.engine.specs.thrown import catch_outwards, is_caught
from app.engine.specs.waits import Wait, fire, open_waits
from app.engine.steps import advance

EXPRESSIONS = CaseExpressions()
MESSAGES = ("message", "signal")
NO_FUNCTIONS: Mapping[str, HostFunction] = {}


@dataclass(slots=True, kw_only=True)
class Instance:
    """A live process instance (流程实例). `workflow` is for this package alone."""

    definition: Definition
    workflow: CaseWorkflow

    @property
    def variables(self) -> dict[str, object]:
        """The variables, once per instance; the host may read and set them between moves."""
        variables: dict[str, object] = self.workflow.data
        return variables

    @property
    def ended(self) -> bool:
        """Ended by its diagram or cancelled."""
        return bool(self.workflow.completed)


def new_workflow(
    definition: Definition, variables: dict[str, object], *, functions: Mapping[str, HostFunction]
) -> CaseWorkflow:
    """Return an instance without tokens, which `begin` and the codec fill."""
    workflow = CaseWorkflow(definition.spec, definition.subprocess_specs, EXPRESSIONS)
    workflow.data = variables
    workflow.decisions = definition.decisions
    workflow.functions = functions
    workflow.watches = definition.watches
    workflow.begin_move()
    return workflow


def begin(
    definition: Definition,
    variables: Mapping[str, object],
    *,
    functions: Mapping[str, HostFunction] = NO_FUNCTIONS,
) -> Instance:
    """Begin an instance and run it until it waits.

    variables: JSON values. functions: FEEL functions the host lends, such as `working days between` with the calendar of
    the case.
    Raises what `apply` raises.
    """
    workflow = new_workflow(definition, dict(variables), functions=functions)
    workflow.open({})
    advance(workflow)
    return Instance(definition=definition, workflow=workflow)


def apply(instance: Instance, move: Move) -> None:
    """Let one thing happen and run until the instance waits again.

    Raises Conflict when the move does not fit, before anything has changed: `task_not_open`, `service_not_running`,
    `wait_not_open`, `decision_not_open`, `instance_ended`, `already_started`. CloseMember for a task that is gone is no
    error: the member has left already. Raises LoopLimit, NoMatchingFlow or FeelStopped while running, DecideAgain what
    the decision raises; the instance must be dropped then.
    """
    workflow = instance.workflow
    if not isinstance(move, FinishService | FailService):
        # What no snapshot has shown yet was thrown by an earlier move of the same change, and is still to leave.
        del workflow.thrown[: workflow.taken_count]
        workflow.taken_count = 0
    workflow.begin_move()
    _let_happen(instance, move)
    advance(workflow)


def waits(instance: Instance, task_id: str, key: str) -> bool:
    """Say whether a wait for a message or a signal is still open."""
    task = _find(instance, task_id)
    return task is not None and any(place_of_wait(task, wait.key) == key for wait in open_waits(task))


def take_decided(instance: Instance) -> tuple[Decided, ...]:
    """Return what business rule tasks decided, or failed to decide, since this was asked last; each is told once."""
    decided = tuple(instance.workflow.decided)
    instance.workflow.decided.clear()
    return decided


def catches(instance: Instance, task_id: str, error_code: str) -> bool:
    """Say whether a boundary event would catch an error of a running service. Raises Conflict `service_not_running`."""
    return is_caught(_running_service(instance, task_id), "error", error_code)


def _let_happen(instance: Instance, move: Move) -> None:
    match move:
        case Start():
            raise Conflict("already_started")
        case CompleteTask():
            _complete_task(instance, move)
        case CloseMember():
            _close_member(instance, move)
        case FireDeadline():
            _fire(instance, move.task_id, move.key, kinds=("deadline",))
        case Correlate():
            _fire(instance, move.task_id, move.key, kinds=MESSAGES, data=move.data)
        case FinishService():
            _finish_service(instance, move)
        case FailService():
            _fail_service(instance, move)
        case DecideAgain():
            _decide_again(instance, move)
        case Cancel():
            _cancel(instance)


def _complete_task(instance: Instance, move: CompleteTask) -> None:
    task = _find(instance, move.task_id)
    if task is None or not task.is_ready or not isinstance(task.task_spec, HUMAN_TASKS):
        raise Conflict("task_not_open", task=move.task_id)
    element = _element(task)
    data = dict(move.data)
    answers = data.pop("answers", None)
    own = answers.get(place_of(task)) if isinstance(answers, dict) else None
    _take_values(task, data, {"outcome": move.outcome, **(own if isinstance(own, dict) else {})})
    if isinstance(own, dict):
        write_result(task, "answers", element, own)
    known = scope_of(task).get("outcomes")
    if move.outcome is not None or (isinstance(known, dict) and element in known):
        write_result(task, "outcomes", element, move.outcome)
    task.run()


def _close_member(instance: Instance, move: CloseMember) -> None:
    task = _find(instance, move.task_id)
    if task is None:
        return
    if not task.is_ready or not isinstance(task.task_spec, MemberCase):
        raise Conflict("task_not_open", task=move.task_id)
    result = dict(move.result)
    write_output(task, {"result": result, **result})
    write_result(task, "members", _element(task), result)
    task.run()


def correlation_of(instance: Instance, task_id: str, key: str) -> str:
    """Return the key a message needs for an open wait, by the variables as they are now; empty where it needs none.

    Raises Conflict `wait_not_open`, RuleViolation `correlation_unusable`.
    """
    task, wait = _open_wait(instance, task_id, key, MESSAGES)
    return correlation_key(wait.correlation, task, place_of_wait(task, wait.key))


def _fire(
    instance: Instance, task_id: str, key: str, *, kinds: tuple[str, ...], data: Mapping[str, object] | None = None
) -> None:
    task, wait = _open_wait(instance, task_id, key, kinds)
    if data:
        write_output(task, data)
        write_result(task, "messages", str(task.workflow.spec.origin.get(wait.key, wait.key)), dict(data))
    fire(task, wait.key)


def _open_wait(instance: Instance, task_id: str, key: str, kinds: tuple[str, ...]) -> tuple[CaseTask, Wait]:
    task = _find(instance, task_id)
    for wait in open_waits(task) if task is not None else ():
        assert task is not None
        if key in (wait.key, place_of_wait(task, wait.key)) and wait.kind in kinds:
            return task, wait
    raise Conflict("wait_not_open", task=task_id, key=key)


def _fail_service(instance: Instance, move: FailService) -> None:
    """Give the error to the nearest boundary event; when nobody catches it the service stays open."""
    task = _running_service(instance, move.task_id)
    if not catch_outwards(task, "error", move.error_code):
        thrown = Thrown(kind="error", name=place_of(task), code=move.error_code)
        instance.workflow.thrown.append(thrown)


def _finish_service(instance: Instance, move: FinishService) -> None:
    task = _running_service(instance, move.task_id)
    _take_values(task, move.data, {})
    task.complete()


def _decide_again(instance: Instance, move: DecideAgain) -> None:
    """Decide by other tables what could not be decided; a fault of these is the caller's."""
    task = _find(instance, move.task_id)
    if task is None or not task.is_started or not isinstance(task.task_spec, DecisionTask):
        raise Conflict("decision_not_open", task=move.task_id)
    task.task_spec.decide(task, move.decisions)
    task.complete()


def _cancel(instance: Instance) -> None:
    if instance.ended:
        raise Conflict("instance_ended")
    instance.workflow.cancel()


def _running_service(instance: Instance, task_id: str) -> CaseTask:
    task = _find(instance, task_id)
    if task is None or not task.is_started or not isinstance(task.task_spec, ServiceCall):
        raise Conflict("service_not_running", task=task_id)
    return task


def _take_values(task: CaseTask, data: Mapping[str, object], also: Mapping[str, object]) -> None:
    """Merge `data`. What an instance gives out may also stand in `also`, which is not kept as a variable."""
    write_output(task, also)
    write(task, data)


def _find(instance: Instance, task_id: str) -> CaseTask | None:
    try:
        return instance.workflow.find_live(UUID(hex=task_id))
    except ValueError:
        return None


def _element(task: CaseTask) -> str:
    return str(task.task_spec.element.id)
