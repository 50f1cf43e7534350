"""FEEL over the variables of the instance and the locals of a multi-instance activity; nothing else is evaluated.

Variables stand once in the instance and the last write wins. Locals belong to one instance of a multi-instance
activity: its item, the output it sets, and its own outcomes. They are seen inside that instance only. A process called
from another file has locals of its own as well: the results of its steps.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from app.domain.errors import RuleViolation
from app.domain.feel import compile_expression
from app.domain.feel.months import Months
from app.domain.feel.values import say_moment
from app.engine.library_fixes import CaseTask

INSTANCE = "instance"
LARGEST_WHOLE = 2**63 - 1
SCOPED = ("outcomes", "members", "messages")
RESULTS = (*SCOPED, "answers")


class CaseExpressions(PythonScriptEngine):
    """Takes the place of the library's Python evaluator: expressions are FEEL, scripts are refused."""

    def __init__(self) -> None:
        """Build no environment: there is nothing that may run an author's code."""

    def evaluate(self, task: CaseTask, expression: str, external_context: object = None) -> object:  # noqa: ARG002
        """Evaluate FEEL text over the scope of `task`."""
        return compile_expression(expression)(scope_of(task), task.workflow.top_workflow.feel_run)

    def execute(self, task: CaseTask, script: str, external_context: object = None) -> None:  # noqa: ARG002
        """Refuse. Raises PermissionError always."""
        raise PermissionError("scripts are not run; use a service task or a decision table")


class Condition:
    """A condition of a flow or event, compiled once when the definition is parsed."""

    __slots__ = ("expression", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.expression = compile_expression(text)

    def holds(self, task: CaseTask) -> bool:
        """Only `true` holds; null, as FEEL gives for a missing name, does not."""
        return self.value(task) is True

    def value(self, task: CaseTask) -> object:
        """Return the value over the scope of `task`. Raises FeelStopped when the move has used up its steps."""
        return self.expression(scope_of(task), task.workflow.top_workflow.feel_run)


def context_of(expression: Condition | None, task: CaseTask, element: str) -> dict[str, object]:
    """Return the values `lb:input` of `element` gives, in JSON types; none without one.

    Raises RuleViolation `input_not_context` when it gives anything but a context.
    """
    value = plain(expression.value(task)) if expression is not None else {}
    if not isinstance(value, dict):
        raise RuleViolation("input_not_context", element=element)
    return value


def scope_of(task: CaseTask) -> Mapping[str, object]:
    """Return what an expression at `task` sees: variables, overlaid with locals."""
    variables: dict[str, object] = task.workflow.top_workflow.data
    return {**variables, **task.data} if task.data else variables


def enclosing_instances(task: CaseTask) -> Iterator[CaseTask]:
    """Yield the task of each instance of a multi-instance activity that `task` is part of, innermost first."""
    current: CaseTask | None = task
    while current is not None:
        if INSTANCE in current.internal_data:
            yield current
        current = current.workflow.parent_task


def write(task: CaseTask, values: Mapping[str, object]) -> None:
    """Keep `values`: the output items of enclosing instances as locals, everything else as variables."""
    left = dict(values)
    seen_locals: list[dict[str, object]] = []
    for instance in enclosing_instances(task):
        seen_locals.append(instance.data)
        name = instance.parent.task_spec.output_item
        if name is not None and name in left:
            value = left.pop(name)
            for scope in seen_locals:
                scope[name] = value
    task.workflow.top_workflow.data.update(left)


def write_output(task: CaseTask, candidates: Mapping[str, object]) -> None:
    """Set the output item of the innermost instance when `candidates` holds a value of that name."""
    for instance in enclosing_instances(task):
        name = instance.parent.task_spec.output_item
        if name is not None and name in candidates:
            instance.data[name] = candidates[name]
        return


def write_result(task: CaseTask, group: str, element: str, value: object) -> None:
    """Set `<group>.<element>`, such as `outcomes.check`; inside an instance also for that instance alone.

    What a step of a called file gave stands under the call, as `outcomes.<call>.<element>`; in that file, and for that
    call alone, as `outcomes.<element>`. Answers are kept once for all instances.
    """
    current: CaseTask | None = task
    while current is not None:
        is_instance = INSTANCE in current.internal_data
        if is_instance and group in SCOPED:
            current.data[group] = {**_as_dict(scope_of(current).get(group)), element: value}
        caller = current.workflow.parent_task
        if caller is not None and current.workflow.is_of_other_file:
            scope = process_locals(current)
            scope[group] = {**_as_dict(scope.get(group)), element: value}
            element, value = caller.task_spec.element.id, scope[group]
        current = caller
    variables: dict[str, object] = task.workflow.top_workflow.data
    variables[group] = {**_as_dict(variables.get(group)), element: value}


def process_locals(task: CaseTask) -> dict[str, object]:
    """Return the locals all tasks of the process of `task` share, without those of an instance."""
    found: dict[str, object] = task.parent.data if INSTANCE in task.internal_data else task.data
    return found


def plain(value: object) -> Any:
    """Return `value` in JSON types, as it will be after the next load: numbers, texts, lists and dictionaries."""
    match value:
        case Decimal() | int():
            return _json_number(value)
        case date() | time() | timedelta() | Months():
            return say_moment(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def _json_number(value: Decimal | int) -> object:
    """Return a whole number where JSON can hold it, else the nearest one; a text for what is beyond every number."""
    if isinstance(value, Decimal) and (not value.is_finite() or value != value.to_integral_value()):
        return float(value) if value.is_finite() else str(value)
    whole = int(value) if isinstance(value, Decimal) else value
    if -LARGEST_WHOLE <= whole <= LARGEST_WHOLE:
        return whole
    try:
        return float(whole)
    except OverflowError:
        return str(value)


def _as_dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
