"""Where a token stands that has no task, and which of several instances a task belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instance_state", sa.Column("waits_at", sa.Text(), server_default="", nullable=False))
    op.add_column("user_task", sa.Column("instance_no", sa.Integer()))
    op.add_column("user_task", sa.Column("locals", sa.Text()))


def downgrade() -> None:
    op.drop_column("user_task", "locals")
    op.drop_column("user_task", "instance_no")
    op.drop_column("instance_state", "waits_at")
