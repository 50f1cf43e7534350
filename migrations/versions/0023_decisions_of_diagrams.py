"""Which versions of decision files (决策文件) an executable diagram decides by: running cases keep theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NAME = "uq_normalised_diagram"
COLUMNS = ["definition_id", "normaliser", "start"]


def upgrade() -> None:
    with op.batch_alter_table("normalised_diagram") as table:
        table.add_column(sa.Column("decisions", sa.Text(), server_default="", nullable=False))
        table.add_column(sa.Column("edition", sa.Integer(), server_default="1", nullable=False))
        table.drop_constraint(NAME, type_="unique")
        table.create_unique_constraint(NAME, [*COLUMNS, "decisions"])


def downgrade() -> None:
    """Forms of one diagram that differ in their tables stay apart by their start: cases refer to each by its id."""
    op.execute("UPDATE normalised_diagram SET start = CAST(id AS VARCHAR(64)) WHERE decisions <> ''")
    with op.batch_alter_table("normalised_diagram") as table:
        table.drop_constraint(NAME, type_="unique")
        table.drop_column("edition")
        table.drop_column("decisions")
        table.create_unique_constraint(NAME, COLUMNS)
