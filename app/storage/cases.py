"""Cases: the lock that everything else waits for, and single facts about a case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.domain.change_set import StateRow
from app.storage.dialects import skip_locked
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import audit_entry, case_file, instance_state, user_task
from app.storage.unit_of_work import UnitOfWork
from app.telemetry.metrics import LOCK_WAIT

# Built once: they are the first statements of every act.
ROW_ID = sa.bindparam("row_id", type_=sa.BigInteger())
LOCKED = sa.select(
    case_file.c.id, case_file.c.version, case_file.c.state, sa.func.now(type_=UtcDateTime()).label("began_at")
).with_for_update()
LOCK_CASE = LOCKED.where(case_file.c.id == ROW_ID)
LOCK_CASE_OF_TASK = LOCKED.where(
    case_file.c.id == sa.select(user_task.c.case_id).where(user_task.c.id == ROW_ID).scalar_subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedCase:
    """A case row under its lock. arrived_at: when the request arrived, before it waited for the lock; aware UTC."""

    id: int
    version: int
    state: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLabel:
    """What names a case to people who watch over it."""

    case_no: str
    name: str
    prefecture: str
    county: str | None
    region_code: str
    department_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """A stored audit entry, as the chain is verified from."""

    seq: int
    body: bytes
    hash: bytes


def lock_case(uow: UnitOfWork, case_id: int) -> LockedCase | None:
    """Lock a case row, and nothing else; None when there is none. Raises Busy `case_busy` after 3 s.

    A statement of its own: what is read in later statements is what the last holder of the lock committed. A join in
    this one would return rows from before the wait.
    """
    return _lock(uow, LOCK_CASE, case_id)


def lock_case_of_task(uow: UnitOfWork, task_id: int) -> LockedCase | None:
    """Lock the case of a task; None when there is no such task. A task never changes its case."""
    return _lock(uow, LOCK_CASE_OF_TASK, task_id)


def hold_members(uow: UnitOfWork, parent_ids: Collection[int]) -> frozenset[int]:
    """Lock the unfinished members of joint cases until the commit; return the joint cases where that was not to be had.

    Nobody is waited for: where somebody has a member in hand, what they do to it is not known yet.
    """
    unfinished = sa.select(case_file.c.id, case_file.c.parent_case_id).where(
        case_file.c.parent_case_id.in_(sorted(parent_ids)), case_file.c.closed_at.is_(None)
    )
    held = {row.id for row in uow.connection.execute(skip_locked(unfinished, case_file))}
    return frozenset(row.parent_case_id for row in uow.connection.execute(unfinished) if row.id not in held)


def case_label(connection: sa.Connection, case_id: int) -> CaseLabel:
    """Return what names a case that exists."""
    columns = case_file.c
    query = sa.select(*(columns[name] for name in CaseLabel.__dataclass_fields__)).where(columns.id == case_id)
    return CaseLabel(**connection.execute(query).one()._asdict())


def find_state(connection: sa.Connection, case_id: int) -> StateRow | None:
    """Return the instance of a case as it is stored, without a lock; None once it is gone."""
    row = connection.execute(sa.select(instance_state).where(instance_state.c.case_id == case_id)).one_or_none()
    return StateRow(**{name: getattr(row, name) for name in StateRow.__dataclass_fields__}) if row else None


def case_chain(connection: sa.Connection, case_id: int) -> tuple[AuditLine, ...]:
    """Return the audit chain of a case, oldest first."""
    columns = audit_entry.c
    query = sa.select(columns.seq, columns.body, columns.hash).where(columns.case_id == case_id).order_by(columns.seq)
    return tuple(AuditLine(seq=row.seq, body=row.body, hash=row.hash) for row in connection.execute(query))


def case_head(connection: sa.Connection, case_id: int) -> tuple[int, bytes] | None:
    """Return (seq, hash) of the end of a case's audit chain; None when there is no such case."""
    query = sa.select(case_file.c.last_seq, case_file.c.last_hash).where(case_file.c.id == case_id)
    row = connection.execute(query).one_or_none()
    return (row.last_seq, row.last_hash) if row else None


def _lock(uow: UnitOfWork, query: sa.Select[Any], row_id: int) -> LockedCase | None:
    with LOCK_WAIT.time():
        row = uow.connection.execute(query, {"row_id": row_id}).one_or_none()
    if row is None:
        return None
    uow.note_arrival(row.began_at)
    return LockedCase(id=row.id, version=row.version, state=row.state, arrived_at=uow.arrived_at)
