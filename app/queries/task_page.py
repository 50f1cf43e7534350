"""One task (待办) with its form, the answers so far and the materials, as its page and the API show it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

import orjson
import sqlalchemy as sa

from app.domain.authority import CasePlace, Person, is_own_task, may_act_on_task, may_see_case
from app.domain.errors import NotFound
from app.domain.form import FormField, FormSchema
from app.domain.loaded_case import TaskFacts
from app.domain.vocabulary import Role, TaskState
from app.queries.case_materials import list_materials
from app.queries.published_view import PublishedForms
from app.queries.worklist import WorklistItem, find_task_row
from app.storage.clock import SystemClock
from app.storage.drafts import find_draft
from app.storage.tables import case_file, case_input, case_party, user_task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRights:
    """What the caller may do with the task now. may_complete: also when nobody claimed it yet."""

    is_own: bool
    may_complete: bool
    may_claim: bool
    may_release: bool
    may_hand_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """What the caller typed so far. version: of the draft, 0 while there is none."""

    version: int = 0
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """A task. form: its components as JSON, None without a form. materials: those handed in, with the officer's marks.

    earlier: the answers of the last time this step was done, for a step that comes again; none among several instances,
    where they would be those of another item. locals: what an instance alone sees, such as its item; for who does it.
    """

    task: WorklistItem
    department_id: str
    outcomes: tuple[str, ...]
    form_key: str | None
    form_version: int | None
    form: Mapping[str, object] | None
    draft: TaskDraft
    earlier: Mapping[str, object]
    locals: Mapping[str, object]
    materials: tuple[Mapping[str, object], ...]
    rights: TaskRights


def get_task_page(
    connection: sa.Connection, published: PublishedForms, person: Person, task_id: int, *, now: datetime | None = None
) -> TaskPage:
    """Return a task, also a closed one.

    now: of the reading, for the colour; by default that of this machine.
    Raises NotFound `task_unknown` when the caller sees neither the task nor its case; who sees the case may look.
    """
    row = connection.execute(_query(task_id)).one_or_none()
    if row is None:
        raise NotFound("task_unknown")
    task, place = _facts(row), _place(row)
    rights = _rights(person, task, place)
    if not rights.is_own and not may_see_case(person, place):
        raise NotFound("task_unknown")
    item = find_task_row(connection, task_id, now=now or SystemClock().now())
    assert item is not None
    given = orjson.loads(row.locals) if row.locals and rights.is_own else {}
    return _page(connection, published, person, item=item, task=task, rights=rights, given=given)


def schema_as_json(schema: FormSchema) -> dict[str, object]:
    """Return a form as plain JSON: fields by kind, conditions as FEEL texts."""
    return {"id": schema.id, "components": [_field_as_json(found) for found in schema.components]}


def _page(
    connection: sa.Connection,
    published: PublishedForms,
    person: Person,
    *,
    item: WorklistItem,
    task: TaskFacts,
    rights: TaskRights,
    given: Mapping[str, object],
) -> TaskPage:
    form = published.pinned_form(task.form_key, task.form_version)
    kept = find_draft(connection, owner_account_id=person.account_id, topic=f"task:{task.id}")
    return TaskPage(
        task=item,
        department_id=str(task.department_id),
        outcomes=task.outcomes,
        form_key=task.form_key,
        form_version=task.form_version,
        form=schema_as_json(form.schema) if form else None,
        draft=TaskDraft(version=kept[0], answers=orjson.loads(kept[1])) if kept else TaskDraft(answers={}),
        earlier=_earlier(connection, task) if item.instance_no is None else {},
        locals=given,
        materials=list_materials(connection, published.themes, task.case_id),
        rights=rights,
    )


def _query(task_id: int) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(
            user_task,
            case_file.c.prefecture.label("case_prefecture"),
            case_file.c.county.label("case_county"),
            case_file.c.department_id.label("owner_id"),
            case_file.c.intake_department_id.label("intake_id"),
            case_party.c.account_id.label("applicant_account_id"),
        )
        .join(case_file, case_file.c.id == user_task.c.case_id)
        .outerjoin(case_party, case_party.c.case_id == case_file.c.id)
        .where(user_task.c.id == task_id)
    )


def _facts(row: sa.Row[tuple[object, ...]]) -> TaskFacts:
    values = {field.name: getattr(row, field.name) for field in fields(TaskFacts) if field.name != "outcomes"}
    return TaskFacts(**values, outcomes=tuple(code for code in row.outcomes.split(",") if code))


def _place(row: sa.Row[tuple[object, ...]]) -> CasePlace:
    return CasePlace(
        prefecture=row.case_prefecture,
        county=row.case_county,
        department_ids=frozenset({row.owner_id, row.intake_id}),
        applicant_account_id=row.applicant_account_id,
    )


def _rights(person: Person, task: TaskFacts, place: CasePlace) -> TaskRights:
    is_own = is_own_task(person, task, applicant_account_id=place.applicant_account_id)
    may_act = may_act_on_task(person, task, applicant_account_id=place.applicant_account_id)
    is_shared = task.role != Role.APPLICANT
    is_held = may_act and task.state == TaskState.CLAIMED and task.assignee_id is not None
    return TaskRights(
        is_own=is_own,
        may_complete=may_act,
        may_claim=may_act and is_shared and task.assignee_id is None,
        may_release=is_held and is_shared,
        may_hand_over=may_act and is_shared,
    )


def _earlier(connection: sa.Connection, task: TaskFacts) -> dict[str, object]:
    columns = case_input.c
    text = connection.scalar(
        sa.select(columns.answers)
        .where(columns.case_id == task.case_id, columns.element == task.element)
        .order_by(columns.seq.desc())
        .limit(1)
    )
    return dict(orjson.loads(text)) if text else {}


def _field_as_json(found: FormField) -> dict[str, object]:
    """Return what is set of a field; numbers of rules as texts, because JSON numbers are not exact."""
    rules = {
        field.name: str(value) if isinstance(value, Decimal) else value
        for field in fields(found.rules)
        if (value := getattr(found.rules, field.name)) not in (None, "", False)
    }
    described = {
        "kind": found.kind.value,
        "key": found.key,
        "label": found.label,
        "description": found.description,
        "text": found.text,
        "rules": rules,
        "options": [{"value": option.value, "label": option.label} for option in found.options],
        "hide": found.hide.text if found.hide else "",
        "components": [_field_as_json(inner) for inner in found.components],
        "accept": found.accept,
        "is_multiple": found.is_multiple,
        "is_readonly": found.is_readonly,
        "default": str(found.default) if isinstance(found.default, Decimal) else found.default,
        "properties": dict(found.properties),
    }
    return {name: value for name, value in described.items() if value not in (None, "", False, [], {})}
