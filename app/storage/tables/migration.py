"""Migrations of running cases (版本迁移): a run, and what became of each of its cases."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata, open_index

# elements, limits, counties: JSON. prefecture, counties: whose cases it moves, empty for all. is_whole: every case of
# the version, not a list of them. undoes: the run it takes back.
case_migration = sa.Table(
    "case_migration",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("key", Code(64), nullable=False),
    Column("source_id", Id, nullable=False),
    Column("target_id", Id, nullable=False),
    Column("target_diagram_id", Id, nullable=False),
    Column("elements", sa.Text, nullable=False),
    Column("limits", sa.Text, nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("prefecture", Code(4), nullable=False),
    Column("counties", sa.Text, nullable=False),
    Column("is_whole", sa.Boolean, nullable=False),
    Column("undoes", Id),
    Column("started_at", Instant, nullable=False),
    Column("started_by", Code(64), nullable=False),
    Column("finished_at", Instant),
    sa.Index("ix_case_migration_key", "key"),
)
open_index("ix_case_migration_open", "finished_at IS NULL", case_migration.c.started_at)

# outcome: waiting, moved, refused or left. facts: JSON; of a refused one the places, of a moved one where it came from.
# Thousands of rows are made in one statement, so no foreign key is checked row by row.
case_migration_case = sa.Table(
    "case_migration_case",
    metadata,
    Column("migration_id", Id, primary_key=True, autoincrement=False),
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("outcome", Code(12), nullable=False),
    Column("facts", sa.Text, nullable=False),
)
open_index(
    "ix_case_migration_case_waiting",
    "outcome = 'waiting'",
    case_migration_case.c.migration_id,
    case_migration_case.c.case_id,
)
