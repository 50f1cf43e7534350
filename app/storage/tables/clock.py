"""Clocks: the ledger (计时台账) and the deadlines derived from it (到期事项)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

# Append-only. The audit entry of the same seq covers the entry, so it has no hash of its own.
clock_entry = sa.Table(
    "clock_entry",
    metadata,
    case_id(primary_key=True),
    Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    Column("clock", Code(24)),
    Column("kind", Code(12), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("actor", Code(64), nullable=False),
    Column("suspension_id", Id),
    Column("ground", Code(40)),
    Column("article", Code(80)),
    Column("document_id", Id),
    Column("facts", sa.Text, nullable=False),
)

# One row a clock or wait. state: 0 armed, 1 paused, 2 fired, 3 disarmed, 4 dead, 5 held, 6 blocked. stage: what fires
# next, 0 yellow, 1 red, 2 due. lane: 0 moves the diagram, 1 only warns. Every update changes an indexed column, so room
# in the page would buy nothing.
deadline = sa.Table(
    "deadline",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("name", Code(40), nullable=False),
    Column("clock", Code(24)),
    Column("element", Code(64)),
    Column("engine_task", Code(36)),
    Column("expression", Code(80), nullable=False),
    Column("limit_amount", sa.Integer),
    Column("limit_unit", Code(4)),
    Column("calendar_id", Code(64)),
    Column("started_at", Instant),
    Column("due_at", Instant),
    Column("yellow_at", Instant),
    Column("red_at", Instant),
    Column("is_provisional", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("stage", sa.SmallInteger, nullable=False),
    Column("lane", sa.SmallInteger, nullable=False),
    Column("fire_at", Instant),
    Column("state", sa.SmallInteger, nullable=False, server_default="0"),
    Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
    Column("last_error", sa.Text),
)
open_index("ix_deadline_due", "state = 0", deadline.c.lane, deadline.c.fire_at, deadline.c.id)
# While a clock is in doubt, thousands of approvals may stand before what goes on.
open_index(
    "ix_deadline_due_unapproved",
    "state = 0 AND lane = 0 AND name <> 'deemed'",
    deadline.c.lane,
    deadline.c.fire_at,
    deadline.c.id,
)
open_index("ix_deadline_dead", "state = 4", deadline.c.id)
open_index("ix_deadline_blocked", "state = 6", deadline.c.id)
# Not partial: a step reads fired and dead rows too, or it would arm them once more.
sa.Index("ix_deadline_case", deadline.c.case_id)
