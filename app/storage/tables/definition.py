"""Definitions (流程定义) as drawn, their executable form, and the published rule files."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata, open_index

# state: draft, submitted, approved, deployed, refused. A row with a version above 0 is immutable in its source.
definition = sa.Table(
    "definition",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("key", Code(64), nullable=False),
    Column("kind", Code(8), nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("sha256", Code(64), nullable=False),
    Column("source", sa.LargeBinary, nullable=False),
    Column("state", Code(16), nullable=False),
    Column("edit", sa.Integer, nullable=False, server_default="0"),
    Column("findings", sa.Text, nullable=False, server_default="[]"),
    Column("created_by", Code(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("submitted_by", Code(64)),
    Column("submitted_at", Instant),
    Column("approved_by", Code(64)),
    Column("approved_at", Instant),
    Column("deployed_by", Code(64)),
    Column("deployed_at", Instant),
    Column("remark", sa.Text),
    Column("note", sa.Text),
    sa.UniqueConstraint("key", "version", name="uq_definition_version"),
)
open_index("ix_definition_deployed", "state = 'deployed'", definition.c.key, definition.c.version)

# Immutable: running cases refer to it, so they never depend on today's normaliser or decision tables. decisions: ids of
# the versions of decision files it decides by, ascending, joined by commas; calls: the same of the executable forms of
# the definitions it calls and of all these call. edition: counts the forms of a definition; new cases take the last one.
normalised_diagram = sa.Table(
    "normalised_diagram",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("definition_id", Id, sa.ForeignKey("definition.id"), nullable=False),
    Column("sha256", Code(64), nullable=False),
    Column("normaliser", Code(16), nullable=False),
    Column("start", Code(64), nullable=False),
    Column("process_id", Code(64), nullable=False),
    Column("xml", sa.LargeBinary, nullable=False),
    Column("origin", sa.Text, nullable=False),
    Column("decisions", sa.Text, nullable=False, server_default=""),
    Column("edition", sa.Integer, nullable=False, server_default="1"),
    Column("calls", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("definition_id", "normaliser", "start", "decisions", "calls", name="uq_normalised_diagram"),
)

# What the scenarios of a version reached of it, the last time they were played; sha256: of what was played.
# coverage, files, differences: JSON.
definition_coverage = sa.Table(
    "definition_coverage",
    metadata,
    Column("definition_id", Id, sa.ForeignKey("definition.id"), primary_key=True, autoincrement=False),
    Column("sha256", Code(64), nullable=False),
    Column("coverage", sa.Text, nullable=False),
    Column("files", sa.Text, nullable=False),
    Column("differences", sa.Text, nullable=False),
    Column("measured_by", Code(64), nullable=False),
    Column("measured_at", Instant, nullable=False),
)

# Diagrams and rules that are approved and deployed together. content: the ZIP as it came; files, findings: JSON lists;
# regions: codes joined by commas.
definition_package = sa.Table(
    "definition_package",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Code(200), nullable=False),
    Column("sha256", Code(64), nullable=False),
    Column("content", sa.LargeBinary, nullable=False),
    Column("note", sa.Text, nullable=False),
    Column("files", sa.Text, nullable=False),
    Column("findings", sa.Text, nullable=False),
    Column("regions", sa.Text, nullable=False),
    Column("state", Code(16), nullable=False),
    Column("created_by", Code(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("decided_by", Code(64)),
    Column("decided_at", Instant),
    Column("reason", sa.Text),
    Column("deployed_by", Code(64)),
    Column("deployed_at", Instant),
    Column("generation", sa.Integer, sa.ForeignKey("deployment.generation")),
)

# A deployment numbers everything that was published with it; a transaction reads at one number.
deployment = sa.Table(
    "deployment",
    metadata,
    Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    Column("deployed_at", Instant, nullable=False),
    Column("deployed_by", Code(64), nullable=False),
)

# content null: the file was taken away with this generation.
rule_version = sa.Table(
    "rule_version",
    metadata,
    Column("path", Code(200), primary_key=True),
    Column("version", sa.Integer, primary_key=True, autoincrement=False),
    Column("generation", sa.Integer, sa.ForeignKey("deployment.generation"), nullable=False),
    Column("sha256", Code(64), nullable=False),
    Column("content", sa.Text),
    Column("deployed_at", Instant, nullable=False),
    sa.Index("ix_rule_version_generation", "generation"),
)
