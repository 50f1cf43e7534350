"""External tasks (外部任务): what programs of integrators fetch and do."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

# Open ones only: a row leaves in the commit in which its token goes on. available_at: when a program may fetch it,
# which is the end of the lease while one has it; null: its tries are used up and it waits for a person. version: the
# number of the lease. variables: JSON, all that leaves of the case.
external_task = sa.Table(
    "external_task",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("engine_task", Code(36), nullable=False),
    Column("element", Code(64), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("topic", Code(64), nullable=False),
    Column("variables", sa.Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("retries", sa.Integer, nullable=False),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    Column("available_at", Instant),
    Column("worker_id", Code(120)),
    Column("account_id", Id),
    Column("version", sa.Integer, nullable=False, server_default="0"),
    Column("last_error", sa.Text),
    Column("failed_at", Instant),
    sa.UniqueConstraint("case_id", "engine_task", name="uq_external_task_engine"),
)
T = external_task.c
open_index("ix_external_task_topic", "available_at IS NOT NULL", T.topic, T.opened_at, T.id)
