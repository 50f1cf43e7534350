"""People: staff (工作人员), their memberships, and the accounts (账号) they sign in with."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata

# kind: staff, applicant or program. mobile is where notices of an applicant's own account go.
account = sa.Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("login", Code(64), nullable=False, unique=True),
    Column("password_hash", Code(200)),
    Column("kind", Code(16), nullable=False),
    Column("name", sa.Text, nullable=False, server_default=""),
    Column("mobile", Code(24), nullable=False, server_default=""),
    Column("region_code", Code(12), nullable=False, server_default=""),
    Column("locale", Code(8), nullable=False, server_default="zh"),
    Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    Column("failed_count", sa.SmallInteger, nullable=False, server_default="0"),
    Column("locked_until", Instant),
)

staff = sa.Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", Id, sa.ForeignKey("account.id"), unique=True),
    Column("name", sa.Text, nullable=False),
)

work_group = sa.Table(
    "work_group",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("department_id", Id, sa.ForeignKey("department.id"), nullable=False),
    Column("role", Code(32), nullable=False),
    sa.UniqueConstraint("department_id", "role", name="uq_work_group_role"),
)

# valid_to null: until further notice. A membership that ended stays, because the audit names its holder.
staff_membership = sa.Table(
    "staff_membership",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
    Column("group_id", Id, sa.ForeignKey("work_group.id"), nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    sa.Index("ix_staff_membership_staff", "staff_id"),
    sa.Index("ix_staff_membership_group", "group_id"),
)
