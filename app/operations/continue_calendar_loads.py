"""Carry on the calendar loads that are not finished (继续日历载入): the worker does it, whoever began them."""

from datetime import timedelta

from app.runtime.calendar_progress import carry_on
from app.runtime.context import Context
from app.storage.calendar_loads import open_loads

LAST_LOOK_AFTER = timedelta(minutes=1)


def continue_calendar_loads(context: Context, *, budget_s: float) -> int:
    """Count waiting cases again, the oldest load first, so that a case passes its versions in order.

    Returns how many loads were finished. A newer load waits until the older one is; a finished one is looked at once
    more after a minute, for cases that were being written while it was made.
    """
    with context.database.reading() as opened:
        loads = open_loads(opened.connection, finished_before=opened.now - LAST_LOOK_AFTER)
    finished = 0
    for load in loads:
        if not carry_on(context, load.id, budget_s=budget_s):
            break
        finished += 1
    return finished
