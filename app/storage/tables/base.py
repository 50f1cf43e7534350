"""What all tables share: the metadata with its names, and the partial index."""

import sqlalchemy as sa

from app.storage.sqltypes import Id, UtcDateTime

__all__ = ["Code", "Id", "Instant", "case_id", "metadata", "open_index"]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=NAMES)
Instant = UtcDateTime
Code = sa.String


def open_index(name: str, condition: str, *columns: sa.Column[object]) -> sa.Index:
    """Return a partial index. Closed rows leave it, so its size follows the open work and not the history.

    condition: must stand literally in a query that is to use the index, on both databases.
    """
    return sa.Index(name, *columns, postgresql_where=sa.text(condition), sqlite_where=sa.text(condition))


def case_id(*, primary_key: bool = False) -> sa.Column[int]:
    """Return the column that ties a row to its case."""
    return sa.Column(
        "case_id", Id, sa.ForeignKey("case_file.id"), primary_key=primary_key, autoincrement=False, nullable=False
    )
