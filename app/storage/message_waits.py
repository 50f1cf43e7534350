"""Who waits for a message or signal (消息等待): looked up without a lock; under its lock the case says if it still does."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.change_rows.messages import MessageWaitRow
from app.domain.event_message import MESSAGE, SIGNAL, EventMessage
from app.domain.signal import BUNDLE
from app.storage.tables import case_file, message_wait

ROW = tuple(message_wait.c[field.name] for field in fields(MessageWaitRow))
WAITING = sa.select(*ROW).join(case_file, case_file.c.id == message_wait.c.case_id)
# Two are as good as all: what is for more than one wait is for none.
ENOUGH = 2


def waits_from_outside(connection: sa.Connection, message: EventMessage, within: Scope) -> tuple[MessageWaitRow, ...]:
    """Return the waits a message from outside may be for, at most two. within: the regions of who sends it."""
    wanted = [message_wait.c.kind == MESSAGE, message_wait.c.name == message.name]
    if within.prefecture:
        wanted.append(case_file.c.prefecture == within.prefecture)
    else:
        wanted.append(case_file.c.county.in_(sorted(within.counties)))
    if message.key:
        wanted.append(message_wait.c.correlation == message.key)
    if message.case_no:
        wanted.append(case_file.c.case_no == message.case_no)
    return _rows(connection, WAITING.where(*wanted))


def waits_from_case(connection: sa.Connection, message: EventMessage, thrower_id: int) -> tuple[MessageWaitRow, ...]:
    """Return the waits a message of a case may be for, at most two.

    With a key those told by it, wherever they are; without one those without a key in the cases handled together.
    """
    named = WAITING.where(
        message_wait.c.kind == MESSAGE,
        message_wait.c.name == message.name,
        message_wait.c.correlation == message.key,
    )
    if not message.key:
        parent_id = connection.scalar(sa.select(case_file.c.parent_case_id).where(case_file.c.id == thrower_id))
        named = named.where(_handled_together(parent_id or thrower_id))
    return _rows(connection, named)


def cases_that_hear(
    connection: sa.Connection, name: str, thrower_id: int, *, scope: str, thrown_at: datetime, after: int, limit: int
) -> tuple[int, ...]:
    """Return the ids of other cases that waited for a signal when it was thrown, by id, at most `limit`.

    scope: `bundle` or `region`, of the throwing case. after: the last id of the page before.
    """
    place = (case_file.c.parent_case_id, case_file.c.prefecture, case_file.c.county)
    thrower = connection.execute(sa.select(*place).where(case_file.c.id == thrower_id)).one()
    if scope == BUNDLE:
        within = _handled_together(thrower.parent_case_id or thrower_id)
    else:
        within = sa.and_(case_file.c.prefecture == thrower.prefecture, case_file.c.county == thrower.county)
    query = (
        sa.select(message_wait.c.case_id)
        .join(case_file, case_file.c.id == message_wait.c.case_id)
        .where(message_wait.c.kind == SIGNAL, message_wait.c.name == name, message_wait.c.opened_at <= thrown_at)
        .where(message_wait.c.case_id > after, message_wait.c.case_id != thrower_id, within)
    )
    return tuple(connection.scalars(query.distinct().order_by(message_wait.c.case_id).limit(limit)))


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> tuple[MessageWaitRow, ...]:
    rows = connection.execute(query.order_by(message_wait.c.id).limit(ENOUGH)).all()
    return tuple(MessageWaitRow(**row._asdict()) for row in rows)


def _handled_together(root_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(case_file.c.id == root_id, case_file.c.parent_case_id == root_id)
