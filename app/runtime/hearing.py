"""A case hears something (消息到达): its wait happens, what was brought is kept, the chain says what came."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from app.domain.change_rows.messages import MessageWaitRow
from app.domain.change_set import InputRow
from app.domain.event_message import SIGNAL, EventMessage, accepted, refuse_values, the_wait
from app.domain.moves import Correlate
from app.domain.snapshot import OpenWait, Snapshot
from app.runtime.casework import Casework
from app.runtime.decide_change import decide_heard


def hear_message(work: Casework, message: EventMessage, *, is_from_outside: bool) -> str:
    """Let the one wait happen that a message is for; returns its element.

    is_from_outside: a value the wait does not list is refused then; of what another diagram sends it is left out.
    Raises NotFound `message_not_expected`, Conflict `message_ambiguous`, `case_paused`, InvalidInput `invalid`, and what
    a rule refuses that comes after.
    """
    row = the_wait(work.loaded.message_waits, message)

    def choose(waiting: Snapshot) -> Sequence[Correlate]:
        wait = _open(waiting, row)
        if is_from_outside:
            refuse_values(message.data, wait.accepts)
        data = accepted(message.data, wait.accepts)
        work.record("message_received", {"element": row.element, "name": row.name, "values": _keep(work, row, data)})
        return [Correlate(task_id=row.engine_task, key=row.element, data=data)]

    decide_heard(work, choose)
    return row.element


def hear_signal(work: Casework, name: str, *, thrown_at: datetime) -> int:
    """Let all waits happen that were open for a signal when it was thrown; returns how many did.

    One that ends with another of them is passed over. Raises Conflict `case_paused`, and what a rule refuses after it.
    """
    named = [row for row in work.loaded.message_waits if (row.kind, row.name) == (SIGNAL, name)]
    rows = [row for row in named if row.opened_at <= thrown_at]
    if not rows:
        return 0

    def choose(_waiting: Snapshot) -> Sequence[Correlate]:
        work.record("signal_received", {"elements": [row.element for row in rows], "name": name})
        return [Correlate(task_id=row.engine_task, key=row.element) for row in rows]

    return decide_heard(work, choose)


def _open(waiting: Snapshot, row: MessageWaitRow) -> OpenWait:
    """Rows and instance are written together, so the wait of a row that was read under the lock is open."""
    return next(wait for wait in waiting.waits if (wait.task_id, wait.key) == (row.engine_task, row.element))


def _keep(work: Casework, row: MessageWaitRow, data: Mapping[str, object]) -> str | None:
    """Store what was brought where it can be erased later; the audit chain holds only its hash."""
    if not data:
        return None
    text = orjson.dumps(dict(data), option=orjson.OPT_SORT_KEYS)
    work.changes.inputs.append(
        InputRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            element=row.element,
            seq=work.last_seq + 1,
            answers=text.decode(),
        )
    )
    return hashlib.sha256(text).hexdigest()
