"""Search of cases: what a person may see, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.bundle import bundle_colour
from app.domain.cards import colour_of_instants
from app.domain.vocabulary import CaseKind, CaseState, Colour
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.member_limits import MemberLimit, list_member_limits
from app.queries.scoping import case_scope
from app.storage.tables import case_file, case_party, deadline, department


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One line of a list of cases. running_members: of a joint case, those that have not ended."""

    id: str
    case_no: str
    kind: str
    name: str
    state: str
    applicant: str
    department: str
    county: str | None
    received_at: datetime
    due_at: datetime | None
    is_paused: bool
    yellow_at: datetime | None = None
    red_at: datetime | None = None
    running_members: tuple[MemberLimit, ...] = ()

    def colour(self, now: datetime) -> Colour:
        """Return the colour of its promised limit at `now`; of a joint case the worst of that and its members (J9)."""
        own = colour_of_instants(
            now, due_at=self.due_at, yellow_at=self.yellow_at, red_at=self.red_at, is_paused=self.is_paused
        )
        members = [member.colour(now) for member in self.running_members]
        return bundle_colour(own, members, is_standing_still=self.is_paused) if members else own


def list_cases(
    connection: sa.Connection,
    scope: Scope,
    *,
    secret: str,
    text: str = "",
    state: str = "",
    with_members: bool = False,
    with_revoked: bool = True,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of cases in scope, newest first.

    A member stands under its joint case and is left out, unless the reader may not see that one, asks `with_members`, or
    searches for its number. with_revoked: False leaves out those whose grant stands no more.
    """
    size = checked_limit(limit)
    query = _base().where(*case_scope(scope)).order_by(case_file.c.id.desc()).limit(size + 1)
    if not with_members:
        query = query.where(sa.or_(_stands_alone(scope), case_file.c.case_no == text))
    if not with_revoked:
        query = query.where(case_file.c.state != CaseState.REVOKED)
    if state:
        query = query.where(case_file.c.state == state)
    if text:
        query = query.where(
            sa.or_(case_file.c.case_no == text, case_file.c.name.contains(text), case_party.c.name == text)
        )
    if cursor:
        query = query.where(case_file.c.id < int(decode_cursor(secret, cursor)[0]))
    rows = connection.execute(query).all()
    shown = rows[:size]
    members = list_member_limits(connection, [row.id for row in shown if row.kind == CaseKind.THEME])
    following = encode_cursor(secret, (shown[-1].id,)) if len(rows) > size else None
    return Page(items=tuple(_line(row, members.get(row.id, ())) for row in shown), next_cursor=following)


def _line(row: Any, members: Iterable[MemberLimit]) -> CaseLine:
    return CaseLine(
        id=str(row.id),
        case_no=row.case_no,
        kind=row.kind,
        name=row.name,
        state=row.state,
        applicant=row.applicant or "",
        department=row.department,
        county=row.county,
        received_at=row.received_at,
        due_at=row.due_at,
        is_paused=row.clock_state == 1,
        yellow_at=row.yellow_at,
        red_at=row.red_at,
        running_members=tuple(item for item in members if not item.has_ended),
    )


def _stands_alone(scope: Scope) -> sa.ColumnElement[bool]:
    parent = case_file.alias("parent")
    seen = sa.exists().where(parent.c.id == case_file.c.parent_case_id, *case_scope(scope, parent))
    return sa.or_(case_file.c.parent_case_id.is_(None), sa.not_(seen))


def _base() -> sa.Select[tuple[object, ...]]:
    clock = deadline.alias("clock")
    governs = clock.c.name.in_(("promised", "bundle_promised"))
    return (
        sa.select(
            case_file,
            case_party.c.name.label("applicant"),
            department.c.name_zh.label("department"),
            clock.c.due_at,
            clock.c.yellow_at,
            clock.c.red_at,
            clock.c.state.label("clock_state"),
        )
        .join(department, department.c.id == case_file.c.department_id)
        .outerjoin(case_party, case_party.c.case_id == case_file.c.id)
        .outerjoin(clock, sa.and_(clock.c.case_id == case_file.c.id, governs))
    )
