"""Tasks (待办) and half-filled forms (草稿)."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

# A task is offered to a group, never stored once a person. The instants are copies of its deadline row; sort_at is
# never null, because a null falls out of keyset pages. locals: JSON, what one of several instances sees besides the
# variables of its case; it may quote an application and is erased with the answers.
user_task = sa.Table(
    "user_task",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("engine_task", Code(36), nullable=False),
    Column("element", Code(64), nullable=False),
    Column("title", sa.Text, nullable=False),
    Column("role", Code(32), nullable=False),
    Column("form_key", Code(64)),
    Column("form_version", sa.Integer),
    Column("outcomes", sa.Text, nullable=False),
    Column("group_id", Id, nullable=False),
    Column("assignee_id", Id),
    Column("matter_code", Code(64), nullable=False),
    Column("department_id", Id, nullable=False),
    Column("prefecture", Code(4), nullable=False),
    Column("county", Code(6)),
    Column("town", Code(9)),
    Column("state", sa.SmallInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("due_at", Instant),
    Column("yellow_at", Instant),
    Column("red_at", Instant),
    Column("sort_at", Instant, nullable=False),
    Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("priority", sa.SmallInteger, nullable=False, server_default="50"),
    Column("outcome", Code(24)),
    Column("completed_by", Id),
    Column("version", sa.Integer, nullable=False, server_default="0"),
    Column("instance_no", sa.Integer),
    Column("locals", sa.Text),
    sa.UniqueConstraint("case_id", "engine_task", name="uq_user_task_engine"),
)
T = user_task.c
open_index("ix_task_group", "state < 2", T.group_id, T.sort_at, T.id)
open_index("ix_task_mine", "state = 1", T.assignee_id, T.sort_at, T.id)
open_index("ix_task_county", "state < 2", T.county, T.sort_at, T.id)
open_index("ix_task_town", "state < 2", T.town, T.sort_at, T.id)
open_index("ix_task_matter", "state < 2", T.county, T.matter_code, T.sort_at, T.id)
open_index("ix_task_colour", "state < 2", T.yellow_at, T.red_at, T.department_id)
open_index("ix_task_county_colour", "state < 2", T.county, T.yellow_at, T.red_at, T.department_id)

# topic: `task:<id>` for a task's form. It leaves in the commit that closes the task.
draft = sa.Table(
    "draft",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner_account_id", Id, nullable=False),
    Column("topic", Code(120), nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("content", sa.Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    sa.UniqueConstraint("owner_account_id", "topic", name="uq_draft_owner_topic"),
    sa.Index("ix_draft_topic", "topic"),
)
