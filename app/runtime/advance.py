"""Advance an instance: load under the lock, decide in pure code, write once. The only way an instance moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from app.domain.actor import Actor
from app.domain.change_set import ChangeSet, IdempotencyRow
from app.domain.errors import CaseworkError, NotFound
from app.domain.loaded_case import LoadedCase
from app.domain.moves import Move
from app.domain.request_key import RequestKey
from app.runtime.casework import Casework, Desk, take_up
from app.runtime.changes.operations import retrying
from app.runtime.context import Context
from app.runtime.decide_change import decide_change
from app.runtime.ports import TransactionPorts
from app.runtime.refusal import keep_refusal
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_case, load_case_of_task
from app.storage.numbers import NumberBook
from app.storage.unit_of_work import UnitOfWork

Result = Mapping[str, object]
OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which case to take: by its id, or by one of its tasks."""

    case_id: int | None = None
    task_id: int | None = None


def change_case(
    uow: UnitOfWork,
    context: Context,
    target: Target,
    act: Callable[[Casework], Result],
    *,
    actor: Actor,
    request: RequestKey | None = None,
) -> Result:
    """Load a case under its lock, let `act` decide on it, write everything that changed in one go.

    act: refuses by raising, or changes the case; what it returns is the answer, stored under the key of the request.
    The same key again gets the stored answer. Raises NotFound for no such case, Conflict when the state does not fit any
    more, Busy when the lock was not had in time. What is kept of a refused act: see `keep_refusal`.
    """
    loaded = _load(uow, target, request)
    if request is not None and loaded.answer is not None:
        request.check_same(loaded.answer.request_hash)
        answer: dict[str, object] = orjson.loads(loaded.answer.response)
        return answer
    on_desk = desk(uow, context, loaded, actor)
    work = take_up(loaded, on_desk, ChangeSet())
    try:
        result = act(work)
    except CaseworkError as refusal:
        keep_refusal(uow, loaded, on_desk, work, refusal)
        raise
    if work.changes.case is None:
        work.finish()
    if request is not None:
        work.changes.idempotency.append(stored_answer(request, result, now=work.now))
    apply_changes(uow, work.changes)
    return result


def moved(work: Casework, move: Move) -> None:
    """Move the instance of a case in hand; everything that follows lies in its changes."""
    decide_change(work, move)


def desk(
    uow: UnitOfWork, context: Context, loaded: LoadedCase, actor: Actor, numbers: NumberBook | None = None
) -> Desk:
    """Lay out what a case in hand needs. numbers: shared by the cases of a batch."""
    return Desk(
        published=context.library.published(loaded.generation),
        actor=actor,
        ports=TransactionPorts(uow, context.ids, loaded.case.region_code, numbers),
        definitions=context.library.definition,
    )


def stored_answer(request: RequestKey, result: Result, *, now: datetime) -> IdempotencyRow:
    """Return the row that keeps an answer for the same request."""
    return IdempotencyRow(
        actor_id=request.actor_id,
        scope=request.scope,
        key=request.key,
        request_hash=request.body_hash,
        status=OK,
        response=orjson.dumps(result),
        created_at=now,
    )


def case_summary(work: Casework) -> dict[str, object]:
    """Return what every answer says about the case after an act; `retrying` names the steps that failed and come again."""
    case = work.case
    return {"case_no": case.case_no, "state": work.state, "version": case.version + 1, "retrying": retrying(work)}


def _load(uow: UnitOfWork, target: Target, request: RequestKey | None) -> LoadedCase:
    if target.task_id is not None:
        loaded = load_case_of_task(uow, target.task_id, request)
        unknown = NotFound("task_unknown", task=str(target.task_id))
    else:
        assert target.case_id is not None
        loaded = load_case(uow, target.case_id, request)
        unknown = NotFound("case_unknown", case=str(target.case_id))
    if loaded is None:
        raise unknown
    return loaded
