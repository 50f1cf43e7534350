"""Catching events: only the host lets them happen, addressed by task and key. No node looks at a clock."""

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    ReceiveTask,
    StartEvent,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from app.engine.expressions import Condition
from app.engine.library_fixes import CaseTask
from app.engine.specs.node import CaseNode

FIRED = "fired"
COUNT = "count"
ENDLESS = -1


class Wait(EventDefinition):
    """What a catching event waits for.

    key: id of the event in the normalised diagram. kind: deadline, message, signal or condition. expression: the time
    limit, name or condition as drawn. repeat: how often a cycle may fire, ENDLESS without a count, 0 for no cycle.
    correlation: of a message, gives the key it is told by; accepts: names of the values it may bring.
    """

    correlation: Condition | None = None
    accepts: tuple[str, ...] = ()

    def __init__(self, *, key: str, kind: str, name: str, expression: str, repeat: int = 0) -> None:
        super().__init__(name)
        self.key = key
        self.kind = kind
        self.expression = expression
        self.repeat = repeat
        self.condition = Condition(expression) if kind == "condition" else None

    def may_happen_again(self, fired_count: int) -> bool:
        """Say whether a non-interrupting event is armed again after `fired_count` times."""
        if self.kind == "deadline":
            return self.repeat == ENDLESS or fired_count < self.repeat
        return self.kind in ("message", "signal")


class CaughtFault(EventDefinition):
    """An error or escalation a boundary event catches. code None catches every code."""

    def __init__(self, kind: str, code: str | None) -> None:
        super().__init__(code)
        self.kind = kind
        self.code = code

    def may_happen_again(self, fired_count: int) -> bool:  # noqa: ARG002
        """Say yes for an escalation; an error ends its activity."""
        return self.kind == "escalation"


class CatchingNode(CaseNode):
    """Mixin of events that wait."""

    event_definition: EventDefinition

    def waits(self) -> tuple[Wait, ...]:
        """Return what it waits for; nothing when the event only passes or catches faults."""
        return (self.event_definition,) if isinstance(self.event_definition, Wait) else ()

    def _update_hook(self, my_task: CaseTask) -> bool:
        if FIRED in my_task.internal_data or self.has_happened(my_task):
            return True
        my_task.wait()
        return False

    def has_happened(self, my_task: CaseTask) -> bool:
        """Say whether there is nothing to wait for: no trigger, or the gateway before it has waited already."""
        return isinstance(self.event_definition, NoneEventDefinition) or isinstance(
            my_task.parent.task_spec, CaseEventGateway
        )


class CaseStartEvent(CaseNode, StartEvent):
    """The host decides when an instance starts, so the trigger drawn at a start does not hold it up."""


class CaseCatchEvent(CatchingNode, IntermediateCatchEvent):
    """An intermediate catching event; without a trigger, such as the rest of a link, it passes."""


class CaseReceiveTask(CatchingNode, ReceiveTask):
    """Waits for a message."""


class CaseBoundaryEvent(CatchingNode, BoundaryEvent):
    """Waits while its activity is open. A non-interrupting message, signal or cycle is armed again when it happened."""

    catches_at_boundary = True
    cancel_activity: bool
    event_definition: Wait | CaughtFault

    @property
    def is_interrupting(self) -> bool:
        """An interrupting event ends the activity."""
        return self.cancel_activity

    def arm_again(self, split: CaseTask, fired: CaseTask) -> None:
        """Wait for the next time, as a new task, if the activity is still open."""
        fired_count = int(fired.internal_data.get(COUNT, 0)) + 1
        if not self.event_definition.may_happen_again(fired_count):
            return
        if any(task.is_live and not task.task_spec.catches_at_boundary for task in split.children):
            again = split.add_child(self)
            again.internal_data[COUNT] = fired_count
            again.wait()


class CaseEventGateway(CatchingNode, EventBasedGateway):
    """Waits for the first of several events. Each keeps its own key, so two deadlines do not mix."""

    _wf_spec: BpmnTaskSpec

    def connect(self, child: BpmnTaskSpec) -> None:
        """Connect without taking the trigger from the event, as the library would."""
        BpmnTaskSpec.connect(self, child)

    def waits(self) -> tuple[Wait, ...]:
        """Return what the events behind it wait for."""
        specs = self._wf_spec.task_specs
        return tuple(wait for name in self._outputs for wait in specs[name].waits())

    def targets(self, my_task: CaseTask) -> list[str]:
        """Choose the event that happened."""
        specs, key = self._wf_spec.task_specs, my_task.internal_data[FIRED]
        return [name for name in self._outputs if any(wait.key == key for wait in specs[name].waits())]

    def has_happened(self, _task: CaseTask) -> bool:
        """Wait always."""
        return False


def open_waits(task: CaseTask) -> tuple[Wait, ...]:
    """Return what `task` waits for now; nothing when it is no waiting event."""
    if not task.is_waiting or not isinstance(task.task_spec, CatchingNode):
        return ()
    return task.task_spec.waits()


def fire(task: CaseTask, key: str) -> None:
    """Let the wait `key` of `task` happen at once, so that nothing of an interrupted activity runs in between."""
    task.internal_data[FIRED] = key
    task.ready()
    task.run()
