"""What a case waits for from programs outside (外部任务), as people see it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import external_task


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingForProgram:
    """A step that waits for a program.

    worker_id: who fetched it last and has not reported, None for nobody. available_at: end of that lease, else from when
    it is handed out; None: its tries are used up. lease: the number of the last one, 0 before the first. last_error,
    failed_at: of the last failure, None before the first.
    """

    id: str
    element: str
    name: str
    topic: str
    opened_at: datetime
    worker_id: str | None
    available_at: datetime | None
    retries: int
    attempts: int
    lease: int
    last_error: str | None
    failed_at: datetime | None


def list_waiting_for_programs(connection: sa.Connection, case_id: int) -> tuple[WaitingForProgram, ...]:
    """Return the steps of a case that wait for programs, the longest first; its reader was checked."""
    columns = external_task.c
    query = sa.select(
        columns.id,
        columns.element,
        columns.name,
        columns.topic,
        columns.opened_at,
        columns.worker_id,
        columns.available_at,
        columns.retries,
        columns.attempts,
        columns.version.label("lease"),
        columns.last_error,
        columns.failed_at,
    )
    rows = connection.execute(query.where(columns.case_id == case_id).order_by(columns.opened_at, columns.id))
    return tuple(WaitingForProgram(**row._asdict() | {"id": str(row.id)}) for row in rows)
