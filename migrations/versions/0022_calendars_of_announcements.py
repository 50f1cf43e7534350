"""An expiry and its announcement name the calendar whose days count before it, so that a load of later years finds them."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE deadline SET calendar_id = (SELECT clock.calendar_id FROM deadline AS clock"
        " WHERE clock.case_id = deadline.case_id AND clock.name = 'promised')"
        " WHERE name IN ('renewal', 'renewal_warning') AND calendar_id IS NULL"
    )
    # Without instants nothing of it can have been told: it begins with its first stage.
    op.execute("UPDATE deadline SET stage = 0 WHERE name = 'renewal_warning' AND state = 1 AND due_at IS NULL")


def downgrade() -> None:
    op.execute("UPDATE deadline SET calendar_id = NULL WHERE name IN ('renewal', 'renewal_warning')")
