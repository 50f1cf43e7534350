"""Receiving an application (收件): what is the same for one matter and for a theme, around what each decides."""

from collections.abc import Callable, Mapping

import orjson

from app.domain.authority import Person
from app.domain.change_set import ChangeSet
from app.domain.errors import Conflict
from app.domain.request_key import RequestKey
from app.runtime.access import actor_of
from app.runtime.advance import Result, stored_answer
from app.runtime.application import give_receipt, receipt_of
from app.runtime.casework import Casework, Desk
from app.runtime.context import Context, in_transaction
from app.runtime.intake import NewCase, open_case
from app.runtime.ports import TransactionPorts
from app.runtime.published import Published
from app.storage.apply_changes import apply_changes
from app.storage.idempotency import find_response
from app.storage.unit_of_work import UnitOfWork


def receive_once(context: Context, request: RequestKey | None, receive: Callable[[UnitOfWork], Result]) -> Result:
    """Receive in one transaction; a request that comes again gets the answer it was given, also at the same moment.

    Raises InvalidInput `idempotency_mismatch` when the same key comes with another body, and what `receive` raises.
    """

    def body(uow: UnitOfWork) -> Result:
        stored = find_response(uow, request) if request is not None else None
        if stored is None:
            return receive(uow)
        answer: Result = orjson.loads(stored)
        return answer

    try:
        return in_transaction(context, body)
    except Conflict as conflict:
        if request is None or conflict.code != "request_repeated":
            raise
        return in_transaction(context, body)


def desk_of_intake(uow: UnitOfWork, context: Context, published: Published, person: Person, region_code: str) -> Desk:
    """Lay out what a case needs that is about to open."""
    return Desk(
        published=published,
        actor=actor_of(person),
        ports=TransactionPorts(uow, context.ids, region_code),
        definitions=context.library.definition,
    )


def take_in(
    uow: UnitOfWork,
    desk: Desk,
    new: NewCase,
    *,
    progress_code: str,
    request: RequestKey | None,
    more: Callable[[Casework], Mapping[str, object]],
) -> tuple[Casework, Result]:
    """Open the case, give the receipt and write everything once. more: what the answer says besides the receipt."""
    work = open_case(desk, new, ChangeSet())
    give_receipt(work, progress_code)
    result: Result = {**receipt_of(work, progress_code), **more(work)}
    if request is not None:
        work.changes.idempotency.append(stored_answer(request, result, now=work.now))
    apply_changes(uow, work.changes)
    return work, result
