"""Rarer acts on clocks: a new calendar, a new class, a new start."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_replay import floor_of
from app.domain.clock_state import NOT_STARTED, STOPPED
from app.domain.counting import CountingRules
from app.domain.errors import Conflict, RuleViolation
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LedgerKind


def recalendar(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    clock: str,
    document: str,
    loaded_at: datetime,
    actor: str,
    calendar: ResolvedCalendar,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
) -> ClockEntry:
    """Count an open clock again from its start with a new calendar (K19).

    The entry stores the floor: never before the old due date or the next working day after the upload. calendars: also
    the one the clock has now.
    Raises RuleViolation `clock_not_started`, `calendar_past_due` for an expired clock, Conflict `clock_stopped`.
    """
    state = fold(ledger, clock, calendars=calendars, counting=counting)
    if state.status == NOT_STARTED:
        raise RuleViolation("clock_not_started", clock=clock)
    if state.status == STOPPED:
        raise Conflict("clock_stopped", clock=clock)
    if state.due_at is not None and loaded_at > state.due_at:
        raise RuleViolation("calendar_past_due", clock=clock, due_at=state.due_at.isoformat())
    floor = floor_of(to_local(state.due_at), to_local(loaded_at), calendar) if state.due_at else None
    return ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.CALENDAR,
        occurred_at=loaded_at,
        recorded_at=loaded_at,
        actor=actor,
        calendar_id=calendar.id,
        document_no=document,
        not_before=floor,
    )


def reclassify(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    clock: str,
    limit: TimeLimit,
    classes: tuple[str, str],
    reason: str,
    occurred_at: datetime,
    actor: str,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
) -> ClockEntry:
    """Give a clock the limit of another class, from the same start. classes: old and new code.

    Raises RuleViolation `clock_not_started`, `class_due_passed`, `clock_reason_missing`, Conflict `clock_stopped`.
    """
    state = fold(ledger, clock, calendars=calendars, counting=counting)
    if state.status == NOT_STARTED:
        raise RuleViolation("clock_not_started", clock=clock)
    if state.status == STOPPED:
        raise Conflict("clock_stopped", clock=clock)
    if state.due_at is not None and occurred_at > state.due_at:
        raise RuleViolation("class_due_passed", due_at=state.due_at.isoformat())
    if not reason.strip():
        raise RuleViolation("clock_reason_missing", clock=clock)
    return ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.RECLASSIFY,
        occurred_at=occurred_at,
        recorded_at=occurred_at,
        actor=actor,
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        old_class_code=classes[0],
        class_code=classes[1],
        reason=reason.strip(),
    )


def restart_clock(start: ClockEntry, *, article: str) -> ClockEntry:
    """Turn a start into a restart, where the law says so (政府信息公开条例 art. 30: a corrected request).

    Raises RuleViolation `clock_reason_missing` without the article.
    """
    if not article:
        raise RuleViolation("clock_reason_missing", clock=start.clock)
    return replace(start, kind=LedgerKind.RESTART, article=article)
