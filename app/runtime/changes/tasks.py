"""Tasks: the human tasks the diagram waits for become rows of the worklist, and those that left it are withdrawn."""

from datetime import UTC, datetime

import orjson

from app.domain.change_rows.tasks import TaskClosing, TaskInstants, TaskRow
from app.domain.deadline_instants import DeadlineInstants, instants_of_clock
from app.domain.loaded_case import TaskFacts
from app.domain.snapshot import OpenTask, Snapshot
from app.domain.vocabulary import CaseKind, ClockName, Role, TaskState
from app.runtime.casework import Casework
from app.runtime.changes.instants import limit_of_task

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
NO_GROUP = 0
GOVERNING_CLOCKS = (
    ClockName.FILING,
    ClockName.CORRECTION,
    ClockName.NOTICE5,
    ClockName.PROMISED,
    ClockName.BUNDLE_PROMISED,
)


def reconcile_tasks(work: Casework, snapshot: Snapshot) -> None:
    """Open a row for each new human task, withdraw rows whose task is gone, refresh the instants lists sort by.

    What anybody had typed for a task goes with it.
    """
    rows = {row.engine_task: row for row in work.loaded.tasks}
    waiting = {task.task_id: task for task in snapshot.open_tasks}
    for engine_task, row in rows.items():
        if engine_task not in waiting and row.id != work.completed_task_id:
            work.changes.tasks_closed.append(_withdrawn(row, work.now))
    for engine_task, task in waiting.items():
        found = rows.get(engine_task)
        if found is None:
            work.changes.tasks_opened.append(_opened(work, task))
        else:
            _refresh(work, found, task)
    closed = {f"task:{row.id}" for row in work.changes.tasks_closed}
    work.changes.drafts_deleted.extend(draft.id for draft in work.loaded.drafts if draft.topic in closed)


def _withdrawn(row: TaskFacts, now: datetime) -> TaskClosing:
    return TaskClosing(
        id=row.id, version=None, state=TaskState.WITHDRAWN, closed_at=now, outcome=None, completed_by=None
    )


def _opened(work: Casework, task: OpenTask) -> TaskRow:
    case, department_id = work.case, office_of(work, task)
    instants, is_paused = task_instants(work, task)
    form = work.published.forms.get(task.form_key)
    return TaskRow(
        id=work.ports.next_id(),
        case_id=case.id,
        engine_task=task.task_id,
        element=task.element,
        title=task.name or task.element,
        role=task.role,
        form_key=task.form_key or None,
        form_version=form.version if form else None,
        outcomes=",".join(task.outcomes),
        group_id=work.published.groups.get((department_id, task.role), NO_GROUP),
        assignee_id=None,
        matter_code=work.loaded.offering.matter_code if work.loaded.offering else (case.theme_code or ""),
        department_id=department_id,
        prefecture=case.prefecture,
        county=case.county,
        town=case.town,
        state=TaskState.OPEN,
        opened_at=work.now,
        due_at=instants.due_at if instants else None,
        yellow_at=instants.yellow_at if instants else None,
        red_at=instants.red_at if instants else None,
        sort_at=(instants.due_at if instants else None) or NEVER,
        paused=is_paused,
        priority=50,
        instance_no=task.instance_no,
        locals=orjson.dumps(task.locals, default=str).decode() if task.locals else None,
    )


def office_of(work: Casework, task: OpenTask) -> int:
    """Return the department id that does this task.

    `intake` is the hall that received the case; a member case was received by its theme, so its intake is its owner.
    A department code names a department outright; everything else is the owner.
    """
    case = work.case
    if task.office == "intake" and case.kind != CaseKind.MEMBER and task.role != Role.APPLICANT:
        return case.intake_department_id
    if task.role == Role.APPLICANT:
        return case.intake_department_id
    named = work.published.department_by_code(task.office)
    return named.id if named else case.department_id


def task_instants(work: Casework, task: OpenTask) -> tuple[DeadlineInstants | None, bool]:
    """Return the instants a task is sorted by, and whether its clock is paused.

    They are those of its own limit, else of the clock that governs the case now.
    """
    if task.limit:
        instants = limit_of_task(work, task)
        return instants, instants.due_at is None
    clocks = work.clocks()
    for name in GOVERNING_CLOCKS:
        clock = clocks.get(name)
        if clock is not None and clock.status in ("running", "paused"):
            return instants_of_clock(clock), clock.status == "paused"
    return None, False


def _refresh(work: Casework, row: TaskFacts, task: OpenTask) -> None:
    if not work.changes.ledger or (row.due_at is not None and task.limit and not task.limit[0].isalpha()):
        return
    instants, is_paused = task_instants(work, task)
    due_at = instants.due_at if instants else None
    if (due_at, is_paused) == (row.due_at, row.paused):
        return
    work.changes.task_instants.append(
        TaskInstants(
            id=row.id,
            due_at=due_at,
            yellow_at=instants.yellow_at if instants else None,
            red_at=instants.red_at if instants else None,
            sort_at=due_at or (row.sort_at if is_paused else NEVER),
            paused=is_paused,
        )
    )
