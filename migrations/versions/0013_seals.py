"""Seals: whose papers the system may seal, where the seal of a paper stands, where a filing stands."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
OF_DOCUMENT: tuple[tuple[str, sa.types.TypeEngine[object]], ...] = (
    ("seal_state", sa.String(length=12)),
    ("seal_next_at", INSTANT),
    ("sealed_by", sa.String(length=64)),
    ("sealed_at", INSTANT),
)


def upgrade() -> None:
    op.add_column("decision_record", sa.Column("filing_state", sa.String(length=12)))
    for name, kind in OF_DOCUMENT:
        op.add_column("document", sa.Column(name, kind))
    op.add_column("document", sa.Column("seal_attempts", sa.Integer(), nullable=False, server_default="0"))
    queued = sa.text("seal_state = 'queued'")
    op.create_index(
        "ix_document_seal_queued", "document", ["seal_next_at"], postgresql_where=queued, sqlite_where=queued
    )
    op.create_table(
        "seal_authorisation",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("document_kind", sa.String(length=40), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_to_on", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64)),
        sa.Column("withdrawn_at", INSTANT),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name="fk_seal_authorisation_department_id"),
        sa.PrimaryKeyConstraint("id", name="pk_seal_authorisation"),
    )
    op.create_index("ix_seal_authorisation_department_id", "seal_authorisation", ["department_id"])


def downgrade() -> None:
    op.drop_table("seal_authorisation")
    op.drop_index("ix_document_seal_queued", "document")
    op.drop_column("document", "seal_attempts")
    for name, _kind in reversed(OF_DOCUMENT):
        op.drop_column("document", name)
    op.drop_column("decision_record", "filing_state")
