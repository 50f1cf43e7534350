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


def once(context: Context, request: RequestKey | None, act: Callable[[UnitOfWork], Result]) -> Result:
    """Act in one transaction, or give the stored answer of the same request, also of one at the same moment.

    Raises InvalidInput `idempotency_mismatch` when the same key comes with another body, and what `act` raises.
    """

    def body(uow: UnitOfWork) -> Result:
        if request is not None and (stored := find_response(uow, request)) is not None:
            answer: dict[str, object] = orjson.loads(stored)
            return answer
        result = act(uow)
        if request is not None:
            apply_changes(uow, ChangeSet(idempotency=[stored_answer(request, result, now=uow.now())]))
        return result

    try:
        return in_transaction(context, body)
    except Conflict as conflict:
        if request is None or conflict.code != "request_repeated":
            raise
        return in_transaction(context, body)
