"""What scenarios reached of a version, the last time they were played."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id, UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition_coverage",
        sa.Column("definition_id", Id, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("coverage", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("differences", sa.Text, nullable=False),
        sa.Column("measured_by", sa.String(64), nullable=False),
        sa.Column("measured_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name="fk_definition_coverage_definition_id"),
        sa.PrimaryKeyConstraint("definition_id", name="pk_definition_coverage"),
    )


def downgrade() -> None:
    op.drop_table("definition_coverage")
