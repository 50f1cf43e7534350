"""Cases (办件): the aggregate row, its engine state, its party, its inputs."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

# One row a process instance, and the lock of everything that belongs to it. No indexed column changes at a step, and
# the page keeps room, so that PostgreSQL can update the row in place.
case_file = sa.Table(
    "case_file",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("case_no", Code(50), nullable=False, unique=True),
    Column("kind", Code(24), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("offering_id", Id),
    Column("offering_version", sa.Integer),
    Column("theme_code", Code(64)),
    Column("theme_version", sa.Integer),
    Column("definition_id", Id, nullable=False),
    Column("parent_case_id", Id),
    Column("parent_task", Code(36)),
    Column("parent_element", Code(64)),
    Column("prefecture", Code(4), nullable=False),
    Column("county", Code(6)),
    Column("town", Code(9)),
    Column("region_code", Code(12), nullable=False),
    Column("department_id", Id, nullable=False),
    Column("intake_department_id", Id, nullable=False),
    Column("intake_mode", Code(16), nullable=False),
    Column("state", Code(16), nullable=False),
    Column("decision", Code(16)),
    Column("result_kind", Code(2)),
    Column("received_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    Column("closed_at", Instant),
    Column("version", sa.Integer, nullable=False, server_default="0"),
    Column("last_seq", sa.Integer, nullable=False, server_default="0"),
    Column("last_hash", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("parent_case_id", "parent_task", name="uq_case_member"),
    postgresql_with={"fillfactor": 70},
)
open_index("ix_case_open", "closed_at IS NULL", case_file.c.county, case_file.c.department_id, case_file.c.id)

# The engine's bytes lie apart, so that lists never touch them. waits_at: elements where a token stands that has no task
# and no member case, separated by commas; the drawing shows them.
instance_state = sa.Table(
    "instance_state",
    metadata,
    case_id(primary_key=True),
    Column("codec", sa.SmallInteger, nullable=False),
    Column("diagram_id", Id, nullable=False),
    Column("tokens", sa.LargeBinary, nullable=False),
    Column("variables", sa.LargeBinary, nullable=False),
    Column("waits_at", sa.Text, nullable=False, server_default=""),
    postgresql_with={"fillfactor": 60},
)

case_party = sa.Table(
    "case_party",
    metadata,
    case_id(primary_key=True),
    Column("account_id", Id),
    Column("kind", Code(16), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("id_type", Code(8), nullable=False),
    Column("id_number", Code(40), nullable=False),
    Column("mobile", Code(24), nullable=False),
    Column("subject", sa.Text),
    Column("progress_code_hash", sa.LargeBinary, nullable=False),
    Column("subject_number", Code(40), nullable=False, server_default=""),
    sa.Index("ix_case_party_account", "account_id", "case_id"),
    sa.Index("ix_case_party_subject", "subject_number", "case_id"),
)

# Answers are erased by rule; the audit chain holds only their hash.
case_input = sa.Table(
    "case_input",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("element", Code(64), nullable=False),
    Column("seq", sa.Integer, nullable=False),
    Column("answers", sa.Text, nullable=False),
    sa.Index("ix_case_input_case", "case_id", "seq"),
)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    Column("actor_id", Id, primary_key=True, autoincrement=False),
    Column("scope", Code(160), primary_key=True),
    Column("key", Code(80), primary_key=True),
    Column("request_hash", sa.LargeBinary, nullable=False),
    Column("status", sa.SmallInteger, nullable=False),
    Column("response", sa.LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    sa.Index("ix_idempotency_key_age", "created_at"),
)
