"""The register of certificates (证照)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata

# One number is one certificate of a department; one case gives at most one. An older one has no case.
certificate = sa.Table(
    "certificate",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("certificate_no", Code(80), nullable=False),
    Column("name", Code(200), nullable=False),
    Column("matter_code", Code(64), nullable=False),
    Column("case_id", Id, sa.ForeignKey("case_file.id"), unique=True),
    Column("department_id", Id, sa.ForeignKey("department.id"), nullable=False),
    Column("prefecture", Code(4), nullable=False),
    Column("county", Code(6)),
    Column("holder_name", Code(200), nullable=False),
    Column("holder_id_type", Code(8), nullable=False),
    Column("holder_id_number", Code(64), nullable=False),
    Column("valid_from_on", sa.Date, nullable=False),
    Column("valid_to_on", sa.Date),
    Column("state", Code(12), nullable=False),
    Column("state_at", Instant, nullable=False),
    Column("entered_by", Code(64), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("source_document", Code(80), nullable=False, server_default=""),
    Column("previous_id", Id, sa.ForeignKey("certificate.id")),
    Column("invited_on", sa.Date),
    Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("department_id", "certificate_no"),
    sa.Index("ix_certificate_holder", "holder_id_number"),
)

# Which certificate a case asks to renew, as the register had it at receipt.
renewal_request = sa.Table(
    "renewal_request",
    metadata,
    case_id(primary_key=True),
    Column("certificate_no", Code(80), nullable=False),
    Column("certificate_id", Id, sa.ForeignKey("certificate.id")),
    Column("expiry_on", sa.Date),
    Column("is_late", sa.Boolean, nullable=False),
    sa.Index("ix_renewal_request_certificate_id", "certificate_id"),
)
