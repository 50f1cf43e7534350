"""The catalogue: regions (区划), departments (部门), matters (事项) and implementation lists (实施清单)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata

region = sa.Table(
    "region",
    metadata,
    Column("code", Code(12), primary_key=True),
    Column("name_zh", sa.Text, nullable=False),
    Column("name_en", sa.Text, nullable=False),
    Column("level", Code(16), nullable=False),
    Column("parent_code", Code(12)),
)

# calendar_layers: comma separated, the most general first; the working calendar of the department.
department = sa.Table(
    "department",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("code", Code(64), nullable=False, unique=True),
    Column("name_zh", sa.Text, nullable=False),
    Column("name_en", sa.Text, nullable=False),
    Column("region_code", Code(12), nullable=False),
    Column("kind", Code(16), nullable=False),
    Column("calendar_layers", Code(120), nullable=False),
)

service_matter = sa.Table(
    "service_matter",
    metadata,
    Column("matter_code", Code(64), primary_key=True),
    Column("name", sa.Text, nullable=False),
    Column("item_type", Code(32), nullable=False),
)

matter_offering = sa.Table(
    "matter_offering",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("matter_code", Code(64), sa.ForeignKey("service_matter.matter_code"), nullable=False),
    Column("region_code", Code(12), nullable=False),
    Column("department_id", Id, nullable=False),
    sa.UniqueConstraint("matter_code", "region_code", "department_id", name="uq_matter_offering"),
)

# Which matters a theme has or had: rows are added, never taken away, for cases that began under an earlier theme.
theme_member = sa.Table(
    "theme_member",
    metadata,
    Column("theme_code", Code(64), primary_key=True),
    Column("matter_code", Code(64), primary_key=True),
)

# Immutable: a case pins the version it was received under. change_id: of the change set it came with, if any.
offering_version = sa.Table(
    "offering_version",
    metadata,
    Column("offering_id", Id, sa.ForeignKey("matter_offering.id"), primary_key=True, autoincrement=False),
    Column("version", sa.Integer, primary_key=True, autoincrement=False),
    Column("effective_from", sa.Date),
    Column("published_at", Instant, nullable=False),
    Column("sha256", Code(64), nullable=False),
    Column("doc", sa.Text, nullable=False),
    Column("change_id", Id),
)

# A change set: state submitted, approved or rejected. kind: new, change, pause, cancel or devolve; a pause or cancellation
# brings no list, and list_path is empty. regions: comma separated. diagram null: kept_version stays.
# definition_version: of the diagram, given at the approval. findings: JSON.
catalogue_change = sa.Table(
    "catalogue_change",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("matter_code", Code(64), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("regions", sa.Text, nullable=False),
    Column("list_path", Code(200), nullable=False),
    Column("list_source", sa.LargeBinary, nullable=False),
    Column("definition_key", Code(64), nullable=False),
    Column("diagram", sa.LargeBinary),
    Column("kept_version", sa.Integer),
    Column("document_no", Code(120), nullable=False),
    Column("document_text", sa.Text, nullable=False),
    Column("document_name", sa.Text, nullable=False),
    Column("document", sa.LargeBinary),
    Column("effective_from", sa.Date, nullable=False),
    Column("findings", sa.Text, nullable=False),
    Column("state", Code(16), nullable=False),
    Column("created_by", Code(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("decided_by", Code(64)),
    Column("decided_at", Instant),
    Column("reason", sa.Text),
    Column("definition_version", sa.Integer),
    Column("kind", Code(16), nullable=False, server_default="change"),
    sa.Index("ix_catalogue_change_newest", "created_at", "id"),
)

theme_version = sa.Table(
    "theme_version",
    metadata,
    Column("code", Code(64), primary_key=True),
    Column("version", sa.Integer, primary_key=True, autoincrement=False),
    Column("sha256", Code(64), nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("doc", sa.Text, nullable=False),
)
