"""Deliver a message one case sent to the case that waits for it (投递消息)."""

from collections.abc import Mapping

from app.domain.actor import system_actor
from app.domain.errors import CaseworkError
from app.domain.event_message import EventMessage, only
from app.domain.request_key import RequestKey, request_key
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context
from app.runtime.hearing import hear_message
from app.runtime.repeated import answered_once
from app.storage.message_waits import waits_from_case
from app.storage.unit_of_work import UnitOfWork

Payload = Mapping[str, object]
SYSTEM = 0
ACTOR = system_actor("message")
UNDELIVERED = frozenset({"message_not_expected", "message_ambiguous"})


def deliver_message(context: Context, payload: Payload) -> Result:
    """Give a message of a case to the one wait it is for; where there is none, or several, the sender's history says so.

    payload: as `changes/messages.py` queued it. What was done is kept under the key of the message, so that a second
    delivery does nothing. Raises what the receiving case refuses; the outbox tries again then.
    """
    key = f"message:{payload['case_id']}:{payload['seq']}"
    request = request_key(actor_id=SYSTEM, method="INTERNAL", path="/messages", key=key, body=key.encode())
    try:
        return answered_once(context, request, lambda uow: _give(uow, context, payload, request))
    except CaseworkError as refusal:
        if refusal.code not in UNDELIVERED:
            raise
        reason = refusal.code
    return answered_once(context, request, lambda uow: _note(uow, context, payload, reason, request))


def _give(uow: UnitOfWork, context: Context, payload: Payload, request: RequestKey) -> Result:
    data = payload["data"]
    message = EventMessage(
        name=str(payload["name"]), key=str(payload["key"]), data=data if isinstance(data, dict) else {}
    )
    found = only(waits_from_case(uow.connection, message, _sender_of(payload)), message)

    def act(work: Casework) -> Result:
        return {"delivered": hear_message(work, message, is_from_outside=False)}

    return change_case(uow, context, Target(case_id=found.case_id), act, actor=ACTOR, request=request)


def _note(uow: UnitOfWork, context: Context, payload: Payload, reason: str, request: RequestKey) -> Result:
    def act(work: Casework) -> Result:
        facts = {"element": payload["element"], "name": payload["name"], "code": reason}
        work.record("message_undelivered", facts)
        return {"delivered": ""}

    return change_case(uow, context, Target(case_id=_sender_of(payload)), act, actor=ACTOR, request=request)


def _sender_of(payload: Payload) -> int:
    return int(str(payload["case_id"]))
