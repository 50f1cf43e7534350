"""The register of certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("case_id", ID),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("prefecture", sa.String(length=4), nullable=False),
        sa.Column("county", sa.String(length=6)),
        sa.Column("holder_name", sa.String(length=200), nullable=False),
        sa.Column("holder_id_type", sa.String(length=8), nullable=False),
        sa.Column("holder_id_number", sa.String(length=64), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_to_on", sa.Date()),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_at", INSTANT, nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("source_document", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("previous_id", ID),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_certificate_case_id"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name="fk_certificate_department_id"),
        sa.ForeignKeyConstraint(["previous_id"], ["certificate.id"], name="fk_certificate_previous_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("case_id", name="uq_certificate_case_id"),
        sa.UniqueConstraint("department_id", "certificate_no", name="uq_certificate_department_id_certificate_no"),
    )
    op.create_index("ix_certificate_holder", "certificate", ["holder_id_number"])


def downgrade() -> None:
    op.drop_table("certificate")
