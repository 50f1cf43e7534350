"""What ends a certificate: revocations (撤销), cancellations (注销), and the bars that follow from fraud."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata

revocation = sa.Table(
    "revocation",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("case_id", Id, sa.ForeignKey("case_file.id"), nullable=False, unique=True),
    Column("certificate_id", Id, sa.ForeignKey("certificate.id")),
    Column("ground", Code(24), nullable=False),
    Column("article", Code(40), nullable=False),
    Column("reasons", sa.Text, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("hearing_record", Code(80), nullable=False),
    Column("compensation_note", sa.Text, nullable=False),
    Column("concerns_safety", sa.Boolean, nullable=False),
    Column("document_id", Id, sa.ForeignKey("document.id"), nullable=False),
    Column("revoked_by", Code(64), nullable=False),
    Column("revoked_at", Instant, nullable=False),
)

cancellation = sa.Table(
    "cancellation",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("certificate_id", Id, sa.ForeignKey("certificate.id"), nullable=False, unique=True),
    Column("case_id", Id, sa.ForeignKey("case_file.id")),
    Column("ground", Code(24), nullable=False),
    Column("article", Code(40), nullable=False),
    Column("reasons", sa.Text, nullable=False),
    Column("source_document", Code(80), nullable=False),
    Column("document_id", Id, sa.ForeignKey("document.id")),
    Column("cancelled_by", Code(64), nullable=False),
    Column("cancelled_at", Instant, nullable=False),
)

application_bar = sa.Table(
    "application_bar",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("revocation_id", Id, sa.ForeignKey("revocation.id"), nullable=False),
    Column("matter_code", Code(64), nullable=False),
    Column("holder_id_type", Code(8), nullable=False),
    Column("holder_id_number", Code(64), nullable=False),
    Column("until_on", sa.Date, nullable=False),
    sa.Index("ix_application_bar_holder", "holder_id_number", "matter_code"),
)
