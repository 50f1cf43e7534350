"""First tables: cases, tasks, clocks, audit, messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_case_file()
    _create_instance_state()
    _create_case_party()
    _create_case_input()
    _create_idempotency_key()
    _create_user_task()
    _create_clock_entry()
    _create_deadline()
    _create_audit_entry()
    _create_outbox()


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("audit_entry")
    op.drop_table("deadline")
    op.drop_table("clock_entry")
    op.drop_table("user_task")
    op.drop_table("idempotency_key")
    op.drop_table("case_input")
    op.drop_table("case_party")
    op.drop_table("instance_state")
    op.drop_table("case_file")


def _create_case_file() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_no", sa.String(length=50), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("offering_id", ID, nullable=True),
        sa.Column("offering_version", sa.Integer(), nullable=True),
        sa.Column("theme_code", sa.String(length=64), nullable=True),
        sa.Column("theme_version", sa.Integer(), nullable=True),
        sa.Column("definition_id", ID, nullable=False),
        sa.Column("parent_case_id", ID, nullable=True),
        sa.Column("parent_task", sa.String(length=36), nullable=True),
        sa.Column("parent_element", sa.String(length=64), nullable=True),
        sa.Column("prefecture", sa.String(length=4), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=True),
        sa.Column("town", sa.String(length=9), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("intake_department_id", ID, nullable=False),
        sa.Column("intake_mode", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("result_kind", sa.String(length=2), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("case_no", name=op.f("uq_case_file_case_no")),
        sa.UniqueConstraint("parent_case_id", "parent_task", name="uq_case_member"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_case_open",
        "case_file",
        ["county", "department_id", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )


def _create_instance_state() -> None:
    op.create_table(
        "instance_state",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("codec", sa.SmallInteger(), nullable=False),
        sa.Column("diagram_id", ID, nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_instance_state_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_instance_state")),
        postgresql_with={"fillfactor": 60},
    )


def _create_case_party() -> None:
    op.create_table(
        "case_party",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_type", sa.String(length=8), nullable=False),
        sa.Column("id_number", sa.String(length=40), nullable=False),
        sa.Column("mobile", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("progress_code_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_party_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_party")),
    )
    op.create_index("ix_case_party_account", "case_party", ["account_id", "case_id"], unique=False)


def _create_case_input() -> None:
    op.create_table(
        "case_input",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("element", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_input_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_input")),
    )
    op.create_index("ix_case_input_case", "case_input", ["case_id", "seq"], unique=False)


def _create_idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("actor_id", ID, autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=160), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_age", "idempotency_key", ["created_at"], unique=False)


def _create_user_task() -> None:
    op.create_table(
        "user_task",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("engine_task", sa.String(length=36), nullable=False),
        sa.Column("element", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=True),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("prefecture", sa.String(length=4), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=True),
        sa.Column("town", sa.String(length=9), nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("yellow_at", INSTANT, nullable=True),
        sa.Column("red_at", INSTANT, nullable=True),
        sa.Column("sort_at", INSTANT, nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="50", nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("completed_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_user_task_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
        sa.UniqueConstraint("case_id", "engine_task", name="uq_user_task_engine"),
    )
    op.create_index(
        "ix_task_colour",
        "user_task",
        ["yellow_at", "red_at", "department_id"],
        unique=False,
        postgresql_where=sa.text("state < 2"),
        sqlite_where=sa.text("state < 2"),
    )
    op.create_index(
        "ix_task_county",
        "user_task",
        ["county", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("state < 2"),
        sqlite_where=sa.text("state < 2"),
    )
    op.create_index(
        "ix_task_county_colour",
        "user_task",
        ["county", "yellow_at", "red_at", "department_id"],
        unique=False,
        postgresql_where=sa.text("state < 2"),
        sqlite_where=sa.text("state < 2"),
    )
    op.create_index(
        "ix_task_group",
        "user_task",
        ["group_id", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("state < 2"),
        sqlite_where=sa.text("state < 2"),
    )
    op.create_index(
        "ix_task_matter",
        "user_task",
        ["county", "matter_code", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("state < 2"),
        sqlite_where=sa.text("state < 2"),
    )
    op.create_index(
        "ix_task_mine",
        "user_task",
        ["assignee_id", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 1"),
        sqlite_where=sa.text("state = 1"),
    )
    op.create_index(
        "ix_task_town",
        "user_task",
        ["town", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("state < 2"),
        sqlite_where=sa.text("state < 2"),
    )


def _create_clock_entry() -> None:
    op.create_table(
        "clock_entry",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clock", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("suspension_id", ID, nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=True),
        sa.Column("article", sa.String(length=80), nullable=True),
        sa.Column("document_id", ID, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_clock_entry_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_clock_entry")),
    )


def _create_deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("clock", sa.String(length=24), nullable=True),
        sa.Column("element", sa.String(length=64), nullable=True),
        sa.Column("engine_task", sa.String(length=36), nullable=True),
        sa.Column("expression", sa.String(length=80), nullable=False),
        sa.Column("limit_amount", sa.Integer(), nullable=True),
        sa.Column("limit_unit", sa.String(length=4), nullable=True),
        sa.Column("calendar_id", sa.String(length=64), nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("yellow_at", INSTANT, nullable=True),
        sa.Column("red_at", INSTANT, nullable=True),
        sa.Column("is_provisional", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("fire_at", INSTANT, nullable=True),
        sa.Column("state", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deadline_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_case", "deadline", ["case_id"], unique=False)
    op.create_index(
        "ix_deadline_due",
        "deadline",
        ["lane", "fire_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 0"),
        sqlite_where=sa.text("state = 0"),
    )


def _create_audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_audit_entry")),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("dedup_key", sa.String(length=160), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("state", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    op.create_index(
        "ix_outbox_case",
        "outbox",
        ["case_id", "seq", "id"],
        unique=False,
        postgresql_where=sa.text("state = 0"),
        sqlite_where=sa.text("state = 0"),
    )
    op.create_index(
        "ix_outbox_next",
        "outbox",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 0"),
        sqlite_where=sa.text("state = 0"),
    )
