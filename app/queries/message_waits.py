"""Which messages and signals a case waits for (消息等待), as people see it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import message_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingForMessage:
    """An open wait. kind: message or signal. The key it is told by is for programs, not for this list."""

    element: str
    kind: str
    name: str
    opened_at: datetime


def list_message_waits(connection: sa.Connection, case_id: int) -> tuple[WaitingForMessage, ...]:
    """Return what a case waits for, the longest first; its reader was checked."""
    columns = message_wait.c
    query = sa.select(columns.element, columns.kind, columns.name, columns.opened_at).where(columns.case_id == case_id)
    rows = connection.execute(query.order_by(columns.opened_at, columns.id))
    return tuple(WaitingForMessage(**row._asdict()) for row in rows)
