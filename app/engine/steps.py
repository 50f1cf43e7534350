"""Run what needs nobody: automatic tasks, joins, conditions and the ends of processes, until the instance waits."""

from dataclasses import replace
from time import monotonic, thread_time
from uuid import UUID

from app.engine.faults import LoopLimit
from app.engine.library_fixes import CaseSubWorkflow, CaseTask, CaseWorkflow
from app.engine.specs.decisions import catch_failed
from app.engine.specs.gateways import CaseInclusiveGateway
from app.engine.specs.waits import fire, open_waits

MAX_STEPS = 2_000
MAX_SECONDS = 0.5
SHORT_SECONDS = 0.05
MAX_LIVE = 2_000


class _Budget:
    """What one move may use: automatic tasks, and CPU seconds of its thread, because the case row is locked.

    To ask a thread for its CPU time is a system call. A short move never asks; one that gets long has used at most the
    time that has passed.
    """

    def __init__(self) -> None:
        self.left = MAX_STEPS
        self.began = monotonic()
        self.until: float | None = None

    def spend(self) -> None:
        """Count one task. Raises LoopLimit."""
        self.left -= 1
        if self.left < 0:
            raise LoopLimit(limit=MAX_STEPS, unit="tasks")
        if self.until is not None:
            if thread_time() > self.until:
                raise LoopLimit(limit=MAX_SECONDS, unit="seconds")
        elif monotonic() - self.began > SHORT_SECONDS:
            self.until = thread_time() + MAX_SECONDS - SHORT_SECONDS


def advance(workflow: CaseWorkflow) -> None:
    """Run until only people, services, member cases and waits are left, then forget what is finished.

    Raises LoopLimit over 2,000 automatic tasks, 500 ms of CPU or 2,000 live tasks, NoMatchingFlow at a gateway, and
    what an expression raises. The instance must be dropped then.
    """
    budget = _Budget()
    while _run_ready(workflow, budget) or _wake(workflow, budget):
        pass
    if sum(len(process.live) for process in workflow.processes()) > MAX_LIVE:
        raise LoopLimit(limit=MAX_LIVE, unit="live")
    for process in workflow.processes():
        process.forget_finished()


def _run_ready(workflow: CaseWorkflow, budget: _Budget) -> bool:
    ran = False
    for process in workflow.processes():
        while ready := [task for task in process.live.values() if _is_automatic(task)]:
            for task in ready:
                if task.is_ready:
                    budget.spend()
                    task.run()
                    ran = True
    return ran


def _is_automatic(task: CaseTask) -> bool:
    return task.is_ready and not task.task_spec.manual


def _wake(workflow: CaseWorkflow, budget: _Budget) -> bool:
    """Look what becomes possible now that nothing else moves. Returns whether something did."""
    return (
        _catch_failures(workflow) or _fire_conditions(workflow, budget) or _join(workflow) or _end_processes(workflow)
    )


def _catch_failures(workflow: CaseWorkflow) -> bool:
    """Let boundary events for errors catch what business rule tasks could not decide since the last look."""
    caught = False
    for place, item in enumerate(workflow.decided):
        task = workflow.find_live(UUID(hex=item.task_id)) if item.fault and not item.is_caught else None
        if task is not None and catch_failed(task, item.fault):
            workflow.decided[place] = replace(item, is_caught=True)
            caught = True
    return caught


def _fire_conditions(workflow: CaseWorkflow, budget: _Budget) -> bool:
    fired = False
    for task in list(workflow.live_tasks()):
        for wait in open_waits(task):
            if wait.condition is not None and task.is_waiting and wait.condition.holds(task):
                budget.spend()
                fire(task, wait.key)
                fired = True
    return fired


def _join(workflow: CaseWorkflow) -> bool:
    for process in workflow.processes():
        waiting = {task.task_spec: None for task in process.live.values() if task.is_waiting}
        for spec in waiting:
            if isinstance(spec, CaseInclusiveGateway) and spec.join(process):
                return True
    return False


def _end_processes(workflow: CaseWorkflow) -> bool:
    """End the processes in which no token is left; the outermost one ends the instance."""
    ended = False
    for process in workflow.processes():
        if process.live or process.completed:
            continue
        process.completed = True
        if isinstance(process, CaseSubWorkflow):
            del workflow.subprocesses[process.parent_task.id]
            process.parent_task.ready()
        ended = True
    return ended
