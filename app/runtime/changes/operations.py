"""Host operations that failed: a row that tries again for each, and the incident that people see meanwhile."""

from app.domain.change_rows.incidents import RESOLVED, IncidentChange
from app.domain.change_set import DeadlineRow
from app.domain.deadline_instants import OPERATION
from app.domain.snapshot import OpenService, Snapshot
from app.domain.vocabulary import DeadlineState, Lane, Stage
from app.runtime.casework import Casework

FAILED = "operation_failed"


def reconcile_operations(work: Casework, snapshot: Snapshot) -> None:
    """Arm what failed in this move for the next tick, and drop what the diagram has left behind.

    An incident without a row of its own said that a move could not be made; the move just made ends it. One whose row
    leaves ends with it.
    """
    waiting = {item.task_id: item for item in snapshot.services}
    for task_id, error in work.failed_operations.items():
        if task_id in waiting and not work.is_closed:
            _try_again(work, waiting[task_id], error)
    gone = [
        row.id
        for row in work.loaded.deadlines
        if row.name == OPERATION
        and row.id != work.fired_deadline_id
        and row.state in (DeadlineState.ARMED, DeadlineState.DEAD)
        and (work.is_closed or row.engine_task not in waiting)
    ]
    work.changes.deadlines_deleted.extend(gone)
    left = {*work.changes.deadlines_disarmed, *work.changes.deadlines_deleted}
    for incident in work.loaded.incidents:
        if incident.is_refused_move or incident.deadline_id in left:
            work.changes.incidents_changed.append(IncidentChange(id=incident.id, state=RESOLVED, facts=incident.facts))


def retrying(work: Casework) -> list[str]:
    """Return the elements whose operation failed in this move and comes again."""
    return [item.element for item in work.changes.incidents if item.code == FAILED]


def _try_again(work: Casework, service: OpenService, error: str) -> None:
    """The row keeps, as its expression, the task whose answers the operation reads."""
    deadline_id = work.ports.next_id()
    work.changes.deadlines_armed.append(
        DeadlineRow(
            id=deadline_id,
            case_id=work.case.id,
            name=OPERATION,
            clock=None,
            element=service.element,
            engine_task=service.task_id,
            expression=work.completed_element or OPERATION,
            limit_amount=None,
            limit_unit=None,
            calendar_id=None,
            started_at=work.now,
            due_at=None,
            yellow_at=None,
            red_at=None,
            is_provisional=False,
            stage=Stage.DUE,
            lane=Lane.MOVE,
            fire_at=work.now,
            state=DeadlineState.ARMED,
        )
    )
    facts = {
        "deadline_id": str(deadline_id),
        "operation": service.operation,
        "name": service.name,
        "error": error,
        "attempts": 1,
    }
    work.open_incident(service.element, FAILED, facts)
