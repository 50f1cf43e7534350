"""Column types: an instant is aware UTC on both databases, or it is refused."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
SQLITE_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant in UTC: timestamptz on PostgreSQL, text of fixed width on SQLite, so that it sorts as text.

    Raises ValueError for a naive value, which would silently mean another hour on another machine.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the value as the driver wants it."""
        if value is None:
            return None
        instant = refuse_naive(value)
        return instant.replace(tzinfo=None) if dialect.name == sqlite.dialect.name else instant

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the value as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def refuse_naive(value: datetime) -> datetime:
    """Return an aware instant in UTC. Raises ValueError for a naive one."""
    if value.tzinfo is None:
        raise ValueError("An instant must carry its zone.")
    return value.astimezone(UTC)


def sqlite_value(value: Any) -> Any:
    """Return a value as it lies in a SQLite column; the same form that `UtcDateTime` writes."""
    if isinstance(value, datetime):
        return refuse_naive(value).strftime(SQLITE_FORMAT)
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def read_instant(text: str) -> datetime:
    """Return the instant of a text of either database."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
