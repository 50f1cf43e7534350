"""A material may be shown at the counter or found missing: a mark needs no uploaded file."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_material") as table:
        table.alter_column("material_id", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    """Marks without a file have no place in the old table; they go."""
    op.execute("DELETE FROM case_material WHERE material_id IS NULL")
    with op.batch_alter_table("case_material") as table:
        table.alter_column("material_id", existing_type=sa.BigInteger(), nullable=False)
