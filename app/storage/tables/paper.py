"""What a case results in: the decision (决定), papers (文书), delivery (出件), and the numbers they carry."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

# The primary key is the last guard against deciding a case twice.
decision_record = sa.Table(
    "decision_record",
    metadata,
    case_id(primary_key=True),
    Column("decision", Code(16), nullable=False),
    Column("decided_by", Code(64), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("effective_at", Instant, nullable=False),
    Column("executed_at", Instant, nullable=False),
    Column("is_late", sa.Boolean, nullable=False),
    Column("document_no", Code(80)),
    Column("reasons", sa.Text),
    Column("facts", sa.Text, nullable=False),
    Column("filing_state", Code(12)),
)

document = sa.Table(
    "document",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("kind", Code(40), nullable=False),
    Column("document_no", Code(80), nullable=False, unique=True),
    Column("template_version", Code(64), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("facts", sa.Text, nullable=False),
    Column("content_sha256", Code(64)),
    Column("content", sa.LargeBinary),
    Column("seal_state", Code(12)),
    Column("seal_attempts", sa.Integer, nullable=False, server_default="0"),
    Column("seal_next_at", Instant),
    Column("sealed_by", Code(64)),
    Column("sealed_at", Instant),
    sa.Index("ix_document_case", "case_id"),
)
open_index("ix_document_seal_queued", "seal_state = 'queued'", document.c.seal_next_at)

# Leave for the system to seal a kind of paper of a department. One that was withdrawn stays visible.
seal_authorisation = sa.Table(
    "seal_authorisation",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("department_id", Id, sa.ForeignKey("department.id"), nullable=False),
    Column("document_kind", Code(40), nullable=False),
    Column("document_no", Code(80), nullable=False),
    Column("valid_from_on", sa.Date, nullable=False),
    Column("valid_to_on", sa.Date, nullable=False),
    Column("granted_by", Code(64), nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("withdrawn_by", Code(64)),
    Column("withdrawn_at", Instant),
    sa.Index("ix_seal_authorisation_department_id", "department_id"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("method", Code(16), nullable=False),
    Column("state", Code(16), nullable=False),
    Column("delivered_at", Instant),
    Column("facts", sa.Text, nullable=False),
    sa.Index("ix_delivery_case", "case_id"),
)

# The last number given; raised in the transaction that uses it.
number_sequence = sa.Table(
    "number_sequence",
    metadata,
    Column("kind", Code(24), primary_key=True),
    Column("scope", Code(80), primary_key=True),
    Column("on", sa.Date, primary_key=True),
    Column("last", sa.Integer, nullable=False),
)
