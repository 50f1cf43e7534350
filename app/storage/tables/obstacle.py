"""What keeps an approval by default from being owed: fees (缴费) and forwardings (转报) of a case."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata

case_fee = sa.Table(
    "case_fee",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("item", Code(200), nullable=False),
    Column("amount_fen", sa.BigInteger, nullable=False),
    Column("notice_no", Code(80), nullable=False),
    Column("noticed_by", Code(64), nullable=False),
    Column("noticed_at", Instant, nullable=False),
    Column("receipt_no", Code(80)),
    Column("paid_by", Code(64)),
    Column("paid_at", Instant),
    sa.Index("ix_case_fee_case_id", "case_id"),
)

case_forwarding = sa.Table(
    "case_forwarding",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("to_authority", Code(200), nullable=False),
    Column("document_no", Code(80), nullable=False),
    Column("forwarded_by", Code(64), nullable=False),
    Column("forwarded_at", Instant, nullable=False),
    Column("answer_no", Code(80)),
    Column("answered_by", Code(64)),
    Column("answered_at", Instant),
    sa.Index("ix_case_forwarding_case_id", "case_id"),
)
