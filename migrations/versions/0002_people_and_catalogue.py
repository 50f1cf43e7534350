"""People, sign-in, catalogue, calendars, workers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_account()
    _create_department()
    _create_staff()
    _create_work_group()
    _create_staff_membership()
    _create_session()
    _create_api_token()
    _create_region()
    _create_service_matter()
    _create_matter_offering()
    _create_offering_version()
    _create_theme_version()
    _create_calendar_version()
    _create_resolved_calendar()
    _create_draft()
    _create_audit_anchor()
    _create_worker_beat()
    _create_job_run()
    _create_id_block()


def downgrade() -> None:
    op.drop_table("id_block")
    op.drop_table("job_run")
    op.drop_table("worker_beat")
    op.drop_table("audit_anchor")
    op.drop_table("draft")
    op.drop_table("resolved_calendar")
    op.drop_table("calendar_version")
    op.drop_table("theme_version")
    op.drop_table("offering_version")
    op.drop_table("matter_offering")
    op.drop_table("service_matter")
    op.drop_table("region")
    op.drop_table("api_token")
    op.drop_table("session")
    op.drop_table("staff_membership")
    op.drop_table("work_group")
    op.drop_table("staff")
    op.drop_table("department")
    op.drop_table("account")


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("mobile", sa.String(length=24), server_default="", nullable=False),
        sa.Column("region_code", sa.String(length=12), server_default="", nullable=False),
        sa.Column("locale", sa.String(length=8), server_default="zh", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("failed_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )


def _create_department() -> None:
    op.create_table(
        "department",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("calendar_layers", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
    )


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("account_id", name=op.f("uq_staff_account_id")),
    )


def _create_work_group() -> None:
    op.create_table(
        "work_group",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_work_group_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_group")),
        sa.UniqueConstraint("department_id", "role", name="uq_work_group_role"),
    )


def _create_staff_membership() -> None:
    op.create_table(
        "staff_membership",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["work_group.id"], name=op.f("fk_staff_membership_group_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_membership_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_membership")),
    )
    op.create_index("ix_staff_membership_group", "staff_membership", ["group_id"], unique=False)
    op.create_index("ix_staff_membership_staff", "staff_membership", ["staff_id"], unique=False)


def _create_session() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_account", "session", ["account_id"], unique=False)


def _create_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_index("ix_api_token_account", "api_token", ["account_id"], unique=False)


def _create_region() -> None:
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )


def _create_service_matter() -> None:
    op.create_table(
        "service_matter",
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("item_type", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("matter_code", name=op.f("pk_service_matter")),
    )


def _create_matter_offering() -> None:
    op.create_table(
        "matter_offering",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("matter_code", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_code"], ["service_matter.matter_code"], name=op.f("fk_matter_offering_matter_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_offering")),
        sa.UniqueConstraint("matter_code", "region_code", "department_id", name="uq_matter_offering"),
    )


def _create_offering_version() -> None:
    op.create_table(
        "offering_version",
        sa.Column("offering_id", ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["offering_id"], ["matter_offering.id"], name=op.f("fk_offering_version_offering_id")),
        sa.PrimaryKeyConstraint("offering_id", "version", name=op.f("pk_offering_version")),
    )


def _create_theme_version() -> None:
    op.create_table(
        "theme_version",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_theme_version")),
    )


def _create_calendar_version() -> None:
    op.create_table(
        "calendar_version",
        sa.Column("layer", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_through", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("layer", "number", name=op.f("pk_calendar_version")),
        sa.UniqueConstraint("layer", "sha256", name="uq_calendar_version_content"),
    )


def _create_resolved_calendar() -> None:
    op.create_table(
        "resolved_calendar",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("layer", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "layer", name=op.f("pk_resolved_calendar")),
    )


def _create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("owner_account_id", ID, nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("owner_account_id", "topic", name="uq_draft_owner_topic"),
    )


def _create_audit_anchor() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_audit_anchor")),
    )


def _create_worker_beat() -> None:
    op.create_table(
        "worker_beat",
        sa.Column("worker", sa.String(length=96), nullable=False),
        sa.Column("database_at", INSTANT, nullable=False),
        sa.Column("host_at", INSTANT, nullable=False),
        sa.Column("monotonic_ms", ID, nullable=False),
        sa.Column("boot_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_beat")),
    )


def _create_job_run() -> None:
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("worker", sa.String(length=96), nullable=False),
        sa.PrimaryKeyConstraint("job", "on", name=op.f("pk_job_run")),
    )


def _create_id_block() -> None:
    op.create_table(
        "id_block",
        sa.Column("region", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next", ID, nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_id_block")),
    )
