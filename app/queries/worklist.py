"""The worklist (待办列表): open tasks a person may act on, sorted by what burns."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.vocabulary import Colour, TaskState
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.storage.tables import case_file, user_task
from app.storage.tables import case_party as party

QUEUES = ("mine", "group", "department")
NEVER_YEAR = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistFilter:
    """What the list shows. queue: mine (claimed by me), group (mine to claim or act on), department (all of my units)."""

    queue: str = "group"
    colour: str = ""
    matter_code: str = ""
    county: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistItem:
    """One line of the worklist. Instants are aware UTC; due_at is None while no limit runs."""

    id: str
    title: str
    element: str
    role: str
    state: str
    version: int
    case_id: str
    case_no: str
    case_name: str
    case_state: str
    applicant: str
    county: str | None
    matter_code: str
    assignee_id: str | None
    due_at: datetime | None
    colour: str
    opened_at: datetime


def list_tasks(
    connection: sa.Connection,
    person: Person,
    wanted: WorklistFilter,
    *,
    now: datetime,
    secret: str,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of the worklist, ordered by (due instant, id)."""
    size = checked_limit(limit)
    query = (
        _base(now)
        .where(sa.text("user_task.state < 2"), *_queue(person, wanted.queue), *_filters(wanted, now))
        .order_by(user_task.c.sort_at, user_task.c.id)
        .limit(size + 1)
    )
    if cursor:
        sort_at, last_id = decode_cursor(secret, cursor)
        at = datetime.fromisoformat(str(sort_at))
        query = query.where(
            sa.or_(
                user_task.c.sort_at > at,
                sa.and_(user_task.c.sort_at == at, user_task.c.id > int(last_id)),
            )
        )
    rows = connection.execute(query).all()
    more = len(rows) > size
    shown = rows[:size]
    following = encode_cursor(secret, (shown[-1].sort_at.isoformat(), shown[-1].id)) if more else None
    return Page(items=tuple(_item(row) for row in shown), next_cursor=following)


def find_task_row(connection: sa.Connection, task_id: int, *, now: datetime) -> WorklistItem | None:
    """Return one task as the worklist shows it, also a closed one."""
    row = connection.execute(_base(now).where(user_task.c.id == task_id)).one_or_none()
    return _item(row) if row else None


def next_task(connection: sa.Connection, person: Person, *, now: datetime, secret: str) -> WorklistItem | None:
    """Return the task the person would do next: their own first, else the most urgent of their groups."""
    for queue in ("mine", "group"):
        page = list_tasks(connection, person, WorklistFilter(queue=queue), now=now, secret=secret, limit=1)
        for item in page.items:
            assert isinstance(item, WorklistItem)
            return item
    return None


def count_queues(connection: sa.Connection, person: Person, *, now: datetime) -> dict[str, int]:
    """Return how many open tasks each queue holds, and how many of the person's groups are overdue."""
    counts = {}
    for queue in QUEUES:
        query = sa.select(sa.func.count()).select_from(user_task).where(sa.text("state < 2"), *_queue(person, queue))
        counts[queue] = int(connection.scalar(query) or 0)
    overdue = (
        sa.select(sa.func.count())
        .select_from(user_task)
        .where(sa.text("state < 2"), *_queue(person, "group"), user_task.c.due_at < now, sa.not_(user_task.c.paused))
    )
    counts["overdue"] = int(connection.scalar(overdue) or 0)
    return counts


def colour_column(now: datetime) -> sa.ColumnElement[str]:
    """Return the colour of a task as SQL; it is computed when read and never stored."""
    columns = user_task.c
    return sa.case(
        (columns.paused, Colour.PAUSED.value),
        (columns.due_at < now, Colour.OVERDUE.value),
        (columns.red_at < now, Colour.RED.value),
        (columns.yellow_at < now, Colour.YELLOW.value),
        else_=Colour.GREEN.value,
    )


def _base(now: datetime) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(
            user_task,
            colour_column(now).label("colour"),
            case_file.c.case_no,
            case_file.c.name.label("case_name"),
            case_file.c.state.label("case_state"),
            party.c.name.label("applicant"),
        )
        .join(case_file, case_file.c.id == user_task.c.case_id)
        .outerjoin(party, party.c.case_id == case_file.c.id)
    )


def _queue(person: Person, queue: str) -> list[sa.ColumnElement[bool]]:
    columns = user_task.c
    if queue == "mine":
        return [sa.text("user_task.state = 1"), columns.assignee_id == person.staff_id]  # type: ignore[list-item]
    if queue == "group":
        return [
            columns.group_id.in_(sorted(person.group_ids)),
            sa.or_(columns.assignee_id.is_(None), columns.assignee_id == person.staff_id),
        ]
    return [columns.department_id.in_(sorted(person.department_ids))]


def _filters(wanted: WorklistFilter, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.colour:
        conditions.append(colour_column(now) == wanted.colour)
    if wanted.matter_code:
        conditions.append(user_task.c.matter_code == wanted.matter_code)
    if wanted.county:
        conditions.append(user_task.c.county == wanted.county)
    if wanted.text:
        conditions.append(sa.or_(case_file.c.case_no.startswith(wanted.text), case_file.c.name.contains(wanted.text)))
    return conditions


def _item(row: sa.Row[tuple[object, ...]]) -> WorklistItem:
    return WorklistItem(
        id=str(row.id),
        title=row.title,
        element=row.element,
        role=row.role,
        state=TaskState(row.state).name.lower(),
        version=row.version,
        case_id=str(row.case_id),
        case_no=row.case_no,
        case_name=row.case_name,
        case_state=row.case_state,
        applicant=row.applicant or "",
        county=row.county,
        matter_code=row.matter_code,
        assignee_id=str(row.assignee_id) if row.assignee_id else None,
        due_at=row.due_at,
        colour=row.colour,
        opened_at=row.opened_at,
    )
