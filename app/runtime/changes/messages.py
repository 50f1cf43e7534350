"""Messages and signals (消息、信号): a row for each open wait, and what the diagram sends goes into the outbox."""

from dataclasses import replace

from app.domain.change_rows.messages import MessageWaitRow
from app.domain.event_message import MESSAGE, SIGNAL
from app.domain.snapshot import OpenWait, Snapshot, Thrown
from app.engine.runner import correlation_of
from app.runtime.casework import Casework

HEARD = (MESSAGE, SIGNAL)


def reconcile_messages(work: Casework, snapshot: Snapshot) -> None:
    """Note what is newly waited for, forget what is not, and send what was thrown. Nobody is told in this commit."""
    reconcile_message_waits(work, snapshot)
    for thrown in snapshot.thrown:
        if thrown.kind == MESSAGE:
            _send(work, thrown)
        elif thrown.kind == SIGNAL:
            _broadcast(work, thrown)


def reconcile_message_waits(work: Casework, snapshot: Snapshot) -> None:
    """Note what is newly waited for and forget what is not. A wait keeps its instant and its key as long as it is open."""
    waiting = () if work.is_closed else (wait for wait in snapshot.waits if wait.kind in HEARD)
    wanted = {(wait.task_id, wait.key): wait for wait in waiting}
    for row in work.loaded.message_waits:
        place = (row.engine_task, row.element)
        now_at = (row.engine_task, work.rehoused.elements.get(place, row.element))
        wait = wanted.pop(now_at, None)
        if wait is not None and (now_at, wait.name) == (place, row.name):
            continue
        work.changes.message_waits_closed.append(row.id)
        if wait is not None:
            work.changes.message_waits_opened.append(_moved(work, row, wait))
    work.changes.message_waits_opened.extend(_opened(work, wait) for wait in wanted.values())


def _opened(work: Casework, wait: OpenWait) -> MessageWaitRow:
    assert work.instance is not None
    return MessageWaitRow(
        id=work.ports.next_id(),
        case_id=work.case.id,
        engine_task=wait.task_id,
        element=wait.key,
        kind=wait.kind,
        name=wait.name,
        correlation=correlation_of(work.instance, wait.task_id, wait.key),
        opened_at=work.now,
    )


def _moved(work: Casework, row: MessageWaitRow, wait: OpenWait) -> MessageWaitRow:
    """A new version of the diagram calls the element or its message otherwise."""
    return replace(row, id=work.ports.next_id(), element=wait.key, name=wait.name)


def _send(work: Casework, thrown: Thrown) -> None:
    seq = work.record("message_thrown", {"element": thrown.element, "name": thrown.name})
    payload = {
        "message": "deliver_message",
        "case_id": str(work.case.id),
        "seq": seq,
        "element": thrown.element,
        "name": thrown.name,
        "key": thrown.correlation,
        "data": thrown.data,
    }
    work.queue("internal", payload, key=f"message:{work.case.id}:{seq}", ordered=False)


def _broadcast(work: Casework, thrown: Thrown) -> None:
    """Send a signal to the other cases in its scope; the engine has let it be heard in its own case already."""
    signal = work.published.signals.get(thrown.name)
    if signal is None or not signal.is_carried:
        return
    seq = work.record("signal_thrown", {"element": thrown.element, "name": thrown.name})
    payload = {
        "message": "deliver_signal",
        "case_id": str(work.case.id),
        "seq": seq,
        "name": thrown.name,
        "scope": signal.scope,
        "thrown_at": work.now.isoformat(),
        "after": "0",
    }
    work.queue("internal", payload, key=f"signal:{work.case.id}:{seq}", ordered=False)
