"""The unit of work: one transaction, its instants, its savepoints. Nothing else commits."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.errors import CaseworkError, TemporaryFailure
from app.domain.machine_clock import MachineReading
from app.storage import dialects
from app.storage.clock import Clock
from app.storage.writer_queue import writer_turn


@dataclass(slots=True)
class IdBlock:
    """What is left of a block of ids: counters from `following` up to, not including, `end`."""

    following: int
    end: int


class RefusalKept(Exception):
    """An act was refused and that is written down: the transaction is committed, then `refusal` is raised."""

    def __init__(self, refusal: CaseworkError) -> None:
        self.refusal = refusal
        super().__init__(refusal.code)


class UnitOfWork:
    """One write transaction.

    id_blocks: blocks taken inside it on SQLite, by region number; another process may get the same block when this
    transaction or a savepoint in it is rolled back, so they do not outlive that.
    """

    def __init__(self, connection: sa.Connection, clock: Clock, began_at: datetime) -> None:
        self.connection = connection
        self.id_blocks: dict[int, IdBlock] = {}
        self._clock = clock
        self._began_at = began_at
        self._asks_server = dialects.is_postgresql(connection) and not clock.is_virtual
        self._arrived_at: datetime | None = None
        self._after_commit: list[Callable[[], None]] = []
        self._started = time.monotonic()

    @property
    def arrived_at(self) -> datetime:
        """When the request arrived, before it waited for a lock; aware UTC.

        PostgreSQL: the start of the transaction by the server's clock. SQLite: this machine's clock, read before the
        writer queue; it is the same machine. A virtual clock overrides both.
        """
        if self._arrived_at is None:
            self.now()
        assert self._arrived_at is not None
        return self._arrived_at

    def now(self) -> datetime:
        """Return the instant now, by the database's clock or by the virtual one; aware UTC."""
        if self._asks_server:
            began_at, now = dialects.read_instants(self.connection)
            return self.note_instants(began_at, now)
        return self.note_instants(self._began_at, self._clock.now())

    def read_machine(self) -> MachineReading | None:
        """Return what this machine says of itself; None under a virtual clock of no machine."""
        return self._clock.read_machine()

    def note_arrival(self, began_at: datetime) -> None:
        """Take over the start of the transaction that came with another query."""
        self._arrived_at = began_at if self._asks_server else self._began_at

    def note_instants(self, began_at: datetime | None, now: datetime | None) -> datetime:
        """Take over the instants that came with another query; None where the database has no clock. Returns now."""
        if not self._asks_server or began_at is None or now is None:
            self._arrived_at = self._began_at
            return self._clock.now()
        self._arrived_at = began_at
        return now

    def elapsed_ms(self) -> float:
        """Return for how many milliseconds this transaction has been open."""
        return (time.monotonic() - self._started) * 1_000

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Run what follows inside a savepoint; an error rolls back to it and goes on."""
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            self.id_blocks.clear()
            raise

    def after_commit(self, act: Callable[[], None]) -> None:
        """Have something done once this transaction is committed."""
        self._after_commit.append(act)

    def finish(self) -> None:
        """Do what was asked for after the commit."""
        for act in self._after_commit:
            act()


@contextmanager
def open_unit_of_work(engine: sa.Engine, clock: Clock) -> Iterator[UnitOfWork]:
    """Open a write transaction; commit it at the end, roll it back on any error but `RefusalKept`.

    Raises Busy `case_busy` when the writer queue of SQLite was not free within 3 s, TemporaryFailure `database_busy`
    when the pool had no connection within 100 ms.
    """
    began_at = clock.now()
    queue = dialects.writer_file(engine)
    refusal: CaseworkError | None = None
    with ExitStack() as stack:
        if queue is not None:
            stack.enter_context(writer_turn(queue))
        connection = stack.enter_context(_connect(engine))
        uow = UnitOfWork(connection, clock, began_at)
        stack.enter_context(connection.begin())
        try:
            yield uow
        except RefusalKept as kept:
            refusal = kept.refusal
    uow.finish()
    if refusal is not None:
        raise refusal


def _connect(engine: sa.Engine) -> sa.Connection:
    try:
        return engine.connect().execution_options(**{dialects.WRITING: True, "preserve_rowcount": True})
    except sa.exc.TimeoutError as waited:
        raise TemporaryFailure("database_busy") from waited
