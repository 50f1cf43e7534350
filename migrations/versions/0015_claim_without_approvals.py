"""Find what is due without the approvals by default, however many of them wait for a clock in doubt."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CONDITION = "state = 0 AND lane = 0 AND name <> 'deemed'"


def upgrade() -> None:
    op.create_index(
        "ix_deadline_due_unapproved",
        "deadline",
        ["lane", "fire_at", "id"],
        postgresql_where=sa.text(CONDITION),
        sqlite_where=sa.text(CONDITION),
    )


def downgrade() -> None:
    op.drop_index("ix_deadline_due_unapproved", "deadline")
