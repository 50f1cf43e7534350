"""What failed and waits for a person (失败清单): deadlines that were given up or blocked, and open incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.vocabulary import DeadlineState
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
    """A failure that waits for a retry or a person.

    deadline_id: the row that tries again, None where a person has to act. name: of the element as drawn, where it is
    one. engine_task: of a decision that failed; decision: its name. external_task_id: of work a program failed at.
    attempts: so far. next_attempt_at: None once it was given up, or where no machine tries.
    """

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
    external_task_id: str | None = None
    name: str = ""
    attempts: int = 1
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tries:
    attempts: int
    next_at: datetime | None


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
    query = _open_incidents().where(*case_scope(scope))
    rows, following = _page(connection, query, incident.c.id, secret=secret, cursor=cursor, limit=limit)
    return Page(items=_incidents(connection, rows), next_cursor=following)


def list_case_incidents(connection: sa.Connection, case_id: int) -> tuple[OpenIncident, ...]:
    """Return the open incidents of a case, oldest first; its reader was checked."""
    query = _open_incidents().where(incident.c.case_id == case_id).order_by(incident.c.id)
    return _incidents(connection, list(connection.execute(query)))


def _open_incidents() -> "sa.Select[tuple[object, ...]]":
    columns = incident.c
    query: sa.Select[tuple[object, ...]] = (
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
        .where(sa.text(OPEN_INCIDENT))
    )
    return query


def _incidents(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> tuple[OpenIncident, ...]:
    """Return incidents with how often they were tried, which the row that tries knows best."""
    facts = {row.id: orjson.loads(row.facts) for row in rows}
    wanted = [int(found["deadline_id"]) for found in facts.values() if found.get("deadline_id")]
    columns = deadline.c
    query = sa.select(columns.id, columns.attempts, columns.fire_at, columns.state).where(columns.id.in_(wanted))
    tries = {
        str(row.id): _Tries(attempts=row.attempts, next_at=row.fire_at if row.state == DeadlineState.ARMED else None)
        for row in (connection.execute(query) if wanted else ())
    }
    return tuple(_incident(row, facts[row.id], tries.get(facts[row.id].get("deadline_id", ""))) for row in rows)


def _incident(row: sa.Row[Any], facts: Mapping[str, Any], tries: _Tries | None) -> OpenIncident:
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
        external_task_id=facts.get("external_task_id"),
        name=str(facts.get("name", "")),
        attempts=max(int(facts.get("attempts", 1)), tries.attempts if tries else 0),
        next_attempt_at=tries.next_at if tries else None,
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
