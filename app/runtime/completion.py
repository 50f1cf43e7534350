"""Completing a task (完成环节): what the act itself means, before the diagram moves on."""

from dataclasses import replace

from app.domain.case_life import is_granting
from app.domain.change_rows.tasks import TaskClosing
from app.domain.errors import Conflict, InvalidInput
from app.domain.loaded_case import TaskFacts
from app.domain.moves import CompleteTask
from app.domain.snapshot import OpenTask, Snapshot
from app.domain.vocabulary import CaseKind, ClockName, TaskState
from app.runtime.acceptance import DELIVERED, NON_ACCEPTING, accept
from app.runtime.casework import Casework
from app.runtime.correction_requests import refuse_open_requests
from app.runtime.decision import decide, decision_of, refuse_late_decision
from app.runtime.evidence import refuse_dead_evidence
from app.runtime.filing import note_filing_step
from app.runtime.materials import refuse_missing_materials


def prepare_completion(work: Casework, waiting: Snapshot, move: CompleteTask) -> CompleteTask:
    """Close the task's row and record the act: an acceptance, a decision, a delivery, or a plain step.

    One act is one audit entry; the ledger entry of the clock it starts or stops shares its seq. Returns the move with
    the answers under `answers.<element>`, where conditions of the diagram find them.
    Raises Conflict `task_closed` when the instance no longer waits for the task, InvalidInput `outcome_unknown` when the
    task does not offer the outcome, InvalidInput `material_missing` or Conflict `correction_requests_open` when an
    acceptance comes too early. The materials of a member case are those of its theme.
    """
    row = next((task for task in work.loaded.tasks if task.engine_task == move.task_id), None)
    task = next((task for task in waiting.open_tasks if task.task_id == move.task_id), None)
    if row is None or task is None:
        raise Conflict("task_closed")
    if task.outcomes and move.outcome not in task.outcomes:
        raise InvalidInput("outcome_unknown", outcome=move.outcome, offered=", ".join(task.outcomes))
    work.completed_task_id, work.completed_element = row.id, task.element
    work.changes.tasks_closed.append(_completed(work, row, move.outcome))
    _act(work, task, move)
    return replace(move, data={"answers": {task.element: dict(move.data)}})


def _act(work: Casework, task: OpenTask, move: CompleteTask) -> None:
    decision = decision_of(move.outcome) if task.decides else None
    is_accepting = bool(task.starts_clock) and move.outcome not in NON_ACCEPTING and work.accepted_at is None
    if decision is not None:
        refuse_late_decision(work)
    if is_granting(decision):
        refuse_dead_evidence(work)
    is_member = work.case.kind == CaseKind.MEMBER
    if is_accepting and not is_member:
        refuse_open_requests(work)
        refuse_missing_materials(work)
    if task.limit == ClockName.FILING:
        note_filing_step(work, move.outcome)
    answers = work.keep(task.element, move.data) if move.data else None
    facts = {"element": task.element, "outcome": move.outcome, "answers": answers}
    seq = work.record(_kind_of_act(move, is_accepting=is_accepting, is_deciding=decision is not None), facts)
    if is_accepting:
        accept(
            work, clocks=task.starts_clock, accepted_at=work.now, actor=work.actor, seq=seq, has_letter=not is_member
        )
    if decision is not None:
        if is_accepting:
            seq = work.record("case_decided", {"element": task.element, "outcome": move.outcome})
        reasons = move.data.get("reasons")
        decide(
            work,
            decision,
            seq=seq,
            effective_at=work.loaded.arrived_at,
            reasons=str(reasons) if reasons else None,
            facts={"element": task.element},
        )


def _kind_of_act(move: CompleteTask, *, is_accepting: bool, is_deciding: bool) -> str:
    if is_accepting:
        return "case_accepted"
    if is_deciding:
        return "case_decided"
    return DELIVERED if move.outcome == DELIVERED else "task_completed"


def _completed(work: Casework, row: TaskFacts, outcome: str | None) -> TaskClosing:
    return TaskClosing(
        id=row.id,
        version=row.version,
        state=TaskState.COMPLETED,
        closed_at=work.now,
        outcome=outcome,
        completed_by=work.actor.staff_id,
    )
