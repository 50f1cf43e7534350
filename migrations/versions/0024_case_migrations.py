"""Runs that move open cases to another version of their diagram, and what became of each case."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_migration",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("target_id", ID, nullable=False),
        sa.Column("target_diagram_id", ID, nullable=False),
        sa.Column("elements", sa.Text(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prefecture", sa.String(length=4), nullable=False),
        sa.Column("counties", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("undoes", ID),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_case_migration"),
    )
    op.create_index("ix_case_migration_key", "case_migration", ["key"])
    still_open = sa.text("finished_at IS NULL")
    op.create_index(
        "ix_case_migration_open", "case_migration", ["started_at"], postgresql_where=still_open, sqlite_where=still_open
    )
    op.create_table(
        "case_migration_case",
        sa.Column("migration_id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("migration_id", "case_id", name="pk_case_migration_case"),
    )
    waiting = sa.text("outcome = 'waiting'")
    op.create_index(
        "ix_case_migration_case_waiting",
        "case_migration_case",
        ["migration_id", "case_id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def downgrade() -> None:
    op.drop_table("case_migration_case")
    op.drop_table("case_migration")
