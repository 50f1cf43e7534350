"""What failed and waits for a person (失败清单): deadlines that were given up or blocked, and open incidents."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.tables import case_file, deadline, department, incident

# The literal conditions are those of the partial indexes.
STATES = {"dead": "deadline.state = 4", "blocked": "deadline.state = 6"}
OPEN_INCIDENT = "incident.state = 'open'"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDeadline:
    """A deadline a person has to look at. error: code and facts, or class and place; never the text of a row."""

    id: str
    state: str
    name: str
    case_no: str
    case_name: str
    county: str | None
    department: str
    due_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """A failure that waits for a retry or a person. engine_task: of a decision that failed; decision: its name."""

    id: str
    code: str
    element: str
    case_no: str
    case_name: str
    county: str | None
    department: str
    opened_at: datetime
    deadline_id: str | None
    error: str
    engine_task: str | None = None
    decision: str | None = None


def list_failed_deadlines(
    connection: sa.Connection, scope: Scope, state: str, *, secret: str, cursor: str | None = None, limit: int = 50
) -> Page:
    """Return the deadlines in a state of `STATES`, oldest id first. Raises KeyError for another state."""
    columns = deadline.c
    query = (
        sa.select(
            columns.id,
            columns.name,
            case_file.c.case_no,
            case_file.c.name.label("case_name"),
            case_file.c.county,
            department.c.name_zh.label("department"),
            columns.due_at,
            columns.attempts,
            columns.last_error,
        )
        .join(case_file, case_file.c.id == columns.case_id)
        .join(department, department.c.id == case_file.c.department_id)
        .where(sa.text(STATES[state]), *case_scope(scope))
    )
    rows, following = _page(connection, query, columns.id, secret=secret, cursor=cursor, limit=limit)
    items = tuple(
        FailedDeadline(
            id=str(row.id),
            state=state,
            name=row.name,
            case_no=row.case_no,
            case_name=row.case_name,
            county=row.county,
            department=row.department,
            due_at=row.due_at,
            attempts=row.attempts,
            error=row.last_error or "",
        )
        for row in rows
    )
    return Page(items=items, next_cursor=following)


def list_incidents(
    connection: sa.Connection, scope: Scope, *, secret: str, cursor: str | None = None, limit: int = 50
) -> Page:
    """Return the open incidents, oldest id first."""
    columns = incident.c
    query = (
        sa.select(
            columns.id,
            columns.code,
            columns.element,
            case_file.c.case_no,
            case_file.c.name.label("case_name"),
            case_file.c.county,
            department.c.name_zh.label("department"),
            columns.opened_at,
            columns.facts,
        )
        .join(case_file, case_file.c.id == columns.case_id)
        .join(department, department.c.id == case_file.c.department_id)
        .where(sa.text(OPEN_INCIDENT), *case_scope(scope))
    )
    rows, following = _page(connection, query, columns.id, secret=secret, cursor=cursor, limit=limit)
    return Page(items=tuple(_incident(row) for row in rows), next_cursor=following)


def _incident(row: sa.Row[tuple[object, ...]]) -> OpenIncident:
    facts = orjson.loads(row.facts)
    return OpenIncident(
        id=str(row.id),
        code=row.code,
        element=row.element,
        case_no=row.case_no,
        case_name=row.case_name,
        county=row.county,
        department=row.department,
        opened_at=row.opened_at,
        deadline_id=facts.get("deadline_id"),
        error=str(facts.get("error", "")),
        engine_task=facts.get("engine_task"),
        decision=facts.get("decision"),
    )


def _page(
    connection: sa.Connection,
    query: "sa.Select[tuple[object, ...]]",
    key: "sa.Column[int]",
    *,
    secret: str,
    cursor: str | None,
    limit: int,
) -> tuple[list[sa.Row[tuple[object, ...]]], str | None]:
    size = checked_limit(limit)
    if cursor:
        query = query.where(key > int(decode_cursor(secret, cursor)[0]))
    rows = list(connection.execute(query.order_by(key).limit(size + 1)))
    following = encode_cursor(secret, (rows[size - 1].id,)) if len(rows) > size else None
    return rows[:size], following
