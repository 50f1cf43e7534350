"""Waits of open cases for messages and signals (消息等待); a row leaves with its wait."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata

# correlation: the key a message is told by, taken when the wait opened; empty where it has none.
message_wait = sa.Table(
    "message_wait",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("engine_task", Code(36), nullable=False),
    Column("element", Code(64), nullable=False),
    Column("kind", Code(8), nullable=False),
    Column("name", Code(200), nullable=False),
    Column("correlation", Code(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    sa.Index("ix_message_wait_case_id", "case_id"),
    sa.Index("ix_message_wait_name", "kind", "name", "correlation", "case_id"),
)
