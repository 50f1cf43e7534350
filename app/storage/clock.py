"""The clock adapter: the only place that asks a machine what time it is."""

import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

from app.domain.machine_clock import MachineReading
from app.storage.sqltypes import refuse_naive

BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
# Where there is one, a clock that goes on while the machine sleeps: a night in standby is no jump.
SLEEPLESS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Where a database takes its instants from.

    is_virtual: True overrides the database's own clock; scenarios and demonstrations run on such a clock.
    """

    is_virtual: bool

    def now(self) -> datetime:
        """Return the instant, aware UTC."""
        ...

    def read_machine(self) -> MachineReading | None:
        """Return what the machine says of itself; None for a virtual clock that belongs to no machine."""
        ...


class SystemClock:
    """The clock of this machine."""

    is_virtual = False

    def now(self) -> datetime:
        """Return the instant of this machine, aware UTC."""
        return datetime.now(UTC)

    def read_machine(self) -> MachineReading:
        """Return the clocks of this machine."""
        return MachineReading(
            host_at=self.now(), monotonic_ms=time.clock_gettime_ns(SLEEPLESS) // 1_000_000, boot_id=_boot_id()
        )


class FixedClock:
    """A virtual clock (虚拟时钟): it stands still until it is moved. at: aware."""

    is_virtual = True

    def __init__(self, at: datetime, *, machine: MachineReading | None = None) -> None:
        self._at = refuse_naive(at)
        self.machine = machine

    def now(self) -> datetime:
        """Return the instant it stands at, aware UTC."""
        return self._at

    def read_machine(self) -> MachineReading | None:
        """Return the machine it was given, which tests let run on or start again; None without one."""
        return self.machine

    def set(self, at: datetime) -> None:
        """Move it to an instant, forwards or backwards. at: aware."""
        self._at = refuse_naive(at)

    def advance(self, by: timedelta) -> None:
        """Move it forwards."""
        self._at += by


@cache
def _boot_id() -> str:
    return BOOT_ID_FILE.read_text(encoding="ascii").strip() if BOOT_ID_FILE.exists() else ""
