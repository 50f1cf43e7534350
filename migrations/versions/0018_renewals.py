"""What certificate a case asks to renew, and whose holder was invited to."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("certificate", sa.Column("invited_on", sa.Date()))
    op.create_table(
        "renewal_request",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("certificate_id", ID),
        sa.Column("expiry_on", sa.Date()),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_renewal_request_case_id"),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name="fk_renewal_request_certificate_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_renewal_request"),
    )
    op.create_index("ix_renewal_request_certificate_id", "renewal_request", ["certificate_id"])


def downgrade() -> None:
    op.drop_table("renewal_request")
    op.drop_column("certificate", "invited_on")
