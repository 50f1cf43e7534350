"""Holds of approvals by default (暂缓), and what outages and closures still block."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.errors import NotFound
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.tables import case_file, closure, deemed_release, department, hold, outage


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """A hold with its case."""

    hold_id: str
    case_no: str
    name: str
    county: str | None
    department: str
    department_id: str
    reason: str
    text: str
    state: str
    requested_by: str
    requested_at: datetime
    until_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    finding: str | None
    finding_text: str | None
    signed_by: str | None
    signed_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """An outage or closure that was not released. release_id: asked for and waiting for a second person."""

    kind: str
    block_id: str
    region_code: str
    began_at: datetime
    ended_at: datetime | None
    reason: str
    release_id: str | None
    asked_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRelease:
    """A release that waits for its second person."""

    id: int
    asked_by: str
    reason: str


def list_holds(
    connection: sa.Connection, scope: Scope, *, secret: str, state: str = "", cursor: str | None = None, limit: int = 50
) -> Page:
    """Return the holds of the cases in scope, newest first. state: code of `hold_state`; `open` those that block."""
    size = checked_limit(limit)
    query = _holds(scope).order_by(hold.c.id.desc()).limit(size + 1)
    if state == "open":
        query = query.where(sa.text("hold.ended_at IS NULL"))
    elif state:
        query = query.where(hold.c.state == state)
    if cursor:
        query = query.where(hold.c.id < int(decode_cursor(secret, cursor)[0]))
    rows = connection.execute(query).all()
    shown = rows[:size]
    following = encode_cursor(secret, (int(shown[-1].hold_id),)) if len(rows) > size else None
    return Page(items=tuple(_view(row) for row in shown), next_cursor=following)


def list_case_holds(connection: sa.Connection, scope: Scope, case_id: int) -> tuple[HoldView, ...]:
    """Return the holds of one case in scope, oldest first."""
    rows = connection.execute(_holds(scope).where(hold.c.case_id == case_id).order_by(hold.c.id)).all()
    return tuple(_view(row) for row in rows)


def get_hold(connection: sa.Connection, scope: Scope, hold_id: int) -> HoldView:
    """Return a hold in scope. Raises NotFound `hold_unknown`."""
    row = connection.execute(_holds(scope).where(hold.c.id == hold_id)).one_or_none()
    if row is None:
        raise NotFound("hold_unknown", hold=str(hold_id))
    return _view(row)


def list_blocks(connection: sa.Connection, scope: Scope) -> tuple[BlockView, ...]:
    """Return the outages and closures in scope that were not released yet, oldest first.

    An outage concerns the whole prefecture, so only who sees the prefecture sees it.
    """
    waiting = deemed_release.c.confirmed_at.is_(None)
    outages = (
        sa.select(outage.c.id, outage.c.began_at, outage.c.ended_at, deemed_release.c.id.label("release_id"))
        .add_columns(deemed_release.c.asked_by)
        .outerjoin(deemed_release, sa.and_(deemed_release.c.outage_id == outage.c.id, waiting))
        .where(outage.c.released_at.is_(None))
        .order_by(outage.c.began_at, deemed_release.c.id)
    )
    closures = (
        sa.select(closure.c.id, closure.c.began_at, closure.c.ended_at, deemed_release.c.id.label("release_id"))
        .add_columns(deemed_release.c.asked_by, closure.c.region_code, closure.c.reason)
        .outerjoin(deemed_release, sa.and_(deemed_release.c.closure_id == closure.c.id, waiting))
        .where(sa.text("closure.released_at IS NULL"), closure.c.confirmed_at.is_not(None), _of_region(scope))
        .order_by(closure.c.began_at, deemed_release.c.id)
    )
    found = {}
    if scope.prefecture and scope.department_ids is None:
        for row in connection.execute(outages):
            found["outage", row.id] = _block("outage", row)
    for row in connection.execute(closures):
        found["closure", row.id] = _block("closure", row)
    return tuple(sorted(found.values(), key=lambda block: block.began_at))


def find_open_release(connection: sa.Connection, *, closure_id: int) -> OpenRelease | None:
    """Return the release of a closure that waits for its second person; None when nobody asked."""
    columns = deemed_release.c
    query = (
        sa.select(columns.id, columns.asked_by, columns.reason)
        .where(columns.closure_id == closure_id, columns.confirmed_at.is_(None))
        .order_by(columns.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return OpenRelease(**row._asdict()) if row else None


def _holds(scope: Scope) -> sa.Select[tuple[object, ...]]:
    columns = [hold.c.id.label("hold_id"), *(column for column in hold.c if column.name not in ("id", "case_id"))]
    places = [case_file.c.case_no, case_file.c.name, case_file.c.county, case_file.c.department_id]
    return (
        sa.select(*columns, *places, department.c.name_zh.label("department"))
        .join(case_file, case_file.c.id == hold.c.case_id)
        .join(department, department.c.id == case_file.c.department_id)
        .where(*case_scope(scope))
    )


def _view(row: sa.Row[tuple[object, ...]]) -> HoldView:
    values = row._asdict()
    return HoldView(**{**values, "hold_id": str(row.hold_id), "department_id": str(row.department_id)})


def _block(kind: str, row: sa.Row[tuple[object, ...]]) -> BlockView:
    values = row._asdict()
    return BlockView(
        kind=kind,
        block_id=str(row.id),
        region_code=values.get("region_code") or "",
        began_at=row.began_at,
        ended_at=row.ended_at,
        reason=values.get("reason") or "",
        release_id=str(row.release_id) if row.release_id else None,
        asked_by=row.asked_by,
    )


def _of_region(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.prefecture:
        return closure.c.region_code.startswith(scope.prefecture, autoescape=True)
    if scope.counties:
        return sa.or_(*(closure.c.region_code.startswith(county) for county in sorted(scope.counties)))
    return sa.false()
