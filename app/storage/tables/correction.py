"""What departments of a joint application find missing or wrong before its acceptance (补正意见)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata

# item: code of the theme's list of materials, or a name. answer null: it waits; without meaning once the case has left
# the state `received`. reason: why the window settled it without a notice.
correction_request = sa.Table(
    "correction_request",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("matter_code", Code(64), nullable=False),
    Column("department_id", Id, nullable=False),
    Column("item", Code(200), nullable=False),
    Column("shortage", Code(16), nullable=False),
    Column("remark", sa.Text, nullable=False),
    Column("requested_by", Code(64), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("answer", Code(16)),
    Column("reason", sa.Text),
    Column("answered_by", Code(64)),
    Column("answered_at", Instant),
    sa.Index("ix_correction_request_case_id", "case_id"),
    sa.Index(
        "uq_correction_request_waiting",
        "case_id",
        "matter_code",
        "item",
        unique=True,
        postgresql_where=sa.text("answer IS NULL"),
        sqlite_where=sa.text("answer IS NULL"),
    ),
)
