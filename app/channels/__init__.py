"""Channels (渠道): how messages leave the system. Each is a folder with the same function; `console` is the default."""

from collections.abc import Mapping
from typing import Protocol

from app.channels.console import ConsoleChannel
from app.channels.file import FileChannel
from app.domain.notice import OutboundMessage
from app.settings import Settings


class Channel(Protocol):
    """A way out."""

    def deliver(self, message: OutboundMessage) -> None:
        """Send one message; sending it again with the same dedup_key is allowed.

        Raises TemporaryFailure; `permanent` tells the caller to stop trying.
        """
        ...


def open_channels(settings: Settings) -> Mapping[str, Channel]:
    """Return the channels of this installation by name. Opening one touches nothing outside the process."""
    return {"console": ConsoleChannel(), "file": FileChannel(settings.var_dir / "outbox")}
