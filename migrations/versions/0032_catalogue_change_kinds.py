"""Kinds of change sets: a matter is new, changed, paused, cancelled, or given down to counties."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("catalogue_change", sa.Column("kind", sa.String(16), server_default="change", nullable=False))
    op.create_index("ix_catalogue_change_newest", "catalogue_change", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_catalogue_change_newest", "catalogue_change")
    op.drop_column("catalogue_change", "kind")
