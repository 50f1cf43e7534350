"""Technical pauses: a case that is looked into, whose instance nothing moves meanwhile."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id, UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "technical_pause",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("paused_at", UtcDateTime, nullable=False),
        sa.Column("paused_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("resumed_at", UtcDateTime),
        sa.Column("resumed_by", sa.String(64)),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_technical_pause_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_technical_pause"),
    )
    op.create_index(
        "uq_technical_pause_open",
        "technical_pause",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("resumed_at IS NULL"),
        sqlite_where=sa.text("resumed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("technical_pause")
