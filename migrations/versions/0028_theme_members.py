"""Members of themes: which matters a theme has or had, so that a matter may be shared by several of them."""

import tomllib

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

FILES = sa.text(
    "SELECT content FROM rule_version WHERE path LIKE 'themes/%/theme.toml' AND content IS NOT NULL ORDER BY path, version"
)


def upgrade() -> None:
    table = op.create_table(
        "theme_member",
        sa.Column("theme_code", sa.String(64), nullable=False),
        sa.Column("matter_code", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("theme_code", "matter_code", name="pk_theme_member"),
    )
    known = set[tuple[str, str]]()
    for content in op.get_bind().scalars(FILES):
        theme = tomllib.loads(content)
        known.update((theme["code"], row["code"]) for row in theme["member"])
    op.bulk_insert(table, [{"theme_code": theme, "matter_code": matter} for theme, matter in sorted(known)])


def downgrade() -> None:
    op.drop_table("theme_member")
