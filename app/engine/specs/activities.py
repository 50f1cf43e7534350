"""Activities: people, services of the host, member cases and sub-processes."""

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs.defaults import (
    CallActivity,
    ManualTask,
    NoneTask,
    ServiceTask,
    SubWorkflowTask,
    UserTask,
)

from app.engine.expressions import RESULTS, Condition, context_of
from app.engine.library_fixes import CaseTask
from app.engine.places import place_of
from app.engine.specs.node import CaseNode


class CaseUserTask(CaseNode, UserTask):
    """A person does it with a form."""


class CaseManualTask(CaseNode, ManualTask):
    """A person does it outside the system and says so."""


class CaseNoneTask(CaseNode, NoneTask):
    """A task without type; a person does it."""


HUMAN_TASKS = (CaseUserTask, CaseManualTask, CaseNoneTask)


class MemberCase(CaseNode, UserTask):
    """callActivity calledElement="matter:<code>": waits for a member case outside this instance."""


class ServiceCall(CaseNode, ServiceTask):
    """A service or send task with an operation: started until the host reports."""

    input_expression: Condition | None = None

    def _run_hook(self, _task: CaseTask) -> bool | None:
        return None

    def inputs_for(self, my_task: CaseTask) -> Mapping[str, object]:
        """Evaluate `lb:input`. Raises RuleViolation `input_not_context` when it gives anything but a context."""
        return context_of(self.input_expression, my_task, place_of(my_task))


class _Nested(CaseNode):
    """Mixin of activities with a process inside."""

    spec: str

    def _update_hook(self, my_task: CaseTask) -> bool:
        my_task.start()
        my_task.workflow.top_workflow.open_subprocess(my_task, self.spec, self.locals_for(my_task))
        return False

    def locals_for(self, my_task: CaseTask) -> dict[str, object]:
        """Return what the process inside sees besides the variables: the same locals, shared."""
        return my_task.data

    def _on_cancel(self, my_task: CaseTask) -> None:
        my_task.workflow.top_workflow.close_subprocess(my_task)


class CaseSubProcess(_Nested, SubWorkflowTask):
    """An embedded sub-process."""


class CaseCallActivity(_Nested, CallActivity):
    """A process of the same document or of another file, called; it sees and writes the same variables.

    What steps of another file gave is kept apart from what steps of this one gave, for their ids may be the same.
    """

    def locals_for(self, my_task: CaseTask) -> dict[str, object]:
        """Return the same locals for a process of this document, locals without results for one of another file."""
        process = my_task.workflow
        if process.top_workflow.subprocess_specs[self.spec].file == process.spec.file:
            return my_task.data
        return {**my_task.data, **{group: {} for group in RESULTS}}
