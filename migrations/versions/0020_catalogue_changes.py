"""Change sets of the catalogue: list version, diagram and document that go live together."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("offering_version", sa.Column("change_id", ID))
    op.create_table(
        "catalogue_change",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("list_path", sa.String(length=200), nullable=False),
        sa.Column("list_source", sa.LargeBinary(), nullable=False),
        sa.Column("definition_key", sa.String(length=64), nullable=False),
        sa.Column("diagram", sa.LargeBinary()),
        sa.Column("kept_version", sa.Integer()),
        sa.Column("document_no", sa.String(length=120), nullable=False),
        sa.Column("document_text", sa.Text(), nullable=False),
        sa.Column("document_name", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary()),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.String(length=64)),
        sa.Column("decided_at", INSTANT),
        sa.Column("reason", sa.Text()),
        sa.Column("definition_version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_change"),
    )


def downgrade() -> None:
    op.drop_table("catalogue_change")
    op.drop_column("offering_version", "change_id")
