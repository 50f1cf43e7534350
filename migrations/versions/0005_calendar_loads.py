"""Loads of working calendars and the cases they concern; closures with two persons, a scope and a document."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
CLOSURE_COLUMNS = (
    ("scope", sa.Column("scope", sa.String(length=16), nullable=False, server_default="region")),
    ("document", sa.Column("document", sa.Text(), nullable=False, server_default="")),
    ("declared_by", sa.Column("declared_by", sa.String(length=64), nullable=False, server_default="")),
    ("declared_at", sa.Column("declared_at", INSTANT, nullable=True)),
    ("confirmed_by", sa.Column("confirmed_by", sa.String(length=64), nullable=True)),
    ("confirmed_at", sa.Column("confirmed_at", INSTANT, nullable=True)),
    ("load_id", sa.Column("load_id", ID, nullable=True)),
)


def upgrade() -> None:
    op.create_table(
        "calendar_load",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("calendars", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("closure_id", ID, nullable=True),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("looked_again_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_load"),
    )
    _create_open_index("ix_calendar_load_open", "calendar_load", ["loaded_at"], "looked_again_at IS NULL")
    op.create_table(
        "calendar_load_case",
        sa.Column("load_id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("load_id", "case_id", name="pk_calendar_load_case"),
    )
    _create_open_index("ix_calendar_load_waiting", "calendar_load_case", ["case_id", "load_id"], "outcome = 'waiting'")
    for _name, column in CLOSURE_COLUMNS:
        op.add_column("closure", column)


def downgrade() -> None:
    for name, _column in reversed(CLOSURE_COLUMNS):
        op.drop_column("closure", name)
    op.drop_index("ix_calendar_load_waiting", table_name="calendar_load_case")
    op.drop_table("calendar_load_case")
    op.drop_index("ix_calendar_load_open", table_name="calendar_load")
    op.drop_table("calendar_load")


def _create_open_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(
        name, table, columns, unique=False, postgresql_where=sa.text(condition), sqlite_where=sa.text(condition)
    )
