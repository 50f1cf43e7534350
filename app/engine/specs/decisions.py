"""Business rule tasks: they decide at once by the tables of their definition; what cannot be decided stays open."""

from SpiffWorkflow.bpmn.specs.defaults import ServiceTask

from app.domain.decisions import DecisionModel
from app.domain.errors import CaseworkError, RuleViolation
from app.domain.snapshot import Decided
from app.engine.expressions import Condition, plain, scope_of, write
from app.engine.library_fixes import CaseTask
from app.engine.places import place_of
from app.engine.specs.node import CaseNode
from app.engine.specs.thrown import catch_outwards


class DecisionTask(CaseNode, ServiceTask):
    """Keeps the result as a variable. input_expression: gives the context the tables see; without it, all variables."""

    input_expression: Condition | None = None

    def _run_hook(self, my_task: CaseTask) -> bool | None:
        workflow = my_task.workflow.top_workflow
        try:
            self.decide(my_task, workflow.decisions)
        except CaseworkError as fault:
            workflow.decided.append(self._failed(my_task, fault))
            return None
        return True

    def decide(self, my_task: CaseTask, decisions: DecisionModel) -> None:
        """Decide and keep the result. Raises NotFound, DecisionFault, FeelStopped, RuleViolation `input_not_context`."""
        element = self.element
        assert element is not None
        workflow = my_task.workflow.top_workflow
        scope = scope_of(my_task)
        if self.input_expression is not None:
            given = plain(self.input_expression.value(my_task))
            if not isinstance(given, dict):
                raise RuleViolation("input_not_context", element=place_of(my_task))
            scope = given
        result = decisions.decide(element.decision, scope, run=workflow.feel_run)
        write(my_task, {element.result or element.decision: plain(result.value)})
        workflow.decided.append(
            Decided(task_id=my_task.id.hex, element=place_of(my_task), decision=element.decision, result=result)
        )

    def _failed(self, my_task: CaseTask, fault: CaseworkError) -> Decided:
        element = self.element
        assert element is not None
        return Decided(
            task_id=my_task.id.hex,
            element=place_of(my_task),
            decision=element.decision,
            fault=fault.code,
            facts=dict(fault.facts),
        )


def catch_failed(my_task: CaseTask, fault: str) -> bool:
    """Give what could not be decided to the nearest boundary event for errors. Returns whether one caught it."""
    return my_task.is_started and catch_outwards(my_task, "error", fault)
