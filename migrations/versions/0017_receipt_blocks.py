"""Blocks of numbers for receipts on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "receipt_block",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("hall_id", ID, nullable=False),
        sa.Column("from_no", sa.Integer(), nullable=False),
        sa.Column("to_no", sa.Integer(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["department.id"], name="fk_receipt_block_hall_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt_block"),
    )
    op.create_index("ix_receipt_block_hall", "receipt_block", ["hall_id", "from_no"])
    op.create_table(
        "receipt_number",
        sa.Column("hall_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("case_id", ID),
        sa.Column("scan_id", ID),
        sa.Column("received_at", INSTANT),
        sa.Column("ground", sa.String(length=40)),
        sa.Column("reason", sa.Text()),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_receipt_number_case_id"),
        sa.ForeignKeyConstraint(["hall_id"], ["department.id"], name="fk_receipt_number_hall_id"),
        sa.ForeignKeyConstraint(["scan_id"], ["material.id"], name="fk_receipt_number_scan_id"),
        sa.PrimaryKeyConstraint("hall_id", "number", name="pk_receipt_number"),
    )


def downgrade() -> None:
    op.drop_table("receipt_number")
    op.drop_table("receipt_block")
