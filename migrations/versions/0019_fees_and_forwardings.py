"""Fees and forwardings of a case, which the approval by default waits for."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_fee",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("notice_no", sa.String(length=80), nullable=False),
        sa.Column("noticed_by", sa.String(length=64), nullable=False),
        sa.Column("noticed_at", INSTANT, nullable=False),
        sa.Column("receipt_no", sa.String(length=80)),
        sa.Column("paid_by", sa.String(length=64)),
        sa.Column("paid_at", INSTANT),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_fee_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_fee"),
    )
    op.create_index("ix_case_fee_case_id", "case_fee", ["case_id"])
    op.create_table(
        "case_forwarding",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("to_authority", sa.String(length=200), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("forwarded_by", sa.String(length=64), nullable=False),
        sa.Column("forwarded_at", INSTANT, nullable=False),
        sa.Column("answer_no", sa.String(length=80)),
        sa.Column("answered_by", sa.String(length=64)),
        sa.Column("answered_at", INSTANT),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_forwarding_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_forwarding"),
    )
    op.create_index("ix_case_forwarding_case_id", "case_forwarding", ["case_id"])


def downgrade() -> None:
    op.drop_table("case_forwarding")
    op.drop_table("case_fee")
