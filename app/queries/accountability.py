"""Accountability records (责任认定): who let which limit pass, with the cards of the case."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.errors import NotFound
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.tables import accountability_record, case_file, department, warning_card


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountabilityView:
    """A record with its case. is_cause_late: the unit has not chosen in time."""

    record_id: str
    case_no: str
    name: str
    county: str | None
    department: str
    department_id: str
    clock: str
    state: str
    opened_at: datetime
    cause: str | None
    cause_text: str | None
    cause_by: str | None
    cause_at: datetime | None
    cause_due_at: datetime | None
    is_cause_late: bool
    finding: str | None
    measures: str | None
    finding_by: str | None
    finding_at: datetime | None
    closed_at: datetime | None
    facts: dict[str, object]
    cards: tuple[dict[str, object], ...] = ()


def list_accountability(
    connection: sa.Connection,
    scope: Scope,
    *,
    now: datetime,
    secret: str,
    state: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the records of the cases in scope, newest first. state: code of `accountability_state`; empty for all."""
    size = checked_limit(limit)
    query = _records(scope).order_by(accountability_record.c.id.desc()).limit(size + 1)
    if state:
        query = query.where(accountability_record.c.state == state)
    if cursor:
        query = query.where(accountability_record.c.id < int(decode_cursor(secret, cursor)[0]))
    rows = connection.execute(query).all()
    shown = rows[:size]
    following = encode_cursor(secret, (int(shown[-1].record_id),)) if len(rows) > size else None
    return Page(items=tuple(_view(row._asdict(), now) for row in shown), next_cursor=following)


def get_accountability(connection: sa.Connection, scope: Scope, record_id: int, *, now: datetime) -> AccountabilityView:
    """Return a record in scope with the cards of its case. Raises NotFound `accountability_unknown`."""
    query = _records(scope).add_columns(accountability_record.c.case_id)
    row = connection.execute(query.where(accountability_record.c.id == record_id)).one_or_none()
    if row is None:
        raise NotFound("accountability_unknown", record=str(record_id))
    values = row._asdict()
    columns = warning_card.c
    cards = connection.execute(
        sa.select(columns.clock, columns.colour, columns.cause, columns.state, columns.issued_at)
        .where(columns.case_id == values.pop("case_id"))
        .order_by(columns.id)
    )
    return _view(
        {**values, "cards": tuple({**card._asdict(), "issued_at": card.issued_at.isoformat()} for card in cards)}, now
    )


def _records(scope: Scope) -> sa.Select[tuple[object, ...]]:
    left_out = ("id", "case_id", "department_id", "closed_by")
    columns = [column for column in accountability_record.c if column.name not in left_out]
    places = [case_file.c.case_no, case_file.c.name, case_file.c.county, accountability_record.c.department_id]
    return (
        sa.select(accountability_record.c.id.label("record_id"), *columns, *places)
        .add_columns(department.c.name_zh.label("department"))
        .join(case_file, case_file.c.id == accountability_record.c.case_id)
        .join(department, department.c.id == accountability_record.c.department_id)
        .where(*case_scope(scope))
    )


def _view(values: dict[str, object], now: datetime) -> AccountabilityView:
    due_at, cause_at = values["cause_due_at"], values["cause_at"]
    chosen_at = cause_at if isinstance(cause_at, datetime) else now
    read = {
        **values,
        "record_id": str(values["record_id"]),
        "department_id": str(values["department_id"]),
        "facts": orjson.loads(str(values["facts"])),
        "is_cause_late": isinstance(due_at, datetime) and chosen_at > due_at,
    }
    return AccountabilityView(**read)
