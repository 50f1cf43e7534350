"""Service (送达): how and when a document reached whom, and the proof."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata

service_record = sa.Table(
    "service_record",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("document_id", Id, sa.ForeignKey("document.id"), nullable=False),
    Column("addressee", Code(24), nullable=False),
    Column("channel", Code(16), nullable=False),
    Column("consent_at", Instant),
    Column("sent_at", Instant, nullable=False),
    Column("served_at", Instant),
    Column("proof", sa.Text),
    Column("attempts", sa.Text, nullable=False),
    Column("fallback_of", Id),
    Column("clock", Code(24)),
    Column("period", Code(16)),
    sa.Index("ix_service_record_case", "case_id"),
)
