"""The only place that changes the behaviour of SpiffWorkflow 3.2.0; by subclasses, nothing is patched.

What is different and why:

1. The library forecasts the tasks that may follow, stores them and walks the whole tree at each completion: a process
   w tasks wide costs w², and after 500 laps of a loop a walk ends too early and the instance hangs. Here only tokens
   exist. Each process keeps its unfinished tasks in `live`, and what is finished is forgotten after a move, except
   the parents of live tasks, which say where a token came from.
2. The library copies data from task to task and merges it at joins, which loses updates. Here the variables stand once
   in the instance, and all tasks of one scope share one dictionary of locals.
3. The library stamps and logs each change of state. The engine never looks at a clock.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.domain.decisions import DecisionModel
from app.domain.feel import Run
from app.engine.faults import LoopLimit

if TYPE_CHECKING:
    from app.domain.snapshot import Decided, Thrown

PINNED = "3.2.0"
MAX_DEPTH = 12
NO_DECISIONS = DecisionModel(decisions={})
NO_ORIGIN: Mapping[str, str] = {}
HostFunction = Callable[..., object]
UNFINISHED = TaskState.NOT_FINISHED_MASK

if version("SpiffWorkflow") != PINNED:
    raise RuntimeError(f"app.engine was written for SpiffWorkflow {PINNED}; run the tests of the engine with another")


class CaseTask(Task):
    """A token at a node. `data` holds the locals of its scope; the dictionary is shared by all tasks of the scope."""

    def __init__(
        self,
        workflow: "CaseProcess",
        spec: object,
        parent: "CaseTask | None",
        state: int,
        task_id: UUID | None = None,
    ) -> None:
        """Set what the library's constructor sets, without reading a clock."""
        self.id = task_id or uuid4()
        self.workflow = workflow
        self.task_spec: Any = spec
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self.internal_data: dict[str, Any] = {}
        self.data: dict[str, object] = {}
        self._parent: UUID | None = None
        self._children: list[UUID] = []
        self._state = state
        workflow.tasks[self.id] = self
        if state & UNFINISHED:
            workflow.live[self.id] = self
        if parent is not None:
            self.data = parent.data
            self._parent = parent.id
            parent.children_ids.append(self.id)

    @property
    def parent_id(self) -> UUID | None:
        """Where the token came from; the task itself may be forgotten."""
        return self._parent

    @property
    def children_ids(self) -> list[UUID]:
        """The tasks that follow, in order."""
        return self._children

    @children_ids.setter
    def children_ids(self, task_ids: list[UUID]) -> None:
        self._children = task_ids

    @property
    def state_number(self) -> int:
        """The library's number of the state, as it is stored."""
        return self._state

    @property
    def is_live(self) -> bool:
        """A live task is neither completed nor cancelled."""
        return bool(self._state & UNFINISHED)

    @property
    def is_ready(self) -> bool:
        """A ready task can be run now."""
        return bool(self._state == TaskState.READY)

    @property
    def is_waiting(self) -> bool:
        """A waiting task waits for an event or, at a join, for other tokens."""
        return bool(self._state == TaskState.WAITING)

    @property
    def is_started(self) -> bool:
        """A started task waits for its service, its sub-process or its instances."""
        return bool(self._state == TaskState.STARTED)

    def wait(self) -> None:
        """Wait for an event or for other tokens."""
        self._set_state(TaskState.WAITING)

    def start(self) -> None:
        """Wait for a service, a sub-process or instances."""
        self._set_state(TaskState.STARTED)

    def ready(self) -> None:
        """Let it be run."""
        self._ready()

    def add_child(self, spec: object) -> "CaseTask":
        """Put a token at `spec`, following this one."""
        return CaseTask(self.workflow, spec, self, TaskState.FUTURE)

    def enter(self) -> None:
        """Let the node decide whether the token waits, starts something or is ready."""
        self.task_spec._update(self)  # noqa: SLF001

    def cancel(self) -> None:
        """Take the token away, and with it what runs inside its activity."""
        if not self.is_live:
            return
        self._set_state(TaskState.CANCELLED)
        for child in self.children:
            child.cancel()
        self.task_spec._on_cancel(self)  # noqa: SLF001

    def _set_state(self, value: int) -> None:
        self._state = value
        if not value & UNFINISHED:
            self.workflow.live.pop(self.id, None)


class CaseProcess:
    """What the process of the instance and the processes inside it share."""

    live: dict[UUID, CaseTask]
    tasks: dict[UUID, CaseTask]
    completed: bool
    spec: Any
    depth: int
    parent_task: CaseTask | None
    top_workflow: "CaseWorkflow"

    @property
    def is_of_other_file(self) -> bool:
        """It was drawn in another file than the activity that calls it."""
        return self.parent_task is not None and bool(self.parent_task.workflow.spec.file != self.spec.file)

    def open(self, locals_: dict[str, object]) -> None:
        """Put the first token at the start."""
        task = CaseTask(self, self.spec.start, None, TaskState.READY)
        task.data = locals_

    def cancel(self, success: bool = False) -> list[CaseTask]:  # noqa: FBT001, FBT002, ARG002
        """Take all tokens away and count as completed. Returns the cancelled tasks."""
        self.completed = True
        cancelled = list(self.live.values())
        for task in cancelled:
            task.cancel()
        return cancelled

    def forget_finished(self) -> None:
        """Drop finished tasks; only the direct parents of live ones still mean something."""
        kept = set(self.live)
        kept.update(task.parent_id for task in self.live.values() if task.parent_id is not None)
        if len(kept) == len(self.tasks):
            return
        self.tasks = {task_id: task for task_id, task in self.tasks.items() if task_id in kept}
        for task in self.tasks.values():
            task.children_ids = [child for child in task.children_ids if child in kept]

    def _task_completed_notify(self, task: CaseTask) -> None:
        """Say nothing: `steps.advance` sees when nothing is live any more."""


class CaseWorkflow(CaseProcess, BpmnWorkflow):
    """The instance of one case. `data` holds its variables, `thrown`, `decided` what the host has not taken yet."""

    def __init__(self, spec: object, subprocess_specs: object, script_engine: object) -> None:
        super().__init__(spec, subprocess_specs, script_engine=script_engine, deserializing=True)
        self.live = {}
        self.thrown: list[Thrown] = []
        self.taken_count = 0
        self.subprocesses: dict[UUID, CaseSubWorkflow] = {}
        self.decisions = NO_DECISIONS
        self.decided: list[Decided] = []
        self.functions: Mapping[str, HostFunction] = {}
        self.watches: Mapping[str, Callable[[str, tuple[str, ...]], None]] = {}
        self.feel_run = Run()
        self.parent_task = None

    def begin_move(self) -> None:
        """Give the move that begins its own budget of FEEL steps."""
        self.feel_run = Run(hosts=self.functions)

    def processes(self) -> "list[CaseSubWorkflow | CaseWorkflow]":
        """Every running process, inner ones first, otherwise in the order of their beginning."""
        inner = sorted(self.subprocesses.values(), key=lambda process: process.depth, reverse=True)
        return [*inner, self]

    def live_tasks(self) -> Iterator[CaseTask]:
        """Every live task, those of the outermost process first, each process in the order of arrival."""
        yield from self.live.values()
        for process in self.subprocesses.values():
            yield from process.live.values()

    def find_live(self, task_id: UUID) -> CaseTask | None:
        """Return the live task with this id, wherever it is."""
        for process in (self, *self.subprocesses.values()):
            task = process.live.get(task_id)
            if task is not None:
                return task
        return None

    def open_subprocess(self, task: CaseTask, name: str, locals_: dict[str, object]) -> None:
        """Begin the process `name` inside the activity of `task`. Raises LoopLimit when it calls itself too deep."""
        process = CaseSubWorkflow(self.subprocess_specs[name], task)
        if process.depth > MAX_DEPTH:
            raise LoopLimit("nesting_limit", process=name, limit=MAX_DEPTH)
        self.subprocesses[task.id] = process
        process.open(locals_)

    def close_subprocess(self, task: CaseTask) -> None:
        """Cancel the process inside the activity of `task`, if it still runs."""
        process = self.subprocesses.pop(task.id, None)
        if process is not None:
            process.cancel()


class CaseSubWorkflow(CaseProcess, BpmnSubWorkflow):
    """A sub-process or called process inside an instance."""

    def __init__(self, spec: object, parent_task: CaseTask) -> None:
        self.parent_task: CaseTask = parent_task
        super().__init__(spec, parent_task.id, parent_task.workflow.top_workflow, deserializing=True)
        self.live = {}

    def _calculate_depth(self) -> int:
        return int(self.parent_task.workflow.depth) + 1


class CaseProcessSpec(BpmnProcessSpec):
    """A process definition without the library's own nodes: a process is over when no token is left.

    file: key of the file it was drawn in, empty for that of the definition itself. origin: of that file, id of an added
    node -> id on the author's diagram.
    """

    def __init__(self, name: str, *, file: str = "", origin: Mapping[str, str] = NO_ORIGIN) -> None:
        super().__init__(name=name)
        self.file = file
        self.origin = origin
        self.task_specs.clear()
        self.start: Any = None
        self.end: Any = None


class GoneNode(SimpleBpmnTask):
    """Stands for a finished node that the definition no longer has."""

    def __init__(self, name: str) -> None:
        super().__init__(CaseProcessSpec("gone"), name)
