"""What becomes of a card: number, handler, answers, appeal, decision; and the digests officers get."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

# `None` = may be empty, else what rows of the previous release get.
COLUMNS: tuple[tuple[str, sa.types.TypeEngine[object], str | None], ...] = (
    ("supervision_no", sa.String(length=20), None),
    ("rule_no", sa.String(length=20), ""),
    ("state_at", INSTANT, None),
    ("due_at", INSTANT, None),
    ("handler_id", ID, None),
    ("raised_by", sa.String(length=64), "system:deadline"),
    ("version", sa.Integer(), "0"),
    ("acknowledged_by", sa.String(length=64), None),
    ("acknowledged_at", INSTANT, None),
    ("explained_by", sa.String(length=64), None),
    ("explained_at", INSTANT, None),
    ("explanation", sa.Text(), None),
    ("appealed_by", sa.String(length=64), None),
    ("appealed_at", INSTANT, None),
    ("appeal_ground", sa.String(length=24), None),
    ("appeal_text", sa.Text(), None),
    ("outcome", sa.String(length=12), None),
    ("decided_by", sa.String(length=64), None),
    ("decided_at", INSTANT, None),
    ("decision_reason", sa.Text(), None),
)


def upgrade() -> None:
    with op.batch_alter_table("warning_card") as batch:
        for name, kind, default in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index("ix_card_issued", "warning_card", ["issued_at", "id"])
    op.create_index("ix_card_department", "warning_card", ["department_id", "issued_at", "id"])
    op.create_index("uq_card_supervision_no", "warning_card", ["supervision_no"], unique=True)
    waiting = sa.text("state = 'issued'")
    op.create_index(
        "ix_card_waiting",
        "warning_card",
        ["handler_id", "department_id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_table(
        "digest_item",
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("card_id", ID, autoincrement=False, nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("digest_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["card_id"], ["warning_card.id"], name=op.f("fk_digest_item_card_id")),
        sa.PrimaryKeyConstraint("staff_id", "card_id", name=op.f("pk_digest_item")),
    )
    open_items = sa.text("digest_key IS NULL")
    op.create_index(
        "ix_digest_item_waiting",
        "digest_item",
        ["staff_id"],
        postgresql_where=open_items,
        sqlite_where=open_items,
    )


def downgrade() -> None:
    op.drop_table("digest_item")
    for name in ("ix_card_waiting", "uq_card_supervision_no", "ix_card_department", "ix_card_issued"):
        op.drop_index(name, "warning_card")
    with op.batch_alter_table("warning_card") as batch:
        for name, _kind, _default in reversed(COLUMNS):
            batch.drop_column(name)
