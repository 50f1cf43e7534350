"""Holds of an approval by default in two steps with a signed finding; releases of what is blocked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_index("ix_hold_open", "hold")
    # No released code ever wrote these two: a request could not be made.
    op.drop_column("hold", "confirmed_by")
    op.drop_column("hold", "confirmed_at")
    for column in (
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", INSTANT),
        sa.Column("finding", sa.String(16)),
        sa.Column("finding_text", sa.Text()),
        sa.Column("signed_by", sa.String(64)),
        sa.Column("signed_at", INSTANT),
    ):
        op.add_column("hold", column)
    op.create_index("ix_hold_case", "hold", ["case_id"])
    _create_open_index("ix_hold_open", "hold", "ended_at IS NULL", "id")
    _create_open_index("ix_deadline_blocked", "deadline", "state = 6", "id")
    op.create_table(
        "deemed_release",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("outage_id", ID),
        sa.Column("closure_id", ID),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.String(64)),
        sa.Column("confirmed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_deemed_release"),
    )
    op.create_index("ix_deemed_release_outage", "deemed_release", ["outage_id"])
    op.create_index("ix_deemed_release_closure", "deemed_release", ["closure_id"])


def downgrade() -> None:
    op.drop_table("deemed_release")
    op.drop_index("ix_deadline_blocked", "deadline")
    op.drop_index("ix_hold_open", "hold")
    op.drop_index("ix_hold_case", "hold")
    for name in ("decided_by", "decided_at", "finding", "finding_text", "signed_by", "signed_at"):
        op.drop_column("hold", name)
    op.add_column("hold", sa.Column("confirmed_by", sa.String(64)))
    op.add_column("hold", sa.Column("confirmed_at", INSTANT))
    _create_open_index("ix_hold_open", "hold", "ended_at IS NULL", "case_id")


def _create_open_index(name: str, table: str, condition: str, column: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(condition), sqlite_where=sa.text(condition))
