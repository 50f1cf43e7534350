"""The file channel: one JSON line a message in a file of the day, for tests and for gateways that read files."""

import os
from dataclasses import asdict
from pathlib import Path

import orjson

from app.domain.errors import TemporaryFailure
from app.domain.notice import OutboundMessage


class FileChannel:
    """Appends to `<folder>/messages.jsonl`. A line is written whole or not at all, and is on disk before we go on."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "messages.jsonl"

    def deliver(self, message: OutboundMessage) -> None:
        """Append the message. Raises TemporaryFailure `channel_unavailable` when the file cannot be written."""
        line = orjson.dumps(asdict(message)) + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as failed:
            raise TemporaryFailure("channel_unavailable", reason=failed.strerror or "") from failed

    def read(self) -> list[OutboundMessage]:
        """Return what was delivered, oldest first."""
        if not self._path.exists():
            return []
        return [OutboundMessage(**orjson.loads(line)) for line in self._path.read_bytes().splitlines()]
