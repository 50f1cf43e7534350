"""The audit chain (办件日志) and its daily anchor (每日锚)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata

# Append-only. No foreign key: a partition of old entries is detached while other cases go on.
audit_entry = sa.Table(
    "audit_entry",
    metadata,
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", Code(40), nullable=False),
    Column("actor", Code(64), nullable=False),
    Column("body", sa.LargeBinary, nullable=False),
    Column("hash", sa.LargeBinary, nullable=False),
)

audit_anchor = sa.Table(
    "audit_anchor",
    metadata,
    Column("on", sa.Date, primary_key=True),
    Column("cases", sa.Integer, nullable=False),
    Column("root", sa.LargeBinary, nullable=False),
    Column("prev_hash", sa.LargeBinary, nullable=False),
    Column("hash", sa.LargeBinary, nullable=False),
    Column("signature", sa.LargeBinary),
)
