"""A case hears something (消息到达): its wait happens, what was brought is kept, the chain says what came."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.change_rows.messages import MessageWaitRow
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
        values = work.keep(row.element, data) if data else None
        work.record("message_received", {"element": row.element, "name": row.name, "values": values})
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
