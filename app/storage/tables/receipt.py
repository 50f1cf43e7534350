"""Receipts on paper (纸质收件): blocks of numbers reserved for halls, and what became of each number."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata

receipt_block = sa.Table(
    "receipt_block",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("hall_id", Id, sa.ForeignKey("department.id"), nullable=False),
    Column("from_no", sa.Integer, nullable=False),
    Column("to_no", sa.Integer, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", Code(64), nullable=False),
    sa.Index("ix_receipt_block_hall", "hall_id", "from_no"),
)

# The primary key lets a number be used or voided once.
receipt_number = sa.Table(
    "receipt_number",
    metadata,
    Column("hall_id", Id, sa.ForeignKey("department.id"), primary_key=True, autoincrement=False),
    Column("number", sa.Integer, primary_key=True, autoincrement=False),
    Column("state", Code(8), nullable=False),
    Column("case_id", Id, sa.ForeignKey("case_file.id")),
    Column("scan_id", Id, sa.ForeignKey("material.id")),
    Column("received_at", Instant),
    Column("ground", Code(40)),
    Column("reason", sa.Text),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Code(64), nullable=False),
)
