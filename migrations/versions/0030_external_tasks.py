"""External tasks: work of diagrams that programs of integrators fetch, do and report."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id, UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "external_task",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("case_id", Id, autoincrement=False, nullable=False),
        sa.Column("engine_task", sa.String(36), nullable=False),
        sa.Column("element", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("variables", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("retries", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("available_at", UtcDateTime),
        sa.Column("worker_id", sa.String(120)),
        sa.Column("account_id", Id),
        sa.Column("version", sa.Integer, server_default="0", nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("failed_at", UtcDateTime),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_external_task_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_external_task"),
        sa.UniqueConstraint("case_id", "engine_task", name="uq_external_task_engine"),
    )
    op.create_index(
        "ix_external_task_topic",
        "external_task",
        ["topic", "opened_at", "id"],
        postgresql_where=sa.text("available_at IS NOT NULL"),
        sqlite_where=sa.text("available_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("external_task")
