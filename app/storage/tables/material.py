"""Materials (申请材料): stored once per owner and content, referred to by cases."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata

material = sa.Table(
    "material",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("sha256", Code(64), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("mime", Code(80), nullable=False),
    Column("size", sa.Integer, nullable=False),
    Column("trust", Code(1), nullable=False),
    Column("owner_account_id", Id, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("content", sa.LargeBinary, nullable=False),
    Column("valid_to_on", sa.Date),
    sa.UniqueConstraint("owner_account_id", "sha256", name="uq_material_content"),
)

case_material = sa.Table(
    "case_material",
    metadata,
    case_id(primary_key=True),
    Column("requirement", Code(64), primary_key=True),
    Column("material_id", Id, sa.ForeignKey("material.id")),
    Column("state", Code(16), nullable=False),
    Column("checked_by", Id),
    Column("checked_at", Instant),
    Column("remark", sa.Text),
    Column("certificate_id", Id, sa.ForeignKey("certificate.id")),
    sa.Index("ix_case_material_material", "material_id"),
)
