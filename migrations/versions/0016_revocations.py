"""Revocations, cancellations, and bars after fraud."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("certificate_id", ID),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("article", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("heard_at", INSTANT, nullable=False),
        sa.Column("hearing_record", sa.String(length=80), nullable=False),
        sa.Column("compensation_note", sa.Text(), nullable=False),
        sa.Column("concerns_safety", sa.Boolean(), nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("revoked_by", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_revocation_case_id"),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name="fk_revocation_certificate_id"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_revocation_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_revocation"),
        sa.UniqueConstraint("case_id", name="uq_revocation_case_id"),
    )
    op.create_table(
        "cancellation",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("certificate_id", ID, nullable=False),
        sa.Column("case_id", ID),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("article", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("source_document", sa.String(length=80), nullable=False),
        sa.Column("document_id", ID),
        sa.Column("cancelled_by", sa.String(length=64), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name="fk_cancellation_certificate_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_cancellation_case_id"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_cancellation_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cancellation"),
        sa.UniqueConstraint("certificate_id", name="uq_cancellation_certificate_id"),
    )
    op.create_table(
        "application_bar",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("revocation_id", ID, nullable=False),
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("holder_id_type", sa.String(length=8), nullable=False),
        sa.Column("holder_id_number", sa.String(length=64), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["revocation_id"], ["revocation.id"], name="fk_application_bar_revocation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_application_bar"),
    )
    op.create_index("ix_application_bar_holder", "application_bar", ["holder_id_number", "matter_code"])


def downgrade() -> None:
    op.drop_table("application_bar")
    op.drop_table("cancellation")
    op.drop_table("revocation")
