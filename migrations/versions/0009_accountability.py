"""Accountability records: cause, finding, measures, and until when the unit says why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "accountability_record"
INSTANT = sa.DateTime(timezone=True)
COLUMNS = (
    ("cause_due_at", INSTANT),
    ("cause", sa.String(24)),
    ("cause_text", sa.Text()),
    ("cause_by", sa.String(64)),
    ("cause_at", INSTANT),
    ("finding", sa.Text()),
    ("measures", sa.Text()),
    ("finding_by", sa.String(64)),
    ("finding_at", INSTANT),
    ("closed_by", sa.String(64)),
    ("closed_at", INSTANT),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column(TABLE, sa.Column(name, kind))


def downgrade() -> None:
    for name, _kind in COLUMNS:
        op.drop_column(TABLE, name)
