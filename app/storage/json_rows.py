"""Rows of several tables from one query: each table as one JSON text, turned into dataclasses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar

import orjson
import sqlalchemy as sa

from app.storage import dialects
from app.storage.sqltypes import UtcDateTime, read_instant

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowSet(Generic[R]):
    """Rows of a table that a query brings along.

    row: dataclass whose fields are columns of `table`. where: SQL that finds the asked case in `wanted.case_id`. order:
    field the rows are sorted by. lists: fields that are stored as a comma separated text.
    """

    row: type[R]
    table: sa.Table
    where: str
    order: str
    lists: tuple[str, ...] = ()

    def query(self, bind: sa.Engine | sa.Connection) -> str:
        """Return the scalar query of these rows."""
        return dialects.json_rows(bind, self.columns(), f"{self.table.name} WHERE {self.where}")

    def read(self, rows: Sequence[Sequence[Any]]) -> tuple[R, ...]:
        """Return the rows of the query's result, sorted. rows: one list of values a row, as JSON holds them."""
        if not rows:
            return ()
        names, readers = _names(self), _readers(self)
        found = []
        for stored in rows:
            values = dict(zip(names, stored, strict=True))
            for name, read in readers:
                values[name] = read(values[name])
            found.append(self.row(**values))
        return tuple(sorted(found, key=attrgetter(self.order)))

    def columns(self) -> list[sa.Column[Any]]:
        """Return the columns in the order of the fields."""
        return [self.table.c[field.name] for field in fields(self.row)]  # type: ignore[arg-type]


def query_together(row_sets: Sequence[RowSet[Any]], bind: sa.Engine | sa.Connection) -> str:
    """Return one scalar query of several sets: a JSON list of them in their order, as text.

    One column, because drivers and SQLAlchemy take their time over each column of a result.
    """
    return "'[' || " + " || ',' || ".join(f"coalesce({rows.query(bind)}, '[]')" for rows in row_sets) + " || ']'"


def read_together(row_sets: Sequence[RowSet[Any]], text: str) -> dict[RowSet[Any], Sequence[Sequence[Any]]]:
    """Return the rows of each set from the text such a query gives."""
    return dict(zip(row_sets, orjson.loads(text), strict=True))


@cache
def _names(rows: RowSet[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in rows.columns())


@cache
def _readers(rows: RowSet[Any]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Return how to read the columns whose value in JSON is not yet that of the field."""
    found = ((column.name, _split if column.name in rows.lists else _reader(column.type)) for column in rows.columns())
    return tuple((name, read) for name, read in found if read is not None)


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, UtcDateTime):
        return lambda value: None if value is None else read_instant(value)
    if isinstance(kind, sa.LargeBinary):
        return lambda value: None if value is None else bytes.fromhex(value)
    if isinstance(kind, sa.Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    return bool if isinstance(kind, sa.Boolean) else None


def _split(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
