"""Certificates that stand for a material of a case, and the last day of a file."""

import sqlalchemy as sa
from alembic import op

from app.storage.sqltypes import Id

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("material", sa.Column("valid_to_on", sa.Date()))
    with op.batch_alter_table("case_material") as table:
        table.add_column(sa.Column("certificate_id", Id))
        table.create_foreign_key("fk_case_material_certificate_id", "certificate", ["certificate_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("case_material") as table:
        table.drop_constraint("fk_case_material_certificate_id", type_="foreignkey")
        table.drop_column("certificate_id")
    op.drop_column("material", "valid_to_on")
