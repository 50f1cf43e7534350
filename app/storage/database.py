"""The database of a process: write transactions, readings, instants."""

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.errors import Busy, TemporaryFailure
from app.storage import dialects
from app.storage.clock import Clock, FixedClock, SystemClock
from app.storage.unit_of_work import UnitOfWork, open_unit_of_work
from app.telemetry.metrics import BUSY

__all__ = ["Clock", "Connection", "Database", "FixedClock", "Reading", "SystemClock", "open_database"]

Connection = sa.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A read transaction and its instant, aware UTC."""

    connection: sa.Connection
    now: datetime


class Database:
    """One database, used by all threads of a process and by its forked children."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self._open = threading.local()

    @property
    def current(self) -> UnitOfWork | None:
        """The write transaction this thread is in, None outside of one."""
        found: UnitOfWork | None = getattr(self._open, "uow", None)
        return found

    @property
    def has_one_writer(self) -> bool:
        """Say whether writers queue for one place (SQLite): who only looks should not stand in line."""
        return not dialects.is_postgresql(self.engine)

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """Open a write transaction; it commits at the end of the block and rolls back on any error.

        Raises Busy `case_busy` when a lock was not had within 3 s, TemporaryFailure `database_busy` without a free
        connection, Conflict when what is written breaks a uniqueness. RuntimeError when this thread is in one already:
        on SQLite it would wait for itself.
        """
        if self.current is not None:
            raise RuntimeError("This thread is in a write transaction already.")
        try:
            with open_unit_of_work(self.engine, self.clock) as uow:
                self._open.uow = uow
                try:
                    yield uow
                finally:
                    self._open.uow = None
        except Busy:
            BUSY.inc()
            raise
        except sa.exc.DBAPIError as error:
            meant = dialects.translate(error)
            if meant is None:
                raise
            if isinstance(meant, Busy):
                BUSY.inc()
            raise meant from error

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a read-only transaction.

        Raises TemporaryFailure `database_busy` without a free connection, `database_unavailable` without a server.
        """
        try:
            connection = self.engine.connect()
        except sa.exc.TimeoutError as waited:
            raise TemporaryFailure("database_busy") from waited
        except sa.exc.DBAPIError as error:
            meant = dialects.translate(error)
            if meant is None:
                raise
            raise meant from error
        with connection, connection.execution_options(postgresql_readonly=True).begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a read-only transaction together with its instant."""
        with self.read() as connection:
            yield Reading(connection=connection, now=self.now(connection))

    def now(self, connection: sa.Connection) -> datetime:
        """Return the instant now, aware UTC: of a virtual clock, else of the database's machine."""
        if self.clock.is_virtual or not dialects.is_postgresql(connection):
            return self.clock.now()
        return dialects.read_instants(connection)[1]

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str, *, clock: Clock | None = None) -> Database:
    """Open the database of a URL: `sqlite:///<file>` (its folder is made) or `postgresql://...`.

    clock: a `FixedClock` for scenarios and demonstrations; without it the database's own clock counts.
    """
    engine = dialects.open_engine(url)
    _leave_connections_to_parent(engine)
    return Database(engine, clock or SystemClock())


def _leave_connections_to_parent(engine: sa.Engine) -> None:
    """A forked child opens connections of its own; those of its parent must be neither used nor closed."""
    known = weakref.ref(engine)

    def forget() -> None:
        inherited = known()
        if inherited is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
