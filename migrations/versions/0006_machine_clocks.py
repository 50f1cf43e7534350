"""Doubts about the clock of the machines; dead deadlines are found at once; an outage is recorded once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
IS_OPEN = sa.text("settled_at IS NULL")
IS_DEAD = sa.text("state = 4")


def upgrade() -> None:
    op.create_table(
        "clock_doubt",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("worker", sa.String(length=96), nullable=False),
        sa.Column("noticed_at", INSTANT, nullable=False),
        sa.Column("drift_s", ID, nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_doubt")),
    )
    op.create_index(
        "ix_clock_doubt_open", "clock_doubt", ["id"], unique=False, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN
    )
    op.create_index(
        "ix_deadline_dead", "deadline", ["id"], unique=False, postgresql_where=IS_DEAD, sqlite_where=IS_DEAD
    )
    op.create_index("uq_outage_began_at", "outage", ["began_at"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_outage_began_at", table_name="outage")
    op.drop_index("ix_deadline_dead", table_name="deadline")
    op.drop_table("clock_doubt")
