"""Receive a message from outside (接收消息): a program says what happened, and the one case that waits for it goes on."""

from app.domain.authority import Person, require_role, scope_of_places
from app.domain.event_message import EventMessage, only
from app.domain.request_key import RequestKey
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context
from app.runtime.hearing import hear_message
from app.runtime.repeated import answered_once
from app.storage.message_waits import waits_from_outside
from app.storage.unit_of_work import UnitOfWork

SENDERS = frozenset({Role.INTEGRATOR})


def receive_message(
    context: Context, person: Person, message: EventMessage, *, request: RequestKey | None = None
) -> Result:
    """Give a message to the case that waits for it, in the regions of the caller. It is not kept for a wait to come.

    Raises Forbidden `not_permitted`, NotFound `message_not_expected` when no case waits for it (any more), Conflict
    `message_ambiguous` when several waits fit, `case_paused`, InvalidInput `invalid` for values the wait does not list.
    """
    require_role(person, SENDERS)
    within = scope_of_places([place for place in person.memberships if place.role in SENDERS])

    def body(uow: UnitOfWork) -> Result:
        found = only(waits_from_outside(uow.connection, message, within), message)
        target = Target(case_id=found.case_id)
        return change_case(uow, context, target, act, actor=actor_of(person), request=request)

    def act(work: Casework) -> Result:
        element = hear_message(work, message, is_from_outside=True)
        return {"element": element, "case": case_summary(work)}

    return answered_once(context, request, body)
