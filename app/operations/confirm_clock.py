"""Confirm the clock after a jump (时钟确认): approvals by default go on by it."""

from datetime import timedelta

import structlog

from app.domain.authority import WATCHING, Person
from app.domain.errors import Conflict, Forbidden, InvalidInput
from app.domain.vocabulary import Role
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.beats import begin_count_anew
from app.storage.clock_doubts import list_open_doubts, settle_doubts

log = structlog.get_logger()

CONFIRMING = frozenset({*WATCHING, Role.ADMIN})
COMMAND_LINE = "system:command_line"
# Every living worker has beaten within a minute, by the clock that is confirmed.
FRESH = timedelta(minutes=1)


def confirm_clock(context: Context, person: Person | None, *, reason: str) -> Result:
    """Settle every open doubt about the clock, with who said so and why.

    person: None for the operator at the command line. What beats of the wrong clock told is forgotten.
    Raises Forbidden, InvalidInput `clock_confirmation_reason` without a reason, Conflict `clock_not_in_doubt`.
    """
    if person is not None and not person.has_role(*CONFIRMING):
        raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)
    if not reason.strip():
        raise InvalidInput("clock_confirmation_reason", items=({"pointer": "/reason", "code": "required"},))
    by = COMMAND_LINE if person is None else f"staff:{person.staff_id}"
    with context.database.write() as uow:
        now = uow.now()
        doubts = list_open_doubts(uow.connection)
        if not doubts:
            raise Conflict("clock_not_in_doubt")
        settle_doubts(uow, [doubt.id for doubt in doubts], at=now, by=by, reason=reason.strip())
        begin_count_anew(uow, now=now, stale_before=now - FRESH)
        kinds = [doubt.kind for doubt in doubts]
        uow.after_commit(lambda: log.info("Clock confirmed", action="clock_confirmed", by=by, kinds=kinds))
    return {"confirmed_at": now.isoformat(), "confirmed_by": by, "doubts": kinds}
