"""What the author of a version says it changes; the remark is the second person's."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("definition", sa.Column("note", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("definition") as table:
        table.drop_column("note")
