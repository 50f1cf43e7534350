"""Multi-instance activities and loops: a marker that waits while instances of its activity run.

Nothing leaks out of an instance except the named output item, which is collected by position.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    StandardLoopTask,
)

from app.domain.errors import RuleViolation
from app.engine.expressions import INSTANCE, Condition, plain, scope_of, write
from app.engine.library_fixes import CaseTask
from app.engine.places import place_of
from app.engine.specs.node import CaseNode

MAX_INSTANCES = 500
DONE = "done"
ITEMS = "items"


class _Marker(CaseNode):
    """Mixin of the node that stands for all instances. `task_spec` names the node each instance runs."""

    task_spec: str
    output_item: str | None = None
    _wf_spec: BpmnTaskSpec

    def repeated(self) -> Any:
        """Return the node each instance runs."""
        return self._wf_spec.task_specs[self.task_spec]

    def open_instance(self, marker: CaseTask, index: int, locals_: dict[str, object]) -> None:
        """Begin one instance with locals of its own."""
        child = marker.add_child(self.repeated())
        child.internal_data[INSTANCE] = index
        child.data = {**marker.data, **locals_}
        child.enter()


class _Instances(_Marker):
    """Mixin of the multi-instance markers. collection: gives a list or a number; exactly one reading is drawn."""

    collection: Condition
    item_name: str | None = None
    output_name: str | None = None
    completion: Condition | None = None

    def items_for(self, marker: CaseTask) -> list[object]:
        """Return the items; a number n gives 0..n-1, null none. Raises RuleViolation for anything else or too many."""
        value = plain(self.collection.value(marker))
        if isinstance(value, int) and not isinstance(value, bool):
            value = list(range(value)) if value <= MAX_INSTANCES else [None] * (MAX_INSTANCES + 1)
        if value is None:
            value = []
        if not isinstance(value, list):
            raise RuleViolation("instances_not_a_list", element=place_of(marker))
        if len(value) > MAX_INSTANCES:
            raise RuleViolation("too_many_instances", element=place_of(marker), limit=MAX_INSTANCES)
        return value

    def begin(self, marker: CaseTask, items: list[object]) -> None:
        """Reset what is counted and collected."""
        marker.start()
        marker.internal_data[DONE] = 0
        if self.output_name is not None:
            write(marker, {self.output_name: [None] * len(items)})

    def locals_of(self, item: object) -> dict[str, object]:
        """Return what an instance sees besides the variables."""
        return {self.item_name: item} if self.item_name is not None else {}

    def collect(self, marker: CaseTask, child: CaseTask) -> int:
        """Take the output of a finished instance. Returns how many are finished."""
        done = int(marker.internal_data[DONE]) + 1
        marker.internal_data[DONE] = done
        if self.output_name is not None and self.output_item is not None:
            collected = scope_of(marker).get(self.output_name)
            outputs = list(collected) if isinstance(collected, list) else []
            index = int(child.internal_data[INSTANCE])
            outputs.extend([None] * (index + 1 - len(outputs)))
            outputs[index] = child.data.get(self.output_item)
            write(marker, {self.output_name: outputs})
        return done

    def is_complete(self, child: CaseTask) -> bool:
        """Say whether the completion condition holds as the finished instance sees it."""
        return self.completion is not None and self.completion.holds(child)


class ParallelInstances(_Instances, ParallelMultiInstanceTask):
    """All instances at once."""

    def _update_hook(self, my_task: CaseTask) -> bool:
        items = self.items_for(my_task)
        self.begin(my_task, items)
        for index, item in enumerate(items):
            self.open_instance(my_task, index, self.locals_of(item))
        return not items

    def instance_done(self, marker: CaseTask, child: CaseTask) -> None:
        """Go on when all are finished or the completion condition holds."""
        self.collect(marker, child)
        running = [task for task in marker.children if task.is_live]
        if running and not self.is_complete(child):
            return
        for task in running:
            task.cancel()
        marker.ready()


class SequentialInstances(_Instances, SequentialMultiInstanceTask):
    """One after the other; the items are fixed when the activity starts."""

    def _update_hook(self, my_task: CaseTask) -> bool:
        items = self.items_for(my_task)
        self.begin(my_task, items)
        my_task.internal_data[ITEMS] = items
        if items:
            self.open_instance(my_task, 0, self.locals_of(items[0]))
        return not items

    def instance_done(self, marker: CaseTask, child: CaseTask) -> None:
        """Begin the next one, or go on."""
        done = self.collect(marker, child)
        items = marker.internal_data[ITEMS]
        assert isinstance(items, list)
        if done >= len(items) or self.is_complete(child):
            marker.ready()
        else:
            self.open_instance(marker, done, self.locals_of(items[done]))


class CaseLoop(_Marker, StandardLoopTask):
    """Repeats while its condition holds, at most `maximum` times."""

    maximum: int | None
    test_before: bool
    repeats_while: Condition | None = None

    def _update_hook(self, my_task: CaseTask) -> bool:
        if self.test_before and not self._goes_on(my_task, 0):
            return True
        my_task.start()
        my_task.internal_data[DONE] = 0
        self.open_instance(my_task, 0, {})
        return False

    def instance_done(self, marker: CaseTask, child: CaseTask) -> None:  # noqa: ARG002
        """Begin the next round, or go on."""
        done = int(marker.internal_data[DONE]) + 1
        marker.internal_data[DONE] = done
        if self._goes_on(marker, done):
            self.open_instance(marker, done, {})
        else:
            marker.ready()

    def _goes_on(self, marker: CaseTask, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        return self.repeats_while is None or self.repeats_while.holds(marker)
