"""Supervision (政务监察): cards, accountability, incidents, holds, outages and closures."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

warning_card = sa.Table(
    "warning_card",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("clock", Code(24), nullable=False),
    Column("element", Code(64), nullable=False, server_default=""),
    Column("colour", Code(8), nullable=False),
    Column("cause", Code(24), nullable=False),
    Column("state", Code(12), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("county", Code(6)),
    Column("department_id", Id, nullable=False),
    Column("facts", sa.Text, nullable=False),
    sa.UniqueConstraint("case_id", "clock", "element", "colour", name="uq_card_once"),
)

accountability_record = sa.Table(
    "accountability_record",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("clock", Code(24), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", Code(16), nullable=False),
    Column("department_id", Id, nullable=False),
    Column("facts", sa.Text, nullable=False),
    sa.Index("ix_accountability_record_case", "case_id"),
)

incident = sa.Table(
    "incident",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("element", Code(64), nullable=False),
    Column("code", Code(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", Code(16), nullable=False),
    Column("facts", sa.Text, nullable=False),
)
open_index("ix_incident_open", "state = 'open'", incident.c.case_id)

# A request holds at once (state requested); a second person confirms it. Both states block a deemed approval.
hold = sa.Table(
    "hold",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("reason", Code(32), nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("state", Code(16), nullable=False),
    Column("requested_by", Code(64), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("until_at", Instant),
    Column("confirmed_by", Code(64)),
    Column("confirmed_at", Instant),
    Column("ended_at", Instant),
)
open_index("ix_hold_open", "ended_at IS NULL", hold.c.case_id)

# released_at null: deemed approvals it touches wait for the supervision office.
outage = sa.Table(
    "outage",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("released_at", Instant),
    Column("released_by", Code(64)),
    sa.Index("uq_outage_began_at", "began_at", unique=True),
)

# scope: region (department_id null), department (it and its offices) or office. Only a confirmed closure has effect;
# released_at null: deemed approvals it touches wait for the supervision office.
closure = sa.Table(
    "closure",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("region_code", Code(12), nullable=False),
    Column("department_id", Id),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("reason", sa.Text, nullable=False),
    Column("released_at", Instant),
    Column("released_by", Code(64)),
    Column("scope", Code(16), nullable=False, server_default="region"),
    Column("document", sa.Text, nullable=False, server_default=""),
    Column("declared_by", Code(64), nullable=False, server_default=""),
    Column("declared_at", Instant),
    Column("confirmed_by", Code(64)),
    Column("confirmed_at", Instant),
    Column("load_id", Id),
)
open_index("ix_closure_open", "released_at IS NULL", closure.c.region_code)
