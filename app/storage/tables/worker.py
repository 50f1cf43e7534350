"""Signs of life of workers (心跳), daily runs, and blocks of ids (号段)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata, open_index

worker_beat = sa.Table(
    "worker_beat",
    metadata,
    Column("worker", Code(96), primary_key=True),
    Column("database_at", Instant, nullable=False),
    Column("host_at", Instant, nullable=False),
    Column("monotonic_ms", Id, nullable=False),
    Column("boot_id", Code(36), nullable=False),
)

# Why the clock was in doubt, and who settled it: a person, the passing of until_at, or a second host. Rows stay.
clock_doubt = sa.Table(
    "clock_doubt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", Code(12), nullable=False),
    Column("worker", Code(96), nullable=False),
    Column("noticed_at", Instant, nullable=False),
    Column("drift_s", Id, nullable=False),
    Column("until_at", Instant),
    Column("settled_at", Instant),
    Column("settled_by", Code(64)),
    Column("reason", sa.Text),
)
open_index("ix_clock_doubt_open", "settled_at IS NULL", clock_doubt.c.id)

# A daily job runs once: the insert wins, the second process finds the row.
job_run = sa.Table(
    "job_run",
    metadata,
    Column("job", Code(40), primary_key=True),
    Column("on", sa.Date, primary_key=True),
    Column("worker", Code(96), nullable=False),
)

# Used on SQLite alone; PostgreSQL has a sequence per region.
id_block = sa.Table(
    "id_block",
    metadata,
    Column("region", sa.Integer, primary_key=True, autoincrement=False),
    Column("next", Id, nullable=False),
)
