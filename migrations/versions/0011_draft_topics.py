"""Find the drafts of a task, so that they leave in the commit that closes it."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_draft_topic", "draft", ["topic"])


def downgrade() -> None:
    op.drop_index("ix_draft_topic", "draft")
