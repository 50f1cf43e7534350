"""What every node shares: tokens instead of forecasts, and boundary events that end with their activity."""

from collections.abc import Iterable

from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask

from app.engine.elements import Element
from app.engine.expressions import INSTANCE
from app.engine.library_fixes import CaseTask

SPLIT_SUFFIX = "/events"


class CaseNode:
    """Mixin before a spec of the library. `element` is what the author wrote there, None for inner nodes."""

    element: Element | None = None
    catches_at_boundary = False
    _outputs: list[str]

    def targets(self, _task: CaseTask) -> Iterable[str]:
        """Return the names of the nodes that get a token when `my_task` completes."""
        return self._outputs

    def test(self) -> None:
        """Accept: the definition was checked when it was parsed."""

    def _predict(self, my_task: CaseTask, *_: object, **__: object) -> None:
        """Forecast nothing."""

    def _update_hook(self, _task: CaseTask) -> bool:
        """Let a token that arrives be ready at once."""
        return True

    def _on_ready_hook(self, my_task: CaseTask) -> None:
        """Tell nobody."""

    def _run_hook(self, _task: CaseTask) -> bool | None:
        """Pass."""
        return True

    def _on_complete_hook(self, my_task: CaseTask) -> None:
        """Do what the node does when it is left."""

    def _on_cancel(self, my_task: CaseTask) -> None:
        """Do what the node does when its token is taken away."""

    def _on_complete(self, my_task: CaseTask) -> None:
        """Send the tokens on. A node that ended its own process sends none."""
        self._on_complete_hook(my_task)
        process = my_task.workflow
        following = [] if process.completed else list(self.targets(my_task))
        _tell(my_task, following)
        if process.completed:
            return
        parent = my_task.parent
        if INSTANCE in my_task.internal_data:
            parent.task_spec.instance_done(parent, my_task)
            return
        if parent is not None and isinstance(parent.task_spec, BoundarySplit):
            parent.task_spec.leave(parent, my_task)
        specs = process.spec.task_specs
        children = [my_task.add_child(specs[name]) for name in following]
        for child in children:
            if child.is_live:
                child.enter()


def _tell(left: CaseTask, following: list[str]) -> None:
    """Tell who watches the file where a token went, by the ids of the executable diagram."""
    watch = left.workflow.top_workflow.watches.get(left.workflow.spec.file)
    if watch is not None:
        watch(_id_of(left.task_spec.name), tuple(map(_id_of, following)))


def _id_of(name: str) -> str:
    return name.partition("/")[0]


class BoundarySplit(CaseNode, SimpleBpmnTask):
    """Stands before an activity with boundary events: one token for the activity, one for each event."""

    activity_id = ""

    def leave(self, split: CaseTask, left: CaseTask) -> None:
        """End what must not outlive `left`, which is the activity or one of its boundary events."""
        if not left.task_spec.catches_at_boundary:
            doomed = [task for task in split.children if task.is_waiting and task.task_spec.catches_at_boundary]
        elif left.task_spec.is_interrupting:
            doomed = [task for task in split.children if task.is_live]
        else:
            left.task_spec.arm_again(split, left)
            return
        for task in doomed:
            task.cancel()


def boundary_split_of(task: CaseTask) -> CaseTask | None:
    """Return the live split before the activity of `task`; for an instance that of its multi-instance activity."""
    parent: CaseTask | None = task.parent
    if parent is not None and INSTANCE in task.internal_data:
        parent = parent.parent
    return parent if parent is not None and isinstance(parent.task_spec, BoundarySplit) else None
