"""Definitions, rules, materials, decisions, papers, supervision."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_definition()
    _create_normalised_diagram()
    _create_deployment()
    _create_rule_version()
    _create_material()
    _create_case_material()
    _create_decision_record()
    _create_document()
    _create_delivery()
    _create_number_sequence()
    _create_warning_card()
    _create_accountability_record()
    _create_incident()
    _create_hold()
    _create_outage()
    _create_closure()


def downgrade() -> None:
    op.drop_table("closure")
    op.drop_table("outage")
    op.drop_table("hold")
    op.drop_table("incident")
    op.drop_table("accountability_record")
    op.drop_table("warning_card")
    op.drop_table("number_sequence")
    op.drop_table("delivery")
    op.drop_table("document")
    op.drop_table("decision_record")
    op.drop_table("case_material")
    op.drop_table("material")
    op.drop_table("rule_version")
    op.drop_table("deployment")
    op.drop_table("normalised_diagram")
    op.drop_table("definition")


def _create_definition() -> None:
    op.create_table(
        "definition",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("edit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("findings", sa.Text(), server_default="[]", nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_by", sa.String(length=64), nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("deployed_by", sa.String(length=64), nullable=True),
        sa.Column("deployed_at", INSTANT, nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition")),
        sa.UniqueConstraint("key", "version", name="uq_definition_version"),
    )
    op.create_index(
        "ix_definition_deployed",
        "definition",
        ["key", "version"],
        unique=False,
        postgresql_where=sa.text("state = 'deployed'"),
        sqlite_where=sa.text("state = 'deployed'"),
    )


def _create_normalised_diagram() -> None:
    op.create_table(
        "normalised_diagram",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("definition_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("normaliser", sa.String(length=16), nullable=False),
        sa.Column("start", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=64), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_normalised_diagram_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_normalised_diagram")),
        sa.UniqueConstraint("definition_id", "normaliser", "start", name="uq_normalised_diagram"),
    )


def _create_deployment() -> None:
    op.create_table(
        "deployment",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deployed_at", INSTANT, nullable=False),
        sa.Column("deployed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_deployment")),
    )


def _create_rule_version() -> None:
    op.create_table(
        "rule_version",
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("deployed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["generation"], ["deployment.generation"], name=op.f("fk_rule_version_generation")),
        sa.PrimaryKeyConstraint("path", "version", name=op.f("pk_rule_version")),
    )
    op.create_index("ix_rule_version_generation", "rule_version", ["generation"], unique=False)


def _create_material() -> None:
    op.create_table(
        "material",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("trust", sa.String(length=1), nullable=False),
        sa.Column("owner_account_id", ID, nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("owner_account_id", "sha256", name="uq_material_content"),
    )


def _create_case_material() -> None:
    op.create_table(
        "case_material",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("requirement", sa.String(length=64), nullable=False),
        sa.Column("material_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("checked_by", ID, nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_material_case_id")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_case_material_material_id")),
        sa.PrimaryKeyConstraint("case_id", "requirement", name=op.f("pk_case_material")),
    )
    op.create_index("ix_case_material_material", "case_material", ["material_id"], unique=False)


def _create_decision_record() -> None:
    op.create_table(
        "decision_record",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("effective_at", INSTANT, nullable=False),
        sa.Column("executed_at", INSTANT, nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_decision_record_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_decision_record")),
    )


def _create_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("template_version", sa.String(length=64), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("document_no", name=op.f("uq_document_document_no")),
    )
    op.create_index("ix_document_case", "document", ["case_id"], unique=False)


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_delivery_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_case", "delivery", ["case_id"], unique=False)


def _create_number_sequence() -> None:
    op.create_table(
        "number_sequence",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "scope", "on", name=op.f("pk_number_sequence")),
    )


def _create_warning_card() -> None:
    op.create_table(
        "warning_card",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("clock", sa.String(length=24), nullable=False),
        sa.Column("element", sa.String(length=64), server_default="", nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("county", sa.String(length=6), nullable=True),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_warning_card_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_card")),
        sa.UniqueConstraint("case_id", "clock", "element", "colour", name="uq_card_once"),
    )


def _create_accountability_record() -> None:
    op.create_table(
        "accountability_record",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("clock", sa.String(length=24), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_accountability_record_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountability_record")),
    )
    op.create_index("ix_accountability_record_case", "accountability_record", ["case_id"], unique=False)


def _create_incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("element", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_incident_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        "ix_incident_open",
        "incident",
        ["case_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )


def _create_hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_hold_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "ix_hold_open",
        "hold",
        ["case_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )


def _create_outage() -> None:
    op.create_table(
        "outage",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )


def _create_closure() -> None:
    op.create_table(
        "closure",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("department_id", ID, nullable=True),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(
        "ix_closure_open",
        "closure",
        ["region_code"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
        sqlite_where=sa.text("released_at IS NULL"),
    )
