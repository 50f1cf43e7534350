"""${message}.

A schema migration runs while the release before it still works: add columns with a default or nullable, never rename,
drop only what no released code reads, build indexes on large tables concurrently, change data in steps with a test.
Write the new revision into `migrations/HEAD`; two branches then conflict on purpose.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
