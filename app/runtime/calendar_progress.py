"""Carry a calendar load on (继续日历载入): batch after batch, whoever began it, until no case waits."""

import time

from app.domain.errors import NotFound
from app.runtime.calendar_recount import BATCH, recount_batch, recounting_of
from app.runtime.context import Context, in_transaction
from app.storage.calendar_loads import get_load, mark_finished, note_waiting, waiting_count
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork


def carry_on(context: Context, load_id: int, *, budget_s: float, batch: int = BATCH) -> bool:
    """Count waiting cases again until none is left or the budget is spent. Returns whether the load is finished.

    When no case waits, one more look finds those whose clocks moved while the load was being made; a minute after the
    end the worker looks a last time, for what was still being written then.
    """
    stop_at = time.monotonic() + budget_s
    while True:
        taken = in_transaction(context, lambda uow: _take_batch(uow, context, load_id, batch))
        if not taken:
            is_finished, has_more = in_transaction(context, lambda uow: _conclude(uow, load_id))
            if is_finished or not has_more:
                return is_finished
        if time.monotonic() >= stop_at:
            return False


def _take_batch(uow: UnitOfWork, context: Context, load_id: int, batch: int) -> int:
    load = get_load(uow.connection, load_id)
    if load is None:
        raise NotFound("calendar_load_unknown", load=str(load_id))
    published = context.library.published(current_generation(uow.connection))
    return recount_batch(uow, context.ids, recounting_of(uow.connection, load, published), limit=batch)


def _conclude(uow: UnitOfWork, load_id: int) -> tuple[bool, bool]:
    """Return (finished, more cases were found). Cases in somebody's hands leave the load unfinished without more."""
    if note_waiting(uow, load_id):
        return False, True
    if waiting_count(uow.connection, load_id):
        return False, False
    load = get_load(uow.connection, load_id)
    assert load is not None
    mark_finished(uow, load_id, now=uow.now(), is_last_look=load.finished_at is not None)
    return True, False
