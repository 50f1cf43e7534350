"""The ChangeSet as one data-modifying statement: how PostgreSQL takes it.

Rows travel as JSON, bytes as hex in it. The text depends on nothing but which parts there are, so the few shapes that
occur are built once and prepared once. Columns are named: one that the next release adds keeps its default. All parts
see the rows as they were when the statement began; foreign keys are checked at its end.
"""

# Every name put into SQL here is a name of the metadata; values are always parameters.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from app.storage.parts import INSERT, PART_OF, UPDATE, Part, set_clause, where_clause

# The server takes rows out of JSON for a hundred and then reads a whole table to find them; a list of keys is short in
# its eyes, so it goes along their index.
NARROWING = ("id", "case_id")


def write_in_one_statement(connection: sa.Connection, rows: Mapping[Part, Sequence[Any]]) -> dict[str, int]:
    """Write all parts at once. Returns how many rows each touched."""
    text = statement_of_shape(tuple(part.name for part in rows))
    values: dict[str, Any] = {
        part.name: orjson.dumps(list(found), default=_hex).decode() for part, found in rows.items()
    }
    for part, found in rows.items():
        if part.kind != INSERT:
            values[_keys_of(part)] = [getattr(row, part.keys[0]) for row in found]
    return connection.exec_driver_sql(text, values).one()._asdict()


@lru_cache(maxsize=256)
def statement_of_shape(names: tuple[str, ...]) -> str:
    """Return the statement for these parts, in this order; a parameter for each, of its name."""
    bodies = ",\n".join(f"{name}_done AS ({_statement(PART_OF[name])} RETURNING 1)" for name in names)
    counts = ", ".join(f"(SELECT count(*) FROM {name}_done) AS {name}" for name in names)
    return f"WITH {bodies}\nSELECT {counts}"


def _statement(part: Part) -> str:
    table = part.table.name
    given = f"json_populate_recordset(NULL::{table}, CAST(%({part.name})s AS json)) AS r"
    if part.kind == INSERT:
        columns = ", ".join(part.columns)
        ignored = " ON CONFLICT DO NOTHING" if part.may_miss else ""
        return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {given}{ignored}"
    where = where_clause(part, stored="t.", given="r.")
    if part.keys[0] in NARROWING:
        where = f"t.{part.keys[0]} = ANY (CAST(%({_keys_of(part)})s AS bigint[])) AND {where}"
    if part.kind == UPDATE:
        return f"UPDATE {table} AS t SET {set_clause(part, stored='t.', given='r.')} FROM {given} WHERE {where}"
    return f"DELETE FROM {table} AS t USING {given} WHERE {where}"


def _keys_of(part: Part) -> str:
    return f"{part.name}_keys"


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} has no column type.")
