"""Move one case to another version of its diagram (版本迁移): tasks, deadlines and waits go along, no clock moves.

Nothing of the diagram runs. Who has a task of the case on screen is told to look again, as its version grows.
Source: time-limits.md section 4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.change_rows.messages import MessageWaitRow
from app.domain.change_rows.migration import MemberElement, TaskMigration
from app.domain.change_set import DeadlineRow
from app.domain.deadline_instants import DeadlineInstants
from app.domain.limit import parse_limit
from app.domain.loaded_case import DeadlineFacts, TaskFacts
from app.domain.snapshot import OpenTask, Snapshot
from app.domain.vocabulary import TaskState
from app.engine import codec, snapshot
from app.engine.migration import migrate, move_results, restate_limit
from app.engine.migration_plan import MigrationPlan
from app.runtime.casework import Casework, Rehoused
from app.runtime.changes.deadlines import STEP, TIMER, reconcile_deadlines
from app.runtime.changes.external_tasks import reconcile_external_tasks
from app.runtime.changes.instants import bare_clock, instants_of
from app.runtime.changes.messages import reconcile_message_waits
from app.runtime.changes.tasks import NEVER, NO_GROUP, office_of, task_instants
from app.runtime.settle import saved_state

ENTRY = "case_migrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrating:
    """What all cases of a run are moved with.

    plans: by the id of the executable diagram a case runs on. target_id, target_diagram_id: where they go. facts: what
    the history of each case says.
    """

    plans: Mapping[int, MigrationPlan]
    target_id: int
    target_diagram_id: int
    facts: Mapping[str, object] = field(default_factory=dict)


def migrate_case(work: Casework, migrating: Migrating, *, homes: Mapping[str, str]) -> Mapping[str, str]:
    """Put everything that moves a case into its changes. Returns where its tokens came from, for the way back.

    homes: what this returned in the run that is taken back. Raises MigrationRefused with every place where the case
    cannot go on, StateRefused when its stored state does not fit the diagram it names.
    """
    stored = work.loaded.state
    assert stored is not None
    plan = migrating.plans[stored.diagram_id]
    moved = migrate(stored.tokens, plan, homes=homes)
    variables = move_results(codec.load_variables(stored.variables), plan)
    work.instance = codec.load(moved.tokens, variables, plan.new)
    waiting = snapshot.take(work.instance)
    work.rehoused = Rehoused(elements=_elements(work, waiting, plan))
    afresh = frozenset(_too_near(work, waiting, moved.places.restated))
    if afresh:
        for task_id, element in afresh:
            restate_limit(work.instance, task_id, element, work.published.time_rules.step_floor)
        waiting = snapshot.take(work.instance)
        work.rehoused = Rehoused(elements=work.rehoused.elements, afresh=afresh)
    work.changes.state = saved_state(work, migrating.target_diagram_id, waiting)
    reconcile_deadlines(work, waiting)
    reconcile_external_tasks(work, waiting)
    reconcile_message_waits(work, waiting)
    _move_tasks(work, waiting, {task_id for task_id, _element in moved.places.restated})
    _rename_members(work, plan)
    work.definition_id = migrating.target_id
    work.record(ENTRY, migrating.facts)
    work.finish()
    return moved.places.merged


def _elements(work: Casework, waiting: Snapshot, plan: MigrationPlan) -> dict[tuple[str, str], str]:
    """Return where the rows of waits belong. A token with one wait says it itself, whatever it was called before."""
    keys: dict[str, list[str]] = {}
    for task in waiting.open_tasks:
        keys.setdefault(task.task_id, []).append(task.element)
    for wait in waiting.waits:
        keys.setdefault(wait.task_id, []).append(wait.key)
    found = {}
    rows: tuple[DeadlineFacts | MessageWaitRow, ...] = (*work.loaded.deadlines, *work.loaded.message_waits)
    for row in rows:
        if row.engine_task is None or row.element is None:
            continue
        own = keys.get(row.engine_task, [])
        element = own[0] if len(own) == 1 else plan.place(row.element)
        found[row.engine_task, row.element] = element
    return found


def _too_near(work: Casework, waiting: Snapshot, restated: frozenset[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the steps whose changed limit would be due before the floor (K: `migration.step_floor`)."""
    texts = {(task.task_id, task.element): task.limit for task in waiting.open_tasks}
    texts |= {(wait.task_id, wait.key): wait.expression for wait in waiting.waits}
    floor = instants_of(work, parse_limit(work.published.time_rules.step_floor), started_at=work.now).due_at
    assert floor is not None
    for place in restated:
        expression = parse_limit(texts[place]) if texts[place] else None
        if expression is None or bare_clock(expression) is not None:
            continue
        due_at = instants_of(work, expression, started_at=_started_at(work, place)).due_at
        if due_at is not None and due_at < floor:
            yield place


def _started_at(work: Casework, place: tuple[str, str]) -> datetime:
    for row in work.loaded.deadlines:
        at = (row.engine_task or "", row.element or "")
        if row.name in (STEP, TIMER) and row.started_at and (at[0], work.rehoused.elements.get(at)) == place:
            return row.started_at
    return work.now


def _move_tasks(work: Casework, waiting: Snapshot, restated: set[str]) -> None:
    armed = {row.engine_task: row for row in work.changes.deadlines_armed if row.name == STEP}
    tasks = {task.task_id: task for task in waiting.open_tasks}
    reformed: set[int] = set()
    for row in work.loaded.tasks:
        task = tasks[row.engine_task]
        if (task.form_key or None) != row.form_key:
            reformed.add(row.id)
        is_restated = row.engine_task in restated
        work.changes.tasks_migrated.append(
            _moved_task(work, row, task, armed.get(row.engine_task), is_restated=is_restated)
        )
    topics = {f"task:{task_id}" for task_id in reformed}
    work.changes.drafts_deleted.extend(draft.id for draft in work.loaded.drafts if draft.topic in topics)


def _moved_task(
    work: Casework, row: TaskFacts, task: OpenTask, armed: DeadlineRow | None, *, is_restated: bool
) -> TaskMigration:
    """Return an open task as the new version draws it; the same form keeps the version it was opened with."""
    department_id = office_of(work, task)
    group_id = work.published.groups.get((department_id, task.role), NO_GROUP)
    keeps_person = (group_id, department_id) == (row.group_id, row.department_id)
    form_key, form = task.form_key or None, work.published.forms.get(task.form_key)
    shown: DeadlineRow | TaskFacts | DeadlineInstants | None = row
    paused = row.paused
    if is_restated:
        shown, paused = (armed, armed.due_at is None) if armed else task_instants(work, task)
    due_at = shown.due_at if shown else None
    return TaskMigration(
        id=row.id,
        element=task.element,
        title=task.name or task.element,
        role=task.role,
        form_key=form_key,
        form_version=row.form_version if form_key == row.form_key else form.version if form else None,
        outcomes=",".join(task.outcomes),
        group_id=group_id,
        department_id=department_id,
        assignee_id=row.assignee_id if keeps_person else None,
        state=row.state if keeps_person else TaskState.OPEN,
        due_at=due_at,
        yellow_at=shown.yellow_at if shown else None,
        red_at=shown.red_at if shown else None,
        sort_at=(due_at or NEVER) if is_restated else row.sort_at,
        paused=paused,
    )


def _rename_members(work: Casework, plan: MigrationPlan) -> None:
    for member in work.loaded.members:
        place = plan.place(member.parent_element) if member.parent_element is not None else None
        if place is not None and place != member.parent_element:
            work.changes.member_elements.append(MemberElement(id=member.id, parent_element=place))
