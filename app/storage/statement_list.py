"""The ChangeSet as a list of statements, one a part: how SQLite takes it."""

# Every name put into SQL here is a name of the metadata; values are always parameters.
# ruff: noqa: S608

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.storage.parts import INSERT, PART_OF, UPDATE, Part, set_clause, where_clause
from app.storage.sqltypes import sqlite_value


def write_as_list(connection: sa.Connection, rows: Mapping[Part, Sequence[Any]]) -> dict[str, int]:
    """Write the parts one after the other. Returns how many rows each touched."""
    return {part.name: _write(connection, part, found) for part, found in rows.items()}


def _write(connection: sa.Connection, part: Part, found: Sequence[Any]) -> int:
    columns = part.columns
    values = [{name: sqlite_value(getattr(row, name)) for name in columns} for row in found]
    return connection.exec_driver_sql(_statement(part.name), values).rowcount


@cache
def _statement(name: str) -> str:
    part = PART_OF[name]
    if part.kind == INSERT:
        values = ", ".join(f":{column}" for column in part.columns)
        ignored = " ON CONFLICT DO NOTHING" if part.may_miss else ""
        return f"INSERT INTO {part.table.name} ({', '.join(part.columns)}) VALUES ({values}){ignored}"
    where = where_clause(part, stored="", given=":")
    if part.kind == UPDATE:
        return f"UPDATE {part.table.name} SET {set_clause(part, stored='', given=':')} WHERE {where}"
    return f"DELETE FROM {part.table.name} WHERE {where}"
