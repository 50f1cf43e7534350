"""Rows of several tables from one query: each table as one JSON text, turned into dataclasses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
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

    row: dataclass whose fields are columns of `table`. where: SQL with the parameter `:case_id`. order: field the rows
    are sorted by. lists: fields that are stored as a comma separated text.
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
        makers = _readers(self)
        found = [
            self.row(**{name: read(value) for (name, read), value in zip(makers, values, strict=True)})
            for values in rows
        ]
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
def _readers(rows: RowSet[Any]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple(
        (column.name, _split if column.name in rows.lists else _reader(column.type)) for column in rows.columns()
    )


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    if isinstance(kind, UtcDateTime):
        return lambda value: None if value is None else read_instant(value)
    if isinstance(kind, sa.LargeBinary):
        return lambda value: None if value is None else bytes.fromhex(value)
    if isinstance(kind, sa.Boolean):
        return bool
    return lambda value: value


def _split(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
