"""Message waits: which open case waits for which message or signal, and the key a message finds it by."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id, UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_wait",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("engine_task", sa.String(36), nullable=False),
        sa.Column("element", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("correlation", sa.String(200), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_message_wait_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message_wait"),
    )
    op.create_index("ix_message_wait_case_id", "message_wait", ["case_id"])
    op.create_index("ix_message_wait_name", "message_wait", ["kind", "name", "correlation", "case_id"])


def downgrade() -> None:
    op.drop_table("message_wait")
