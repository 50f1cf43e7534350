"""Supervision (政务监察): cards, accountability, incidents, holds, outages and closures."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, case_id, metadata, open_index

# The fields of GB/T 39046-2020 table 11, and what became of the card. handler_id null: it counts for the unit.
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
    Column("supervision_no", Code(20)),
    Column("rule_no", Code(20), nullable=False, server_default=""),
    Column("state_at", Instant),
    Column("due_at", Instant),
    Column("handler_id", Id),
    Column("raised_by", Code(64), nullable=False, server_default="system:deadline"),
    Column("version", sa.Integer, nullable=False, server_default="0"),
    Column("acknowledged_by", Code(64)),
    Column("acknowledged_at", Instant),
    Column("explained_by", Code(64)),
    Column("explained_at", Instant),
    Column("explanation", sa.Text),
    Column("appealed_by", Code(64)),
    Column("appealed_at", Instant),
    Column("appeal_ground", Code(24)),
    Column("appeal_text", sa.Text),
    Column("outcome", Code(12)),
    Column("decided_by", Code(64)),
    Column("decided_at", Instant),
    Column("decision_reason", sa.Text),
    sa.UniqueConstraint("case_id", "clock", "element", "colour", name="uq_card_once"),
    sa.Index("ix_card_issued", "issued_at", "id"),
    sa.Index("ix_card_department", "department_id", "issued_at", "id"),
    sa.Index("uq_card_supervision_no", "supervision_no", unique=True),
)
open_index("ix_card_waiting", "state = 'issued'", warning_card.c.handler_id, warning_card.c.department_id)

# A card an officer is told of in the next digest. digest_key null: it still waits for one.
digest_item = sa.Table(
    "digest_item",
    metadata,
    Column("staff_id", Id, primary_key=True, autoincrement=False),
    Column("card_id", Id, sa.ForeignKey("warning_card.id"), primary_key=True, autoincrement=False),
    Column("queued_at", Instant, nullable=False),
    Column("digest_key", Code(64)),
)
open_index("ix_digest_item_waiting", "digest_key IS NULL", digest_item.c.staff_id)

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
    Column("cause_due_at", Instant),
    Column("cause", Code(24)),
    Column("cause_text", sa.Text),
    Column("cause_by", Code(64)),
    Column("cause_at", Instant),
    Column("finding", sa.Text),
    Column("measures", sa.Text),
    Column("finding_by", Code(64)),
    Column("finding_at", Instant),
    Column("closed_by", Code(64)),
    Column("closed_at", Instant),
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

# resumed_at null: the instance of the case stands still. One at a time.
technical_pause = sa.Table(
    "technical_pause",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    case_id(),
    Column("paused_at", Instant, nullable=False),
    Column("paused_by", Code(64), nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("resumed_at", Instant),
    Column("resumed_by", Code(64)),
    sa.Index(
        "uq_technical_pause_open",
        "case_id",
        unique=True,
        postgresql_where=sa.text("resumed_at IS NULL"),
        sqlite_where=sa.text("resumed_at IS NULL"),
    ),
)

# A request holds at once (state requested); a second person confirms it. Both states block a deemed approval, and so
# does one for fraud or public safety until its finding is signed. ended_at null: it blocks.
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
    Column("decided_by", Code(64)),
    Column("decided_at", Instant),
    Column("finding", Code(16)),
    Column("finding_text", sa.Text),
    Column("signed_by", Code(64)),
    Column("signed_at", Instant),
    Column("ended_at", Instant),
    sa.Index("ix_hold_case", "case_id"),
)
open_index("ix_hold_open", "ended_at IS NULL", hold.c.id)

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

# A batch that an outage or a closure blocked is released by two persons. One of outage_id and closure_id is set.
deemed_release = sa.Table(
    "deemed_release",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("outage_id", Id),
    Column("closure_id", Id),
    Column("reason", sa.Text, nullable=False),
    Column("asked_by", Code(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("confirmed_by", Code(64)),
    Column("confirmed_at", Instant),
    sa.Index("ix_deemed_release_outage", "outage_id"),
    sa.Index("ix_deemed_release_closure", "closure_id"),
)
