"""Authorisations of the system to seal (用印授权) for their readers."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.calendar import to_local
from app.domain.calendar_authority import covers_region
from app.storage.tables import department, seal_authorisation

READING = ("admin", "supervisor", "unit_head")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAuthorisationView:
    """An authorisation with its department. state: in_force, coming, ended or withdrawn."""

    authorisation_id: str
    department_code: str
    department: str
    document_kind: str
    document_no: str
    valid_from_on: date
    valid_to_on: date
    state: str
    granted_by: str
    granted_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


def list_seal_authorisations(
    connection: sa.Connection, person: Person, *, now: datetime
) -> tuple[SealAuthorisationView, ...]:
    """Return the authorisations in the reader's region, the newest first; the head of a unit sees those of the unit."""
    columns = seal_authorisation.c
    query = (
        sa.select(
            seal_authorisation,
            department.c.code.label("department_code"),
            department.c.name_zh.label("department"),
            department.c.region_code,
        )
        .join(department, department.c.id == columns.department_id)
        .order_by(columns.id.desc())
    )
    return tuple(_view(row, now) for row in connection.execute(query) if _may_see(person, row))


def _may_see(person: Person, row: sa.Row[tuple[object, ...]]) -> bool:
    return row.department_id in person.department_ids or covers_region(person, row.region_code, READING[:2])


def _view(row: sa.Row[tuple[object, ...]], now: datetime) -> SealAuthorisationView:
    values = row._asdict()
    number = str(values.pop("id"))
    for name in ("department_id", "region_code"):
        del values[name]
    state = _state(row.valid_from_on, row.valid_to_on, today=to_local(now).date(), withdrawn_at=row.withdrawn_at)
    return SealAuthorisationView(**values, authorisation_id=number, state=state)


def _state(valid_from_on: date, valid_to_on: date, *, today: date, withdrawn_at: datetime | None) -> str:
    if withdrawn_at is not None:
        return "withdrawn"
    if today < valid_from_on:
        return "coming"
    return "in_force" if today <= valid_to_on else "ended"
