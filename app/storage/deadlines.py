"""Deadlines that are due (到期事项): claimed by their row lock, postponed when they fail."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.domain.deadline_instants import RENEWAL
from app.domain.vocabulary import DeadlineState, Lane
from app.storage.dialects import skip_locked
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import case_file, deadline
from app.storage.unit_of_work import UnitOfWork

DICE = random.SystemRandom()
FIRST_BACK_OFF_S = 30.0
LONGEST_BACK_OFF_S = 3_600.0
JITTER = 0.2
MOST_ATTEMPTS = 10
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDeadline:
    """A due row this transaction holds together with its case. fire_at: since when it was to be tried."""

    id: int
    case_id: int
    name: str
    clock: str | None
    stage: int
    lane: Lane
    fire_at: datetime
    attempts: int


# A calendar was loaded before the limit ended, and has not reached the case yet: its date is about to move.
NO_CALENDAR_AWAITED = (
    "NOT EXISTS (SELECT 1 FROM calendar_load_case w JOIN calendar_load l ON l.id = w.load_id"
    " WHERE w.case_id = deadline.case_id AND w.outcome = 'waiting' AND deadline.due_at >= l.loaded_at)"
)
# A technical pause holds back what moves the diagram; what only tells people goes on, because the clocks run.
NOT_PAUSED = (
    "(deadline.lane <> 0 OR NOT EXISTS (SELECT 1 FROM technical_pause p"
    " WHERE p.case_id = deadline.case_id AND p.resumed_at IS NULL))"
)
ARMED = (
    sa.select(
        deadline.c.id,
        deadline.c.case_id,
        deadline.c.name,
        deadline.c.clock,
        deadline.c.stage,
        deadline.c.fire_at,
        deadline.c.attempts,
    )
    .join(case_file, case_file.c.id == deadline.c.case_id)
    .where(
        sa.text("deadline.state = 0"),
        deadline.c.fire_at < sa.bindparam("now", type_=UtcDateTime),
        sa.text(NO_CALENDAR_AWAITED),
        sa.text(NOT_PAUSED),
    )
    .order_by(deadline.c.fire_at, deadline.c.id)
    .limit(sa.bindparam("limit"))
)
DUE = ARMED.where(deadline.c.lane == sa.bindparam("lane"))
# Word for word the condition of its index. Approvals move a case, so only their lane is asked this way.
DUE_BUT_APPROVALS = ARMED.where(
    sa.text("deadline.lane = 0"), sa.text("deadline.name <> 'deemed'"), deadline.c.name != RENEWAL
)


def claim_due(
    uow: UnitOfWork, *, lane: Lane, now: datetime, limit: int, may_approve: bool = True
) -> tuple[ClaimedDeadline, ...]:
    """Lock due deadlines with their cases, oldest first; those in somebody's hands are skipped and come back.

    The row lock is the claim and the transaction is the lease: a killed process gives its work back at once.
    may_approve: False leaves approvals and renewals by default armed where they are; what is due behind them goes on.
    """
    values: dict[str, object] = {"now": now, "limit": limit}
    if may_approve or lane != Lane.MOVE:
        query, values["lane"] = DUE, int(lane)
    else:
        query = DUE_BUT_APPROVALS
    rows = uow.connection.execute(skip_locked(query, deadline, case_file), values).all()
    return tuple(ClaimedDeadline(**row._asdict(), lane=lane) for row in rows)


def has_due(connection: sa.Connection, *, lane: Lane, now: datetime) -> bool:
    """Say whether anything is due, without locking: on SQLite a tick queues for the writer's place only then."""
    row = connection.execute(DUE, {"lane": int(lane), "now": now, "limit": 1}).first()
    return row is not None


def postpone(uow: UnitOfWork, row: ClaimedDeadline, *, now: datetime, error: str) -> bool:
    """Try again later, with a back-off that doubles up to an hour; after ten tries the row is a dead letter.

    `due_at` never moves. A `deemed` deadline is tried as often as any other; the caller makes its first failure known,
    because an applicant's right is at stake. Returns whether the row is dead now.
    """
    attempts = row.attempts + 1
    delay_s = min(FIRST_BACK_OFF_S * 2**row.attempts, LONGEST_BACK_OFF_S) * DICE.uniform(1 - JITTER, 1 + JITTER)
    is_dead = attempts >= MOST_ATTEMPTS
    uow.connection.execute(
        deadline.update()
        .where(deadline.c.id == row.id, sa.text("state = 0"))
        .values(
            attempts=attempts,
            fire_at=now + timedelta(seconds=delay_s),
            state=int(DeadlineState.DEAD if is_dead else DeadlineState.ARMED),
            last_error=error[:LONGEST_ERROR],
        )
    )
    return is_dead


def case_of_deadline(connection: sa.Connection, deadline_id: int) -> int | None:
    """Return the case a deadline belongs to; None when there is no such deadline."""
    found: int | None = connection.scalar(sa.select(deadline.c.case_id).where(deadline.c.id == deadline_id))
    return found


def list_dead_ids(connection: sa.Connection) -> tuple[int, ...]:
    """Return every dead letter, oldest id first."""
    query = sa.select(deadline.c.id).where(sa.text("deadline.state = 4")).order_by(deadline.c.id)
    return tuple(connection.scalars(query))


def next_fire_at(connection: sa.Connection) -> datetime | None:
    """Return the instant the next deadline fires; None when none can. The demonstration jumps there."""
    earliest = sa.select(sa.func.min(deadline.c.fire_at, type_=UtcDateTime))
    found: datetime | None = connection.scalar(
        earliest.select_from(deadline).where(sa.text("deadline.state = 0"), sa.text(NOT_PAUSED))
    )
    return found
