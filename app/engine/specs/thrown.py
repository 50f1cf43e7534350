"""Throwing events: messages leave, signals are also heard here, faults go outwards to the nearest activity."""

from SpiffWorkflow.bpmn.specs.defaults import EndEvent, IntermediateThrowEvent, SendTask
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from app.domain.snapshot import Thrown
from app.engine.correlation import correlation_key
from app.engine.expressions import Condition, context_of
from app.engine.library_fixes import CaseTask
from app.engine.places import place_of
from app.engine.specs.node import CaseNode, boundary_split_of
from app.engine.specs.waits import CaughtFault, fire, open_waits

FAULTS = ("error", "escalation")


class Throw(EventDefinition):
    """What an event throws. kind: message, signal, error, escalation, terminate, or none.

    correlation, inputs: of a message, give the key it finds its receiver by and the values it brings.
    """

    correlation: Condition | None = None
    inputs: Condition | None = None

    def __init__(self, kind: str = "none", name: str = "", code: str = "") -> None:
        super().__init__(name)
        self.kind = kind
        self.code = code


class ThrowingNode(CaseNode):
    """Mixin of events that throw when they are left."""

    event_definition: Throw

    def _on_complete_hook(self, my_task: CaseTask) -> None:
        thrown, process = self.event_definition, my_task.workflow
        top = process.top_workflow
        match thrown.kind:
            case "terminate":
                for task in list(process.live.values()):
                    task.cancel()
            case "error" | "escalation":
                activity = process.parent_task
                if activity is None or not catch_outwards(activity, thrown.kind, thrown.code):
                    top.thrown.append(Thrown(kind=thrown.kind, name=thrown.name, code=thrown.code))
            case "message":
                top.thrown.append(_message(my_task, thrown))
            case "signal":
                top.thrown.append(Thrown(kind="signal", name=thrown.name, element=place_of(my_task)))
                for task in list(top.live_tasks()):
                    for wait in open_waits(task):
                        if wait.kind == "signal" and wait.name == thrown.name and task.is_waiting:
                            fire(task, wait.key)


class CaseThrowEvent(ThrowingNode, IntermediateThrowEvent):
    """An intermediate throwing event; without a trigger it passes."""


class CaseSendTask(ThrowingNode, SendTask):
    """Sends a message through the host."""


class CaseEndEvent(ThrowingNode, EndEvent):
    """Ends its token; a terminate event ends every token of its process."""


def _message(task: CaseTask, thrown: Throw) -> Thrown:
    element = place_of(task)
    key = correlation_key(thrown.correlation, task, element)
    data = context_of(thrown.inputs, task, element)
    return Thrown(kind="message", name=thrown.name, element=element, correlation=key, data=data)


def is_caught(activity: CaseTask, kind: str, code: str) -> bool:
    """Say whether a boundary event would catch a fault of `activity`."""
    return _catcher(activity, kind, code) is not None


def catch_outwards(activity: CaseTask, kind: str, code: str) -> bool:
    """Give a fault of `activity` to the nearest boundary event that catches it. Returns whether one caught it."""
    catcher = _catcher(activity, kind, code)
    if catcher is None:
        return False
    fire(catcher, catcher.task_spec.name)
    return True


def _catcher(activity: CaseTask, kind: str, code: str) -> CaseTask | None:
    """Find the boundary event that catches a fault, from inside out.

    An event for this very code goes before one for every code. The library offers it to all boundary events of a
    level, also to those of other activities.
    """
    current: CaseTask | None = activity
    while current is not None:
        split = boundary_split_of(current)
        waiting: list[CaseTask] = [task for task in split.children if task.is_waiting] if split is not None else []
        for wanted in (code, None):
            for task in waiting:
                fault = task.task_spec.event_definition
                if isinstance(fault, CaughtFault) and fault.kind == kind and fault.code == wanted:
                    return task
        current = current.workflow.parent_task
    return None
