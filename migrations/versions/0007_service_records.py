"""Service of documents: how and when each reached whom, and the proof."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "service_record",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("addressee", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("consent_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("served_at", INSTANT, nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Text(), nullable=False),
        sa.Column("fallback_of", ID, nullable=True),
        sa.Column("clock", sa.String(length=24), nullable=True),
        sa.Column("period", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_service_record_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_service_record_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    op.create_index("ix_service_record_case", "service_record", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_service_record_case", table_name="service_record")
    op.drop_table("service_record")
