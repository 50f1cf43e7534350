"""Waits of cases for messages and signals (消息等待)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWaitRow:
    """An open wait: what a message or signal has to be called, and the key a message is told by; empty for none.

    kind: message or signal. element: as drawn; with `engine_task` it names the wait. opened_at: since when it waits.
    """

    id: int
    case_id: int
    engine_task: str
    element: str
    kind: str
    name: str
    correlation: str
    opened_at: datetime
