"""Every difference between SQLite and PostgreSQL."""

# Every name put into SQL here is a name of the metadata; values are always parameters.
# ruff: noqa: S608

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.errors import Busy, CaseworkError, Conflict, TemporaryFailure

POOL_SIZE = 8
POOL_OVERFLOW = 8
POOL_WAIT_S = 0.1
ID_BLOCK_SIZE = 1_000
ID_BLOCK_LOCK = 4_228_001
POSTGRESQL_SESSION = "-c timezone=UTC -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s"
KEEPALIVES = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
SQLITE_SESSION = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -8000",
)
WRITING = "lianban_writing"
UNIQUE_CODES = {
    "certificate": "certificate_exists",
    "cancellation": "certificate_ended",
    "revocation": "revocation_done",
    "case_file": "case_exists",
    "correction_request": "correction_request_waiting",
    "decision_record": "already_decided",
    "idempotency_key": "request_repeated",
}
# Class 57P: the server is shutting down, crashed or cannot be connected to now.
NOT_SERVING = "57P"
LOCK_NOT_HAD = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def open_engine(url: str) -> sa.Engine:
    """Open the engine of a URL `sqlite:///<file>` or `postgresql://...`; psycopg 3 is the driver.

    Raises ValueError for a SQLite database without a file: its writers could not queue.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("A SQLite database needs a file.")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    return _open_sqlite(parsed)


def writer_file(engine: sa.Engine) -> Path | None:
    """Return the lock file of a SQLite database's writer queue; None on PostgreSQL, which queues by row."""
    return None if is_postgresql(engine) else Path(f"{engine.url.database}.writer")


def is_postgresql(bind: sa.Engine | sa.Connection) -> bool:
    """Say whether this is PostgreSQL."""
    return bind.dialect.name == "postgresql"


def instants_columns(bind: sa.Engine | sa.Connection) -> str:
    """Return two columns of a query: the start of the transaction and the instant now; null without a server."""
    return "now(), clock_timestamp()" if is_postgresql(bind) else "NULL, NULL"


def read_instants(connection: sa.Connection) -> tuple[datetime, datetime]:
    """Return the start of the transaction and the instant now, by the clock of a PostgreSQL server; aware UTC."""
    began_at, now = connection.exec_driver_sql(f"SELECT {instants_columns(connection)}").one()
    return began_at, now


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT that knows `ON CONFLICT`, which both databases spell alike."""
    return postgresql.insert(table) if is_postgresql(connection) else sqlite.insert(table)


def insert_ignore(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT that leaves a row alone that is there already."""
    return insert(connection, table).on_conflict_do_nothing()


def upsert(connection: sa.Connection, table: sa.Table, changed: Sequence[str]) -> Any:
    """Return an INSERT that changes these columns of a row whose primary key is there already."""
    statement = insert(connection, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={name: statement.excluded[name] for name in changed}
    )


def skip_locked(query: sa.Select[Any], *tables: sa.Table) -> sa.Select[Any]:
    """Lock the rows of these tables and skip those somebody holds. SQLite has one writer, and leaves it out."""
    return query.with_for_update(of=tables, skip_locked=True)


def refresh_statistics(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL look at a table that has just been filled; plans made for the empty table are made again."""
    if is_postgresql(connection):
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def take_id_block(connection: sa.Connection, region_number: int) -> int | None:
    """Return the first counter of a new block of ids; None when PostgreSQL has no sequence for the region yet.

    On PostgreSQL a sequence outlives a rollback; on SQLite the block is given back with the transaction.
    """
    if is_postgresql(connection):
        name = f"id_block_{region_number}"
        if connection.scalar(sa.text("SELECT to_regclass(:name)"), {"name": name}) is None:
            return None
        return int(connection.exec_driver_sql(f"SELECT nextval('{name}')").scalar_one())
    taken = connection.exec_driver_sql(
        "INSERT INTO id_block (region, next) VALUES (?, ?)"
        " ON CONFLICT (region) DO UPDATE SET next = next + ? RETURNING next",
        (region_number, ID_BLOCK_SIZE + 1, ID_BLOCK_SIZE),
    )
    return int(taken.scalar_one()) - ID_BLOCK_SIZE


def create_id_sequence(connection: sa.Connection, region_number: int) -> None:
    """Create the sequence of a region's id blocks where PostgreSQL lacks it."""
    if is_postgresql(connection):
        # Two processes that create it at once would collide in the system tables.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ID_BLOCK_LOCK})")
        connection.exec_driver_sql(
            f"CREATE SEQUENCE IF NOT EXISTS id_block_{region_number} INCREMENT {ID_BLOCK_SIZE} START 1"
        )


def json_rows(bind: sa.Engine | sa.Connection, columns: Sequence[sa.Column[Any]], source: str) -> str:
    """Return a scalar query that gives rows as one JSON text: a list of lists in the order of `columns`.

    source: what follows FROM, with the name of the table. Bytes are hex. The order of the rows is not promised.
    """
    if is_postgresql(bind):
        values = ", ".join(_postgresql_value(column) for column in columns)
        return f"(SELECT CAST(json_agg(json_build_array({values})) AS text) FROM {source})"
    values = ", ".join(_sqlite_value(column) for column in columns)
    return f"(SELECT json_group_array(json_array({values})) FROM {source})"


def records(bind: sa.Engine | sa.Connection, name: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return what follows FROM to read a JSON list of objects, the parameter `:name`, as rows called `name`.

    columns: (name, type as PostgreSQL spells it). Instants are given in the text the database stores.
    """
    if is_postgresql(bind):
        typed = ", ".join(f"{column} {kind}" for column, kind in columns)
        return f"json_to_recordset(CAST(:{name} AS json)) AS {name}({typed})"
    values = ", ".join(f"value ->> '{column}' AS {column}" for column, _kind in columns)
    return f"(SELECT {values} FROM json_each(:{name})) AS {name}"


def translate(error: sa.exc.DBAPIError) -> CaseworkError | None:
    """Return the error of the domain that a database error stands for; None when there is none."""
    cause = error.orig
    table = _table_with_equal_row(cause)
    if table is not None:
        return Conflict(UNIQUE_CODES.get(table, "conflict"), table=table)
    if isinstance(cause, LOCK_NOT_HAD) or "database is locked" in str(cause):
        return Busy("case_busy")
    if error.connection_invalidated or _is_without_server(cause):
        return TemporaryFailure("database_unavailable")
    return None


def _is_without_server(cause: BaseException | None) -> bool:
    """Say whether nobody answered. An error of a server carries its code; a server that starts or stops says so."""
    if not isinstance(cause, psycopg.OperationalError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(NOT_SERVING)


def _open_postgresql(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        pool_recycle=1_800,
        hide_parameters=True,
        connect_args={"options": POSTGRESQL_SESSION, "prepare_threshold": 3, "connect_timeout": 5, **KEEPALIVES},
    )


def _open_sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        # Each connection keeps pages of its own, so the fewer are in use the less memory a process needs.
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"timeout": 3.0},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by itself, and always deferred ones.
        connection.isolation_level = None
        for statement in SQLITE_SESSION:
            connection.execute(statement)

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        is_writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


def _table_with_equal_row(cause: BaseException | None) -> str | None:
    """Return the table whose uniqueness was broken; a missing value or a missing parent is a fault of the program."""
    if isinstance(cause, psycopg.errors.UniqueViolation):
        return cause.diag.table_name
    # SQLite says "UNIQUE constraint failed: table.column, table.column".
    said, _, place = str(cause).partition(" constraint failed: ")
    return place.partition(".")[0] if said == "UNIQUE" else None


def _postgresql_value(column: sa.Column[Any]) -> str:
    name = f"{column.table.name}.{column.name}"
    return f"encode({name}, 'hex')" if isinstance(column.type, sa.LargeBinary) else name


def _sqlite_value(column: sa.Column[Any]) -> str:
    name = f"{column.table.name}.{column.name}"
    return f"lower(hex({name}))" if isinstance(column.type, sa.LargeBinary) else name
