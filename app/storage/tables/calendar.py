"""Working calendars (工作日历): versions of layers, what a calendar is made of, and loads that count cases again."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata, open_index

calendar_version = sa.Table(
    "calendar_version",
    metadata,
    Column("layer", Code(32), primary_key=True),
    Column("number", sa.Integer, primary_key=True, autoincrement=False),
    Column("document", sa.Text, nullable=False),
    Column("published_through", sa.Integer, nullable=False),
    Column("doc", sa.Text, nullable=False),
    Column("sha256", Code(64), nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", Code(64), nullable=False),
    sa.UniqueConstraint("layer", "sha256", name="uq_calendar_version_content"),
)

# A running clock names the resolved calendar it counts with: one version per layer.
resolved_calendar = sa.Table(
    "resolved_calendar",
    metadata,
    Column("id", Code(64), primary_key=True),
    Column("layer", Code(32), primary_key=True),
    Column("number", sa.Integer, nullable=False),
    Column("position", sa.SmallInteger, nullable=False),
)

# One load of new versions. versions, calendars, spans: JSON; `calendars` is department id -> calendar id from now on,
# `spans` are the days a clock must span to be concerned. looked_again_at: the last look for cases that came in between.
calendar_load = sa.Table(
    "calendar_load",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("document", sa.Text, nullable=False),
    Column("versions", sa.Text, nullable=False),
    Column("calendars", sa.Text, nullable=False),
    Column("spans", sa.Text, nullable=False),
    Column("closure_id", Id),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", Code(64), nullable=False),
    Column("finished_at", Instant),
    Column("looked_again_at", Instant),
)
open_index("ix_calendar_load_open", "looked_again_at IS NULL", calendar_load.c.loaded_at)

# The cases a load concerns. outcome: waiting, moved, unmoved, past_due or left; facts: JSON, one object a clock.
# A load of 500,000 rows makes them in one statement, so no foreign key is checked row by row.
calendar_load_case = sa.Table(
    "calendar_load_case",
    metadata,
    Column("load_id", Id, primary_key=True, autoincrement=False),
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("outcome", Code(12), nullable=False),
    Column("facts", sa.Text, nullable=False),
)
open_index(
    "ix_calendar_load_waiting", "outcome = 'waiting'", calendar_load_case.c.case_id, calendar_load_case.c.load_id
)
