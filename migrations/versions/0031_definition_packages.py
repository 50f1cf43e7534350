"""Packages of diagrams and rules: submitted, approved and deployed whole."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id, UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition_package",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("regions", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("reason", sa.Text),
        sa.Column("deployed_by", sa.String(64)),
        sa.Column("deployed_at", UtcDateTime),
        sa.Column("generation", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_definition_package"),
        sa.ForeignKeyConstraint(["generation"], ["deployment.generation"], name="fk_definition_package_generation"),
    )


def downgrade() -> None:
    op.drop_table("definition_package")
