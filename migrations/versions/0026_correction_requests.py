"""Correction requests: what departments of a joint application find missing or wrong before its acceptance."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction_request",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("matter_code", sa.String(64), nullable=False),
        sa.Column("department_id", Id, nullable=False),
        sa.Column("item", sa.String(200), nullable=False),
        sa.Column("shortage", sa.String(16), nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("answer", sa.String(16)),
        sa.Column("reason", sa.Text),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_at", UtcDateTime),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_correction_request_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_correction_request"),
    )
    op.create_index("ix_correction_request_case_id", "correction_request", ["case_id"])
    op.create_index(
        "uq_correction_request_waiting",
        "correction_request",
        ["case_id", "matter_code", "item"],
        unique=True,
        postgresql_where=sa.text("answer IS NULL"),
        sqlite_where=sa.text("answer IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("correction_request")
