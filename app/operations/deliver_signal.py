"""Deliver a signal one case threw to every case in its scope that waited for it (广播信号)."""

from collections.abc import Mapping
from datetime import datetime

import orjson

from app.domain.actor import system_actor
from app.domain.change_set import ChangeSet, OutboxRow
from app.domain.request_key import request_key
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.hearing import hear_signal
from app.runtime.repeated import answered_once
from app.storage.apply_changes import apply_changes
from app.storage.message_waits import cases_that_hear
from app.storage.unit_of_work import UnitOfWork

Payload = Mapping[str, object]
SYSTEM = 0
ACTOR = system_actor("signal")
RECEIVERS_A_RUN = 100


def deliver_signal(context: Context, payload: Payload, *, most: int = RECEIVERS_A_RUN) -> int:
    """Queue a message for each case that hears a signal, at most `most`, and one for those that follow. Returns how many.

    payload: as `changes/messages.py` queued it; `after` is the last case that was told. No case is locked here, and
    where nobody waits nothing happens. Queued messages have keys of the throw, so a second delivery adds none.
    """

    def body(uow: UnitOfWork) -> int:
        found = cases_that_hear(
            uow.connection,
            str(payload["name"]),
            int(str(payload["case_id"])),
            scope=str(payload["scope"]),
            thrown_at=_thrown_at(payload),
            after=int(str(payload["after"])),
            limit=most,
        )
        throw, now = _key_of(payload), uow.now()
        told = {"message": "give_signal", **{name: payload[name] for name in ("case_id", "seq", "name", "thrown_at")}}
        rows = [_queued(f"{throw}:to:{case}", {**told, "receiver_id": str(case)}, now) for case in found]
        if len(found) == most:
            rows.append(_queued(f"{throw}:after:{found[-1]}", {**payload, "after": str(found[-1])}, now))
        apply_changes(uow, ChangeSet(outbox=rows))
        return len(found)

    return in_transaction(context, body)


def give_signal(context: Context, payload: Payload) -> Result:
    """Let one case hear a signal, once however often it is told. Raises what the case refuses, also Conflict `case_paused`.

    payload: as `deliver_signal` queued it. All waits of the case for the signal happen in its one transaction; that none
    is open any more is no fault.
    """
    key = f"{_key_of(payload)}:to:{payload['receiver_id']}"
    request = request_key(actor_id=SYSTEM, method="INTERNAL", path="/signals", key=key, body=key.encode())
    target = Target(case_id=int(str(payload["receiver_id"])))

    def act(work: Casework) -> Result:
        return {"heard": hear_signal(work, str(payload["name"]), thrown_at=_thrown_at(payload))}

    return answered_once(
        context, request, lambda uow: change_case(uow, context, target, act, actor=ACTOR, request=request)
    )


def _key_of(payload: Payload) -> str:
    return f"signal:{payload['case_id']}:{payload['seq']}"


def _thrown_at(payload: Payload) -> datetime:
    return datetime.fromisoformat(str(payload["thrown_at"]))


def _queued(key: str, payload: Payload, now: datetime) -> OutboxRow:
    return OutboxRow(
        dedup_key=key,
        channel="internal",
        payload=orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode(),
        case_id=None,
        seq=None,
        next_at=now,
    )
