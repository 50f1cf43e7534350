"""The worklist (待办列表): open tasks a person may act on, sorted by what burns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.vocabulary import Colour, TaskState
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import case_file, user_task
from app.storage.tables import case_party as party

QUEUES = ("mine", "group", "department")
NEVER_YEAR = 9999
# The instant is a parameter, so that the statements are built once and not for each request.
NOW = sa.bindparam("now", type_=UtcDateTime())
IS_LATE = user_task.c.due_at < NOW
colour_column: sa.ColumnElement[str] = sa.case(
    (user_task.c.paused, Colour.PAUSED.value),
    # Red takes the place of overdue where a limit can turn yellow and never red before (`domain/cards.py`).
    (sa.and_(IS_LATE, user_task.c.red_at.is_(None), user_task.c.yellow_at.is_not(None)), Colour.RED.value),
    (IS_LATE, Colour.OVERDUE.value),
    (user_task.c.red_at < NOW, Colour.RED.value),
    (user_task.c.yellow_at < NOW, Colour.YELLOW.value),
    else_=Colour.GREEN.value,
)
LINES = (
    sa.select(
        user_task,
        colour_column.label("colour"),
        case_file.c.case_no,
        case_file.c.name.label("case_name"),
        case_file.c.state.label("case_state"),
        party.c.name.label("applicant"),
    )
    .join(case_file, case_file.c.id == user_task.c.case_id)
    .outerjoin(party, party.c.case_id == case_file.c.id)
)
IN_ORDER = LINES.where(sa.text("user_task.state < 2")).order_by(user_task.c.sort_at, user_task.c.id)
STAFF = sa.bindparam("staff_id", type_=sa.BigInteger())
GROUPS: sa.BindParameter[int] = sa.bindparam("group_ids", expanding=True)
DEPARTMENTS: sa.BindParameter[int] = sa.bindparam("department_ids", expanding=True)
CONDITIONS_OF_QUEUE: Mapping[str, tuple[sa.ColumnElement[bool] | sa.TextClause, ...]] = {
    "mine": (sa.text("user_task.state = 1"), user_task.c.assignee_id == STAFF),
    "group": (
        user_task.c.group_id.in_(GROUPS),
        sa.or_(user_task.c.assignee_id.is_(None), user_task.c.assignee_id == STAFF),
    ),
    "department": (user_task.c.department_id.in_(DEPARTMENTS),),
}
# Late by the clock, whatever colour the rule set of the matter has for it.
LATE = (IS_LATE, sa.not_(user_task.c.paused))
OPEN_COUNT = sa.select(sa.func.count()).select_from(user_task).where(sa.text("user_task.state < 2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistFilter:
    """What the list shows. queue: mine (claimed by me), group (mine to claim or act on), department (all of my units).

    is_late: only what is past its due instant, whatever its colour.
    """

    queue: str = "group"
    colour: str = ""
    matter_code: str = ""
    county: str = ""
    text: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistItem:
    """One line of the worklist. Instants are aware UTC; due_at is None while no limit runs.

    instance_no: which of several instances of one activity it belongs to, from 1; else None.
    """

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
    instance_no: int | None = None


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
    query = IN_ORDER.where(*CONDITIONS_OF_QUEUE[wanted.queue], *_filters(wanted)).limit(size + 1)
    if cursor:
        sort_at, last_id = decode_cursor(secret, cursor)
        at = datetime.fromisoformat(str(sort_at))
        query = query.where(
            sa.or_(
                user_task.c.sort_at > at,
                sa.and_(user_task.c.sort_at == at, user_task.c.id > int(last_id)),
            )
        )
    rows = connection.execute(query, _who(person, now)).all()
    more = len(rows) > size
    shown = rows[:size]
    following = encode_cursor(secret, (shown[-1].sort_at.isoformat(), shown[-1].id)) if more else None
    return Page(items=tuple(_item(row) for row in shown), next_cursor=following)


def find_task_row(connection: sa.Connection, task_id: int, *, now: datetime) -> WorklistItem | None:
    """Return one task as the worklist shows it, also a closed one."""
    row = connection.execute(LINES.where(user_task.c.id == task_id), {"now": now}).one_or_none()
    return _item(row) if row else None


def next_task(connection: sa.Connection, person: Person, *, now: datetime) -> WorklistItem | None:
    """Return the task the person would do next: their own first, else the most urgent of their groups."""
    groups = {f"group_{number}": group_id for number, group_id in enumerate(sorted(person.group_ids))}
    row = connection.execute(_next_task(len(groups)), _who(person, now) | groups).one_or_none()
    return _item(row) if row is not None else None


@cache
def _next_task(group_count: int) -> sa.CompoundSelect[Any]:
    """Return one look with a part for the person's own and one for each group, each along its own index.

    A list of groups in one part would have the database sort all their tasks.
    """
    of_groups = [
        (user_task.c.group_id == sa.bindparam(f"group_{number}"), CONDITIONS_OF_QUEUE["group"][1])
        for number in range(group_count)
    ]
    parts = [(0, CONDITIONS_OF_QUEUE["mine"]), *((1, condition) for condition in of_groups)]
    firsts = (
        sa.select(sa.literal(place).label("place"), IN_ORDER.where(*condition).limit(1).subquery())
        for place, condition in parts
    )
    return sa.union_all(*firsts).order_by(sa.text("place"), sa.text("sort_at"), sa.text("id")).limit(1)


def count_queues(connection: sa.Connection, person: Person, *, now: datetime) -> dict[str, int]:
    """Return how many open tasks each queue holds, and how many of the person's groups are overdue."""
    who = _who(person, now)
    counted = {**CONDITIONS_OF_QUEUE, "overdue": (*CONDITIONS_OF_QUEUE["group"], *LATE)}
    return {name: int(connection.scalar(OPEN_COUNT.where(*which), who) or 0) for name, which in counted.items()}


def _who(person: Person, now: datetime) -> dict[str, object]:
    """Return the parameters of every statement here."""
    return {
        "now": now,
        "staff_id": person.staff_id,
        "group_ids": sorted(person.group_ids),
        "department_ids": sorted(person.department_ids),
    }


def _filters(wanted: WorklistFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.is_late:
        conditions.extend(LATE)
    if wanted.colour:
        conditions.append(colour_column == wanted.colour)
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
        instance_no=row.instance_no,
    )
