"""Rarer acts on clocks: a new calendar, a new class, a new start."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.clock_entry import ClockEntry
from app.domain.clock_guards import driving_clock, due_fact, refuse_date, refuse_unfit
from app.domain.clock_ledger import fold
from app.domain.clock_replay import floor_of
from app.domain.clock_state import NOT_STARTED, STOPPED
from app.domain.counting import CountingRules
from app.domain.errors import Conflict, RuleViolation
from app.domain.limit import TimeLimit
from app.domain.time_rules import TimeRules
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


def restart_clock(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    clock: str,
    ground: str,
    item_type: str,
    document_no: str,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
    calendar: ResolvedCalendar,
    rules: TimeRules,
    calendars: Mapping[str, ResolvedCalendar],
    fired_at: datetime | None = None,
) -> ClockEntry:
    """Start a running clock afresh at `occurred_at`, where the law says so; what was before stays visible.

    The limit is that of its class, without extensions. calendar: of the office, in force now. document_no: of what the
    law counts from anew, such as the corrected request.
    Raises, in this order: RuleViolation `clock_not_started`, Conflict `clock_stopped`, RuleViolation `clock_after_due`,
    `clock_ground_not_allowed`, `clock_notice_missing`, Conflict `clock_paused` while a suspension is open, RuleViolation
    `clock_future`, `clock_backdated`.
    Source: 政府信息公开条例 art. 30 (a corrected request counts from its receipt); time-limits.md section 3 (restart).
    """
    state = driving_clock(ledger, clock, rules, calendars)
    known = rules.restart_grounds.get(ground)
    article = known.article if known else ""
    refuse_unfit(state, occurred_at, article)
    if known is None or (known.item_types and item_type not in known.item_types):
        lawful = ", ".join(sorted({item.article for item in rules.restart_grounds.values()}))
        raise RuleViolation("clock_ground_not_allowed", ground=ground, article=lawful, **due_fact(state))
    if not document_no:
        raise RuleViolation("clock_notice_missing", article=article, **due_fact(state))
    if state.open_suspensions:
        raise Conflict("clock_paused", clock=clock)
    refuse_date(ledger, occurred_at, recorded_at, rules.counting, has_document=True, fired_at=fired_at)
    assert state.limit is not None
    return ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.RESTART,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        limit_amount=state.limit.amount - state.extension_days,
        limit_unit=state.limit.unit.value,
        policy=rules.counting.start_policy,
        calendar_id=calendar.id,
        ground=ground,
        article=article,
        document_no=document_no,
    )
