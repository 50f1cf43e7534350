"""External tasks (外部任务): handed out to one program at a time, for the span of a lease."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.authority import Scope
from app.storage.dialects import skip_locked
from app.storage.sqltypes import UtcDateTime
from app.storage.tables import case_file, external_task
from app.storage.unit_of_work import UnitOfWork

NOT_PAUSED = (
    "NOT EXISTS (SELECT 1 FROM technical_pause p WHERE p.case_id = external_task.case_id AND p.resumed_at IS NULL)"
)
# The condition of the index stands in it word for word.
FREE = (
    sa.select(
        external_task.c.id,
        external_task.c.topic,
        external_task.c.variables,
        external_task.c.opened_at,
        external_task.c.retries,
        external_task.c.version,
    )
    .join(case_file, case_file.c.id == external_task.c.case_id)
    .where(
        sa.text("external_task.available_at IS NOT NULL"),
        external_task.c.available_at <= sa.bindparam("now", type_=UtcDateTime),
        sa.text(NOT_PAUSED),
    )
    .order_by(external_task.c.opened_at, external_task.c.id)
    .limit(sa.bindparam("limit"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a program wants of one topic. scope: the regions it works in; lease_s: how long it has what it gets."""

    topic: str
    scope: Scope
    lease_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedTask:
    """A task a program has until `leased_until`. variables: JSON. retries: tries left, this one among them."""

    id: int
    topic: str
    variables: str
    opened_at: datetime
    retries: int
    lease: int
    leased_until: datetime


def has_free(connection: sa.Connection, wanted: Sequence[Wanted], *, now: datetime) -> bool:
    """Say whether anything could be fetched, without locking: who asks in vain does not queue for the writer's place."""
    return connection.execute(_free(wanted), {"now": now, "limit": 1}).first() is not None


def lease_free(
    uow: UnitOfWork, wanted: Sequence[Wanted], *, account_id: int, worker_id: str, now: datetime, limit: int
) -> tuple[LeasedTask, ...]:
    """Give at most `limit` free tasks to a program, the oldest first; what another one is being given is skipped.

    A lease that has ended is none: its task is given out again, under the next number.
    """
    rows = uow.connection.execute(skip_locked(_free(wanted), external_task), {"now": now, "limit": limit}).all()
    until = {item.topic: now + timedelta(seconds=item.lease_s) for item in wanted}
    _note_leases(uow, {row.id: until[row.topic] for row in rows}, account_id=account_id, worker_id=worker_id)
    return tuple(
        LeasedTask(
            id=row.id,
            topic=row.topic,
            variables=row.variables,
            opened_at=row.opened_at,
            retries=row.retries,
            lease=row.version + 1,
            leased_until=until[row.topic],
        )
        for row in rows
    )


def find_case_of_external_task(connection: sa.Connection, task_id: int) -> int | None:
    """Return the case an open task belongs to; None when there is no such task, or no more."""
    found: int | None = connection.scalar(sa.select(external_task.c.case_id).where(external_task.c.id == task_id))
    return found


def _free(wanted: Sequence[Wanted]) -> sa.Select[Any]:
    return FREE.where(sa.or_(sa.false(), *(sa.and_(*_conditions(item)) for item in wanted)))


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Return where the tasks of a topic lie that a program may have: its scope names a prefecture or counties."""
    scope, found = wanted.scope, [external_task.c.topic == wanted.topic]
    if scope.prefecture:
        found.append(case_file.c.prefecture == scope.prefecture)
    else:
        found.append(case_file.c.county.in_(sorted(scope.counties)))
    return found


def _note_leases(uow: UnitOfWork, until: Mapping[int, datetime], *, account_id: int, worker_id: str) -> None:
    for ends_at in sorted(set(until.values())):
        ids = [task_id for task_id, at in until.items() if at == ends_at]
        uow.connection.execute(
            external_task.update()
            .where(external_task.c.id.in_(ids))
            .values(
                available_at=ends_at,
                worker_id=worker_id,
                account_id=account_id,
                version=external_task.c.version + 1,
            )
        )
