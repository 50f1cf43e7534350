"""Requests that may arrive twice (幂等): done once, answered each time, for acts that are not of one case."""

from collections.abc import Callable

import orjson

from app.domain.change_set import ChangeSet
from app.domain.errors import Conflict
from app.domain.request_key import RequestKey
from app.runtime.advance import Result, stored_answer
from app.runtime.context import Context, in_transaction
from app.storage.apply_changes import apply_changes
from app.storage.idempotency import find_response
from app.storage.unit_of_work import UnitOfWork


def answered_once(context: Context, request: RequestKey | None, act: Callable[[UnitOfWork], Result]) -> Result:
    """Act in one transaction, or give the stored answer of the same request, also of one at the same moment.

    act: stores its answer with what it writes.
    Raises InvalidInput `idempotency_mismatch` when the same key comes with another body, and what `act` raises.
    """

    def body(uow: UnitOfWork) -> Result:
        if request is not None and (stored := find_response(uow, request)) is not None:
            answer: Result = orjson.loads(stored)
            return answer
        return act(uow)

    try:
        return in_transaction(context, body)
    except Conflict as conflict:
        if request is None or conflict.code != "request_repeated":
            raise
        return in_transaction(context, body)


def once(context: Context, request: RequestKey | None, act: Callable[[UnitOfWork], Result]) -> Result:
    """Act as `answered_once` does, and store the answer behind it."""

    def act_and_answer(uow: UnitOfWork) -> Result:
        result = act(uow)
        if request is not None:
            apply_changes(uow, ChangeSet(idempotency=[stored_answer(request, result, now=uow.now())]))
        return result

    return answered_once(context, request, act_and_answer)
