"""The clock adapter: the only place that asks a machine what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from app.storage.sqltypes import refuse_naive


class Clock(Protocol):
    """Where a database takes its instants from.

    is_virtual: True overrides the database's own clock; scenarios and demonstrations run on such a clock.
    """

    is_virtual: bool

    def now(self) -> datetime:
        """Return the instant, aware UTC."""
        ...


class SystemClock:
    """The clock of this machine."""

    is_virtual = False

    def now(self) -> datetime:
        """Return the instant of this machine, aware UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A virtual clock (虚拟时钟): it stands still until it is moved. at: aware."""

    is_virtual = True

    def __init__(self, at: datetime) -> None:
        self._at = refuse_naive(at)

    def now(self) -> datetime:
        """Return the instant it stands at, aware UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move it to an instant, forwards or backwards. at: aware."""
        self._at = refuse_naive(at)

    def advance(self, by: timedelta) -> None:
        """Move it forwards."""
        self._at += by
