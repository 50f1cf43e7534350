"""Incidents (异常事件): failed moves that wait for a retry or a person."""

from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from app.storage.tables import incident
from app.storage.unit_of_work import UnitOfWork

IS_OPEN = "state = 'open'"
OPEN, RETRIED, RESOLVED = "open", "retried", "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """An incident of a case.

    deadline_id: the deadline that failed; engine_task: the business rule task that did; external_task_id: the work of a
    program.
    """

    id: int
    case_id: int
    element: str
    state: str
    deadline_id: int | None
    engine_task: str | None = None
    external_task_id: int | None = None


def find_incident(connection: sa.Connection, incident_id: int) -> IncidentEntry | None:
    """Find an incident by its id."""
    row = connection.execute(sa.select(incident).where(incident.c.id == incident_id)).one_or_none()
    return _entry(row) if row else None


def find_open_incident(connection: sa.Connection, *, case_id: int, deadline_id: int) -> IncidentEntry | None:
    """Find the open incident of a deadline."""
    query = sa.select(incident).where(sa.text(IS_OPEN), incident.c.case_id == case_id)
    found = (_entry(row) for row in connection.execute(query))
    return next((entry for entry in found if entry.deadline_id == deadline_id), None)


def close_incident(uow: UnitOfWork, incident_id: int, *, state: str) -> None:
    """Close an open incident. state: retried or resolved."""
    uow.connection.execute(incident.update().where(incident.c.id == incident_id, sa.text(IS_OPEN)).values(state=state))


def _entry(row: sa.Row[tuple[object, ...]]) -> IncidentEntry:
    facts = orjson.loads(row.facts)
    deadline_id, external_id = facts.get("deadline_id"), facts.get("external_task_id")
    return IncidentEntry(
        id=row.id,
        case_id=row.case_id,
        element=row.element,
        state=row.state,
        deadline_id=int(deadline_id) if deadline_id else None,
        engine_task=facts.get("engine_task"),
        external_task_id=int(external_id) if external_id else None,
    )
