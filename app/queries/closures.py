"""Closures for their readers (停止办公): the list of a region, one with the approvals it touches."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.calendar_authority import covers_region
from app.domain.errors import NotFound
from app.domain.vocabulary import Decision
from app.storage.closures import ClosureRow, find_closure, list_closures, scope_names
from app.storage.tables import case_file, deadline, decision_record, department

WATCHING = ("supervisor", "duty_officer", "admin")
MOST_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureLine:
    """A closure. code: of the region or the department it is about. state: declared, confirmed or released."""

    id: str
    scope: str
    code: str
    name_zh: str
    name_en: str
    began_at: datetime
    ended_at: datetime
    reason: str
    document: str
    state: str
    declared_by: str
    declared_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    released_by: str | None
    released_at: datetime | None
    load_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedApproval:
    """An approval by default a closure touches. state: blocked (guards say why), or approved before it was declared."""

    case_no: str
    state: str
    due_at: datetime | None
    guards: tuple[str, ...]


def list_closures_of(connection: sa.Connection, person: Person) -> tuple[ClosureLine, ...]:
    """Return the closures of the regions a person watches over, the newest first."""
    rows = [row for row in list_closures(connection) if covers_region(person, row.region_code, WATCHING)]
    return tuple(_line(connection, row) for row in rows)


def get_closure(connection: sa.Connection, person: Person, closure_id: int) -> ClosureLine:
    """Return a closure. Raises NotFound `closure_unknown` for one outside the region of the reader."""
    row = find_closure(connection, closure_id)
    if row is None or not covers_region(person, row.region_code, WATCHING):
        raise NotFound("closure_unknown", closure=str(closure_id))
    return _line(connection, row)


def list_touched(connection: sa.Connection, closure_id: int) -> tuple[TouchedApproval, ...]:
    """Return the approvals a closure blocks, and those inside it that had fired before: they stand, for review."""
    row = find_closure(connection, closure_id)
    if row is None:
        return ()
    return (*_blocked(connection, row), *_approved(connection, row))


def _blocked(connection: sa.Connection, row: ClosureRow) -> tuple[TouchedApproval, ...]:
    query = (
        sa.select(case_file.c.case_no, deadline.c.due_at, deadline.c.last_error)
        .join(case_file, case_file.c.id == deadline.c.case_id)
        .where(
            sa.text("deadline.state = 6"),
            deadline.c.name == "deemed",
            deadline.c.last_error.like("%closure%"),
            *_inside_scope(row),
        )
        .order_by(deadline.c.due_at, deadline.c.id)
        .limit(MOST_LISTED)
    )
    return tuple(
        TouchedApproval(
            case_no=found.case_no,
            state="blocked",
            due_at=found.due_at,
            guards=tuple(filter(None, (found.last_error or "").split(", "))),
        )
        for found in connection.execute(query)
    )


def _approved(connection: sa.Connection, row: ClosureRow) -> tuple[TouchedApproval, ...]:
    query = (
        sa.select(case_file.c.case_no, decision_record.c.effective_at)
        .join(case_file, case_file.c.id == decision_record.c.case_id)
        .where(
            decision_record.c.decision == Decision.DEEMED_APPROVE.value,
            decision_record.c.effective_at >= row.began_at,
            decision_record.c.effective_at < row.ended_at,
            *_inside_scope(row),
        )
        .order_by(decision_record.c.effective_at, case_file.c.id)
        .limit(MOST_LISTED)
    )
    return tuple(
        TouchedApproval(case_no=found.case_no, state="approved", due_at=found.effective_at, guards=())
        for found in connection.execute(query)
    )


def _inside_scope(row: ClosureRow) -> list[sa.ColumnElement[bool]]:
    columns = case_file.c
    if row.department_id is None:
        prefix = row.region_code[:4] if row.region_code.endswith("00") else row.region_code
        return [columns.region_code.like(f"{prefix}%")]
    if row.scope == "office":
        return [sa.or_(columns.department_id == row.department_id, columns.intake_department_id == row.department_id)]
    named = department.alias("named")
    offices = sa.select(department.c.id).where(
        named.c.id == row.department_id,
        sa.or_(department.c.code == named.c.code, department.c.code.like(named.c.code + "-%")),
    )
    return [columns.department_id.in_(offices)]


def _line(connection: sa.Connection, row: ClosureRow) -> ClosureLine:
    code, name_zh, name_en = scope_names(connection, row)
    return ClosureLine(
        id=str(row.id),
        scope=row.scope,
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        began_at=row.began_at,
        ended_at=row.ended_at,
        reason=row.reason,
        document=row.document,
        state=row.state,
        declared_by=row.declared_by,
        declared_at=row.declared_at,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        released_by=row.released_by,
        released_at=row.released_at,
        load_id=str(row.load_id) if row.load_id else None,
    )
