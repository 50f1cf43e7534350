"""The writer queue of SQLite: one writer at a time, in turn, across the processes of this machine."""

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import Busy
from app.telemetry.metrics import WRITER_WAIT

DICE = random.SystemRandom()
LONGEST_WAIT_S = 3.0
POLL_S = (0.0005, 0.002)


@contextmanager
def writer_turn(lock_file: Path) -> Iterator[None]:
    """Hold the writer's place of a SQLite database. Raises Busy `case_busy` when it was not free within 3 s.

    The busy handler of SQLite sleeps and tries again, so that a worker in a hurry starves the clerks for seconds; a
    file lock is had in milliseconds. It needs a local file system. The descriptor is opened for each turn: threads that
    share one would share the lock.
    """
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with WRITER_WAIT.time():
            _wait_for(descriptor)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int) -> None:
    give_up_at = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                raise Busy("case_busy") from None
            time.sleep(DICE.uniform(*POLL_S))
        else:
            return
