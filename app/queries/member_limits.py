"""The promised limits of the members of joint cases, as lists and pages colour them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.cards import colour_of_instants
from app.domain.vocabulary import ClockName, Colour, DeadlineState
from app.storage.tables import case_file, deadline, matter_offering


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLimit:
    """A member case with its matter and its promised limit. Once it has ended it has no limit any more."""

    case_no: str
    matter_code: str
    has_ended: bool
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    is_paused: bool

    def colour(self, now: datetime) -> Colour:
        """Return the colour of its limit at `now`."""
        return colour_of_instants(
            now, due_at=self.due_at, yellow_at=self.yellow_at, red_at=self.red_at, is_paused=self.is_paused
        )


def list_member_limits(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, tuple[MemberLimit, ...]]:
    """Return the members of joint cases by the id of the joint case, one query for all; without members it is absent."""
    if not case_ids:
        return {}
    clock, found = deadline.alias("clock"), dict[int, tuple[MemberLimit, ...]]()
    query = (
        sa.select(
            case_file.c.parent_case_id,
            case_file.c.case_no,
            case_file.c.closed_at,
            matter_offering.c.matter_code,
            clock.c.due_at,
            clock.c.yellow_at,
            clock.c.red_at,
            clock.c.state,
        )
        .outerjoin(matter_offering, matter_offering.c.id == case_file.c.offering_id)
        .outerjoin(clock, sa.and_(clock.c.case_id == case_file.c.id, clock.c.name == ClockName.PROMISED.value))
        .where(case_file.c.parent_case_id.in_(sorted(case_ids)))
        .order_by(case_file.c.id)
    )
    for row in connection.execute(query).all():
        runs = row.closed_at is None
        limit = MemberLimit(
            case_no=row.case_no,
            matter_code=row.matter_code or "",
            has_ended=not runs,
            due_at=row.due_at if runs else None,
            yellow_at=row.yellow_at if runs else None,
            red_at=row.red_at if runs else None,
            is_paused=runs and row.state == DeadlineState.PAUSED,
        )
        found[row.parent_case_id] = (*found.get(row.parent_case_id, ()), limit)
    return found
