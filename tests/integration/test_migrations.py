"""The schema of the migrations is the schema in code, up and down, on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.storage.cases import case_head
from app.storage.database import Database
from app.storage.definitions import (
    NewDefinition,
    NormalisedRow,
    add_normalised,
    add_version,
    get_normalised,
    in_force,
)
from app.storage.migrate import ALEMBIC_INI, migrate, undo_migrations
from app.storage.parts import PARTS, Part
from app.storage.schema import comparison_options
from app.storage.tables import metadata
from tests.integration.rows import seed_case


def test_migrated_schema_is_the_schema_in_code(database: Database) -> None:
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=comparison_options()), metadata)

    assert differences == []


def test_migrations_go_down_to_nothing_and_up_again(own_database: Database) -> None:
    undo_migrations(own_database, "base")
    with own_database.read() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}

    migrate(own_database)
    with own_database.read() as connection:
        assert set(metadata.tables) <= set(sa.inspect(connection).get_table_names())


def test_forms_of_a_diagram_that_differ_in_their_tables_live_through_the_way_down(own_database: Database) -> None:
    with own_database.write() as uow:
        new = NewDefinition(id=1, key="pattern:x", kind="bpmn", source=b"<a/>")
        row = add_version(uow, new, by="system:init")
        for diagram_id, decisions in ((12, ""), (11, "5"), (10, "6")):
            add_normalised(uow, form_of(row.id, diagram_id, decisions))

    with own_database.read() as connection:
        assert [item.diagram_id for item in in_force(connection)] == [10]
    undo_migrations(own_database, "0022")
    with own_database.read() as connection:
        assert connection.execute(sa.text("SELECT id, start FROM normalised_diagram ORDER BY id")).all() == [
            (10, "10"),
            (11, "11"),
            (12, ""),
        ]
    migrate(own_database)

    with own_database.read() as connection:
        assert get_normalised(connection, 11) is not None


def test_forms_of_a_diagram_that_differ_in_what_they_call_live_through_the_way_down(own_database: Database) -> None:
    with own_database.write() as uow:
        new = NewDefinition(id=1, key="pattern:x", kind="bpmn", source=b"<a/>")
        row = add_version(uow, new, by="system:init")
        for diagram_id, calls in ((12, ""), (11, "5"), (10, "5,6")):
            assert add_normalised(uow, replace(form_of(row.id, diagram_id, ""), calls=calls)) == diagram_id
        assert add_normalised(uow, replace(form_of(row.id, 9, ""), calls="5")) == 11

    undo_migrations(own_database, "0033")
    with own_database.read() as connection:
        starts = connection.execute(sa.text("SELECT id, start FROM normalised_diagram ORDER BY id")).all()
    migrate(own_database)

    assert [tuple(item) for item in starts] == [(10, "10"), (11, "11"), (12, "")]
    with own_database.read() as connection:
        assert [item.diagram_id for item in in_force(connection)] == [10]


def form_of(definition_id: int, diagram_id: int, decisions: str) -> NormalisedRow:
    return NormalisedRow(
        id=diagram_id,
        definition_id=definition_id,
        sha256="0",
        normaliser="1",
        start="",
        process_id="p",
        xml=b"<a/>",
        origin={},
        decisions=decisions,
    )


def test_migrating_again_changes_nothing(database: Database) -> None:
    seeded = seed_case(database)

    migrate(database)

    with database.read() as connection:
        assert case_head(connection, seeded.case_id) is not None


def test_head_file_names_the_one_head() -> None:
    heads = ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_heads()

    assert heads == [Path(ALEMBIC_INI).with_name("HEAD").read_text(encoding="ascii").strip()]


@pytest.mark.parametrize("table", ["audit_entry", "clock_entry"])
@pytest.mark.parametrize("act", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}"])
def test_history_cannot_be_changed(database: Database, table: str, act: str) -> None:
    seed_case(database)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.exec_driver_sql(act.format(table))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_rows_of_a_change_set_are_columns(part: Part) -> None:
    assert set(part.columns) <= set(part.table.c.keys())


def test_deadline_query_uses_its_partial_index(database: Database) -> None:
    query = (
        "SELECT id FROM deadline WHERE state = 0 AND lane = 1 AND fire_at < '2026-01-01' ORDER BY fire_at, id LIMIT 5"
    )
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = str(connection.exec_driver_sql(f"{explain} {query}").all())

    assert "ix_deadline_due" in plan
