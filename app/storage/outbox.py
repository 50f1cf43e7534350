"""The outbox (待发箱): claimed like deadlines, delivered in order per case, at least once."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.storage.dialects import skip_locked
from app.storage.tables import outbox
from app.storage.unit_of_work import UnitOfWork

DICE = random.SystemRandom()
CLAIM_S = 60
FIRST_BACK_OFF_S = 30.0
LONGEST_BACK_OFF_S = 3_600.0
MOST_ATTEMPTS = 10
JITTER = 0.2
WAITING, SENT, DEAD = 0, 1, 2
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMessage:
    """A message this process is about to send."""

    id: int
    dedup_key: str
    channel: str
    payload: str
    case_id: int | None
    attempts: int


OLDER = outbox.alias("older")
NEXT = (
    sa.select(
        outbox.c.id,
        outbox.c.dedup_key,
        outbox.c.channel,
        outbox.c.payload,
        outbox.c.case_id,
        outbox.c.attempts,
    )
    .where(
        sa.text("outbox.state = 0"),
        outbox.c.next_at <= sa.bindparam("now", type_=outbox.c.next_at.type),
        ~sa.exists().where(
            sa.text("older.state = 0"),
            OLDER.c.case_id == outbox.c.case_id,
            sa.or_(OLDER.c.next_at <= sa.bindparam("now", type_=outbox.c.next_at.type), sa.text("older.attempts > 0")),
            sa.or_(
                OLDER.c.seq < outbox.c.seq,
                sa.and_(OLDER.c.seq == outbox.c.seq, OLDER.c.id < outbox.c.id),
            ),
        ),
    )
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(sa.bindparam("limit"))
)


def claim_messages(uow: UnitOfWork, *, now: datetime, limit: int) -> tuple[ClaimedMessage, ...]:
    """Claim messages for a minute, in their order per case.

    A message waits for an older one of its case that is due, is being sent or failed before; not for one that was
    meant for later, such as a notice for office hours, nor for one that was given up.
    """
    rows = uow.connection.execute(skip_locked(NEXT, outbox), {"now": now, "limit": limit}).all()
    if rows:
        uow.connection.execute(
            outbox.update()
            .where(outbox.c.id.in_([row.id for row in rows]))
            .values(next_at=now + timedelta(seconds=CLAIM_S), attempts=outbox.c.attempts + 1)
        )
    return tuple(ClaimedMessage(**row._asdict()) for row in rows)


def has_messages(connection: sa.Connection, *, now: datetime) -> bool:
    """Say whether anything waits to be sent, without locking."""
    return connection.execute(NEXT, {"now": now, "limit": 1}).first() is not None


def hold_back(uow: UnitOfWork, row: ClaimedMessage, *, until: datetime) -> None:
    """Give a claimed message back until an instant; it was no try."""
    uow.connection.execute(outbox.update().where(outbox.c.id == row.id).values(next_at=until, attempts=row.attempts))


def mark_sent(uow: UnitOfWork, row: ClaimedMessage) -> None:
    """Note that a message went out."""
    uow.connection.execute(outbox.update().where(outbox.c.id == row.id).values(state=SENT, last_error=None))


def mark_failed(uow: UnitOfWork, row: ClaimedMessage, *, now: datetime, error: str, is_permanent: bool) -> None:
    """Note a failure: tried again with a growing back-off, or given up; a dead letter holds up no later message."""
    attempts = row.attempts + 1
    delay_s = min(FIRST_BACK_OFF_S * 2**row.attempts, LONGEST_BACK_OFF_S) * DICE.uniform(1 - JITTER, 1 + JITTER)
    is_dead = is_permanent or attempts >= MOST_ATTEMPTS
    uow.connection.execute(
        outbox.update()
        .where(outbox.c.id == row.id)
        .values(
            state=DEAD if is_dead else WAITING,
            next_at=now + timedelta(seconds=delay_s),
            last_error=error[:LONGEST_ERROR],
        )
    )
