"""The file channel: one JSON line a message in a file of the day, for tests and for gateways that read files."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import orjson

from app.domain.calendar import ZONE
from app.domain.errors import TemporaryFailure
from app.domain.notice import OutboundMessage

LINE_END = b"\n"


def _today() -> date:
    """The name of a file is no legal instant, so the clock of the machine will do."""
    return datetime.now(ZONE).date()


class FileChannel:
    """Appends to `<folder>/<date>.jsonl`. A line is there whole or not at all, and on disk before `deliver` returns.

    folder: made with the first message, readable by its owner alone. today: what names the file.
    """

    def __init__(self, folder: Path, *, today: Callable[[], date] = _today) -> None:
        self._folder = folder
        self._today = today

    def deliver(self, message: OutboundMessage) -> None:
        """Append the message. Raises TemporaryFailure `channel_unavailable` when the file cannot be written."""
        line = orjson.dumps(asdict(message)) + LINE_END
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _appending(self._folder / f"{self._today().isoformat()}.jsonl") as descriptor:
                _append(descriptor, line)
        except OSError as failed:
            raise TemporaryFailure("channel_unavailable", channel="file", reason=failed.strerror or "") from failed

    def read(self) -> list[OutboundMessage]:
        """Return what was delivered, oldest first."""
        lines = [line for path in sorted(self._folder.glob("*.jsonl")) for line in path.read_bytes().splitlines(True)]
        return [_message(line) for line in lines if line.endswith(LINE_END)]


@contextmanager
def _appending(path: Path) -> Iterator[int]:
    """Open the file for one writer at a time; other processes wait for the lock, which ends with the descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _append(descriptor: int, line: bytes) -> None:
    """Write a line whole. What an earlier crash left half-written was never reported as sent, so it is cut off."""
    end = _end_of_last_line(descriptor)
    os.ftruncate(descriptor, end)
    try:
        written = 0
        while written < len(line):
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _end_of_last_line(descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    if not size or os.pread(descriptor, 1, size - 1) == LINE_END:
        return size
    return os.pread(descriptor, size, 0).rfind(LINE_END) + 1


def _message(line: bytes) -> OutboundMessage:
    values = orjson.loads(line)
    return OutboundMessage(**{**values, "attachments": tuple(values.get("attachments", ()))})
