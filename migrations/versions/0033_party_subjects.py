"""The number of whom a case is about, so that a second application for the same thing is seen at its receipt."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_party", sa.Column("subject_number", sa.String(40), server_default="", nullable=False))
    op.execute("UPDATE case_party SET subject_number = id_number")
    connection = op.get_bind()
    told = connection.execute(sa.text("SELECT case_id, subject FROM case_party WHERE subject IS NOT NULL")).all()
    about = [
        {"case": row.case_id, "number": number} for row in told if (number := json.loads(row.subject).get("id_number"))
    ]
    if about:
        connection.execute(sa.text("UPDATE case_party SET subject_number = :number WHERE case_id = :case"), about)
    op.create_index("ix_case_party_subject", "case_party", ["subject_number", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_case_party_subject", "case_party")
    op.drop_column("case_party", "subject_number")
