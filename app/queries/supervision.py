"""The supervisor's board (监察看板): figures by county and department, and the lists behind them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.vocabulary import DeadlineState
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import case_file, deadline, department, matter_offering, warning_card

COUNTED = ("due_soon", "yellow", "red", "overdue", "paused", "to_be_deemed", "blocked")
STATES = ("overdue", "due_soon", "paused", "to_be_deemed", "blocked", "dead")
SOON = timedelta(days=1)
DEEMED_DAYS = 3
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of one county and department."""

    county: str | None
    department: str
    department_id: str
    open: int
    due_soon: int
    yellow: int
    red: int
    overdue: int
    paused: int
    to_be_deemed: int
    blocked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedCase:
    """A case on a list behind a figure, with the reasons that block a deemed approval."""

    case_no: str
    name: str
    state: str
    county: str | None
    department: str
    clock: str
    due_at: datetime | None
    provisional: bool
    guards: tuple[str, ...]
    deadline_id: str
    case_id: str
    yellow_at: datetime | None = None
    red_at: datetime | None = None


def summarise(connection: sa.Connection, scope: Scope, *, now: datetime) -> tuple[Figures, ...]:
    """Return the figures of every county and department in scope, most burning first."""
    parts = {name: condition for name, condition in _conditions(now).items() if name in COUNTED}
    query = (
        sa.select(
            case_file.c.county,
            department.c.id,
            department.c.name_zh,
            sa.func.count(sa.distinct(case_file.c.id)).label("open"),
            *(
                sa.func.count(sa.distinct(sa.case((condition, case_file.c.id)))).label(name)
                for name, condition in parts.items()
            ),
        )
        .join(department, department.c.id == case_file.c.department_id)
        .outerjoin(deadline, deadline.c.case_id == case_file.c.id)
        .where(sa.text("case_file.closed_at IS NULL"), *case_scope(scope))
        .group_by(case_file.c.county, department.c.id, department.c.name_zh)
    )
    rows = connection.execute(query).all()
    figures = [
        Figures(
            county=row.county,
            department=row.name_zh,
            department_id=str(row.id),
            open=row.open,
            **{name: getattr(row, name) for name in parts},
        )
        for row in rows
    ]
    return tuple(sorted(figures, key=lambda item: (-item.overdue, -item.red, -item.yellow, item.county or "")))


def list_supervised(
    connection: sa.Connection,
    scope: Scope,
    state: str,
    *,
    now: datetime,
    secret: str,
    days: int = DEEMED_DAYS,
    matter: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the cases behind a figure, ordered by (due instant, id); what has none stands last.

    days: how far `to_be_deemed` looks ahead. matter: code of one matter; empty for all.
    """
    size, sort_at = checked_limit(limit), sa.func.coalesce(deadline.c.due_at, NEVER, type_=UtcDateTime)
    query = (
        sa.select(
            case_file.c.id.label("case_id"),
            case_file.c.case_no,
            case_file.c.name,
            case_file.c.state,
            case_file.c.county,
            department.c.name_zh,
            deadline.c.id,
            deadline.c.name.label("clock"),
            deadline.c.due_at,
            deadline.c.yellow_at,
            deadline.c.red_at,
            deadline.c.is_provisional,
            deadline.c.last_error,
        )
        .join(case_file, case_file.c.id == deadline.c.case_id)
        .join(department, department.c.id == case_file.c.department_id)
        .where(sa.text("case_file.closed_at IS NULL"), _conditions(now, days)[state], *case_scope(scope))
        .order_by(sort_at, deadline.c.id)
        .limit(size + 1)
    )
    if matter:
        offered = sa.select(matter_offering.c.id).where(matter_offering.c.matter_code == matter)
        query = query.where(case_file.c.offering_id.in_(offered))
    if cursor:
        last_at, last_id = decode_cursor(secret, cursor)
        at = datetime.fromisoformat(str(last_at))
        is_later = sa.and_(sort_at == at, deadline.c.id > int(last_id))
        query = query.where(sa.or_(sort_at > at, is_later))
    rows = connection.execute(query).all()
    shown = rows[:size]
    following = None
    if len(rows) > size:
        following = encode_cursor(secret, ((shown[-1].due_at or NEVER).isoformat(), shown[-1].id))
    return Page(items=tuple(_supervised(row, state) for row in shown), next_cursor=following)


def count_cards(connection: sa.Connection, scope: Scope) -> dict[str, int]:
    """Return how many cards stand issued, by colour."""
    query = (
        sa.select(warning_card.c.colour, sa.func.count())
        .join(case_file, case_file.c.id == warning_card.c.case_id)
        .where(warning_card.c.state == "issued", *case_scope(scope))
        .group_by(warning_card.c.colour)
    )
    return {colour: int(count) for colour, count in connection.execute(query).all()}


def _supervised(row: sa.Row[*tuple[Any, ...]], state: str) -> SupervisedCase:
    guards = row.last_error.split(", ") if row.last_error and state == "blocked" else ()
    return SupervisedCase(
        case_no=row.case_no,
        name=row.name,
        state=row.state,
        county=row.county,
        department=row.name_zh,
        clock=row.clock,
        due_at=row.due_at,
        provisional=row.is_provisional,
        guards=tuple(guards),
        deadline_id=str(row.id),
        case_id=str(row.case_id),
        yellow_at=row.yellow_at,
        red_at=row.red_at,
    )


def _conditions(now: datetime, days: int = DEEMED_DAYS) -> dict[str, sa.ColumnElement[bool]]:
    """Return what each figure counts and each list shows; a disarmed deadline burns no more."""
    columns = deadline.c
    is_open = columns.state != int(DeadlineState.DISARMED)
    governing = sa.and_(columns.name.in_(("promised", "bundle_promised")), is_open)
    is_deemed = columns.name == "deemed"
    return {
        "overdue": sa.and_(governing, columns.due_at < now),
        "due_soon": sa.and_(governing, columns.due_at >= now, columns.due_at < now + SOON),
        "red": sa.and_(governing, columns.red_at < now, columns.due_at >= now),
        "yellow": sa.and_(governing, columns.yellow_at < now, sa.func.coalesce(columns.red_at, columns.due_at) >= now),
        "paused": sa.and_(governing, columns.state == int(DeadlineState.PAUSED)),
        "to_be_deemed": sa.and_(
            is_deemed,
            columns.state.in_((int(DeadlineState.ARMED), int(DeadlineState.HELD))),
            columns.due_at < now + timedelta(days=days),
        ),
        "blocked": sa.and_(is_deemed, columns.state == int(DeadlineState.BLOCKED)),
        "dead": columns.state == int(DeadlineState.DEAD),
    }
