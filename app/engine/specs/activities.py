"""Activities: people, services of the host, decision tables, member cases and sub-processes."""

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs.defaults import (
    CallActivity,
    ManualTask,
    NoneTask,
    ServiceTask,
    SubWorkflowTask,
    UserTask,
)

from app.domain.errors import RuleViolation
from app.engine.expressions import Condition, plain, scope_of, write
from app.engine.library_fixes import CaseTask, Decide
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
        value = plain(self.input_expression.value(my_task)) if self.input_expression is not None else {}
        if not isinstance(value, dict):
            raise RuleViolation("input_not_context", element=self.element.id if self.element else "")
        return value


class DecisionTask(CaseNode, ServiceTask):
    """businessRuleTask: decides at once and keeps the result as a variable."""

    def _run_hook(self, my_task: CaseTask) -> bool | None:
        element = self.element
        assert element is not None
        decide: Decide | None = my_task.workflow.top_workflow.decisions.get(element.decision)
        if decide is None:
            raise RuleViolation("decision_unknown", decision=element.decision, element=element.id)
        write(my_task, {element.result or element.decision: plain(decide(scope_of(my_task)))})
        return True


class _Nested(CaseNode):
    """Mixin of activities with a process inside."""

    spec: str

    def _update_hook(self, my_task: CaseTask) -> bool:
        my_task.start()
        my_task.workflow.top_workflow.open_subprocess(my_task, self.spec)
        return False

    def _on_cancel(self, my_task: CaseTask) -> None:
        my_task.workflow.top_workflow.close_subprocess(my_task)


class CaseSubProcess(_Nested, SubWorkflowTask):
    """An embedded sub-process."""


class CaseCallActivity(_Nested, CallActivity):
    """A process of the same document, called; it sees and writes the same variables."""
