"""Which executable forms of called definitions (被调用流程) a diagram runs: running cases keep theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NAME = "uq_normalised_diagram"
COLUMNS = ["definition_id", "normaliser", "start", "decisions"]


def upgrade() -> None:
    with op.batch_alter_table("normalised_diagram") as table:
        table.add_column(sa.Column("calls", sa.Text(), server_default="", nullable=False))
        table.drop_constraint(NAME, type_="unique")
        table.create_unique_constraint(NAME, [*COLUMNS, "calls"])


def downgrade() -> None:
    """Forms of one diagram that differ in what they call stay apart by their start: cases refer to each by its id."""
    op.execute("UPDATE normalised_diagram SET start = CAST(id AS VARCHAR(64)) WHERE calls <> ''")
    with op.batch_alter_table("normalised_diagram") as table:
        table.drop_constraint(NAME, type_="unique")
        table.drop_column("calls")
        table.create_unique_constraint(NAME, COLUMNS)
