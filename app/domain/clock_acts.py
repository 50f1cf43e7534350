"""Acts on clocks: their guards, in the order of the rule book, and the ledger entries they make. Pure.

Sources: 行政许可法 art. 42 (extension), 45 (time that does not count); time-limits.md sections 3 and 10.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.calendar import ResolvedCalendar
from app.domain.clock_ledger import ClockEntry, fold
from app.domain.clock_state import NOT_STARTED, STOPPED, ClockState
from app.domain.counting import CountingRules
from app.domain.errors import Conflict, Forbidden, RuleViolation
from app.domain.limit import TimeLimit
from app.domain.matter import ExtensionRule
from app.domain.time_rules import TimeRules
from app.domain.vocabulary import LedgerKind

DRIVING = "promised"


def start_clock(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    clock: str,
    limit: TimeLimit,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
    calendar: ResolvedCalendar,
    counting: CountingRules,
) -> ClockEntry:
    """Start a clock at `occurred_at`; the due instant is the close of office hours of the last counted day.

    limit: amount >= 0. A clock that was stopped may start again (a second check after corrections).
    Raises Conflict `clock_running` when it runs, RuleViolation `clock_future` for a start later than its record.
    """
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    if limit.amount < 0:
        raise RuleViolation("limit_negative", text=f"{limit.amount}{limit.unit}")
    if _is_running(ledger, clock):
        raise Conflict("clock_running", clock=clock)
    return ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.START,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        limit_amount=limit.amount,
        limit_unit=limit.unit,
        policy=counting.start_policy,
        calendar_id=calendar.id,
    )


def _is_running(ledger: Sequence[ClockEntry], clock: str) -> bool:
    kinds = [item.kind for item in ledger if item.clock == clock and item.kind in (LedgerKind.START, LedgerKind.STOP)]
    return bool(kinds) and kinds[-1] == LedgerKind.START


def suspend_clocks(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    suspension_id: int,
    ground: str,
    item_type: str,
    document_no: str,
    expected_days: int,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
    rules: TimeRules,
    calendars: Mapping[str, ResolvedCalendar],
) -> ClockEntry:
    """Stop the promised and the statutory clock for a lawful ground, told in writing with the days it will take.

    Raises, in this order: RuleViolation `clock_not_started`, Conflict `clock_stopped`, RuleViolation `clock_after_due`,
    `clock_ground_not_allowed`, `clock_notice_missing`, `clock_expected_days_missing`, `clock_backdated`, `clock_future`.
    """
    state = fold(ledger, DRIVING, calendars=calendars, counting=rules.counting)
    _refuse_unfit(state, occurred_at)
    known = rules.grounds.get(ground)
    if known is None or (known.item_types and item_type not in known.item_types):
        raise RuleViolation("clock_ground_not_allowed", ground=ground, article="行政许可法45")
    if not document_no:
        raise RuleViolation("clock_notice_missing", article=known.article)
    if expected_days <= 0:
        raise RuleViolation("clock_expected_days_missing", article=known.article)
    _refuse_date(ledger, occurred_at, recorded_at, rules.counting)
    return ClockEntry(
        seq=seq,
        clock=None,
        kind=LedgerKind.SUSPEND,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        suspension_id=suspension_id,
        ground=ground,
        article=known.article,
        document_no=document_no,
        expected_days=expected_days,
    )


def resume_clocks(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    suspension_id: int,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
) -> ClockEntry:
    """End a suspension. When none is open any more the clock runs and its due instant is derived again.

    Raises Conflict `clock_not_suspended` when that suspension is not open, RuleViolation `clock_resume_before_suspend`.
    """
    begun = next(
        (item for item in ledger if item.kind == LedgerKind.SUSPEND and item.suspension_id == suspension_id), None
    )
    ended = any(item.kind == LedgerKind.RESUME and item.suspension_id == suspension_id for item in ledger)
    if begun is None or ended:
        raise Conflict("clock_not_suspended")
    if occurred_at < begun.occurred_at:
        raise RuleViolation("clock_resume_before_suspend", suspended_at=begun.occurred_at.isoformat())
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    return ClockEntry(
        seq=seq,
        clock=None,
        kind=LedgerKind.RESUME,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        suspension_id=suspension_id,
        ground=begun.ground,
    )


def extend_clocks(
    ledger: Sequence[ClockEntry],
    *,
    seq: int,
    days: int,
    reason: str,
    approver: str,
    approver_roles: frozenset[str],
    handlers: frozenset[str],
    rule: ExtensionRule | None,
    occurred_at: datetime,
    recorded_at: datetime,
    rules: TimeRules,
    calendars: Mapping[str, ResolvedCalendar],
) -> ClockEntry:
    """Extend the promised and the statutory clock by `days` working days; refused whole when it is too much.

    Raises RuleViolation `clock_not_started`, `clock_after_due`, `clock_extension_count`, `clock_extension_too_long`,
    `clock_reason_missing`, Conflict `clock_stopped`, Forbidden `clock_approver`.
    """
    state = fold(ledger, DRIVING, calendars=calendars, counting=rules.counting)
    _refuse_unfit(state, occurred_at)
    if rule is None or state.extension_count >= rule.count:
        raise RuleViolation("clock_extension_count", count=rule.count if rule else 0, article="行政许可法42")
    if not 0 < days <= rule.days:
        raise RuleViolation("clock_extension_too_long", days=days, most=rule.days, article=rule.article)
    if rule.approver_role not in approver_roles or approver in handlers:
        raise Forbidden("clock_approver", needs=rule.approver_role)
    if not reason.strip():
        raise RuleViolation("clock_reason_missing", article=rule.article)
    return ClockEntry(
        seq=seq,
        clock=None,
        kind=LedgerKind.EXTEND,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=approver,
        ground=rule.ground,
        article=rule.article,
        days=days,
        approver=approver,
        reason=reason.strip(),
    )


def stop_clocks(
    ledger: Sequence[ClockEntry],
    *,
    clock: str,
    seq: int,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
) -> ClockEntry:
    """Stop a clock; whether it was in time is fixed now. Raises RuleViolation `clock_not_started`."""
    if not any(item.kind == LedgerKind.START and item.clock == clock for item in ledger):
        raise RuleViolation("clock_not_started", clock=clock)
    return ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.STOP,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
    )


def _refuse_unfit(state: ClockState, occurred_at: datetime) -> None:
    if state.status == NOT_STARTED:
        raise RuleViolation("clock_not_started", clock=state.clock)
    if state.status == STOPPED:
        raise Conflict("clock_stopped", clock=state.clock)
    if state.due_at is not None and occurred_at > state.due_at:
        raise RuleViolation("clock_after_due", due_at=state.due_at.isoformat(), article="行政许可法42、45")


def _refuse_date(
    ledger: Sequence[ClockEntry], occurred_at: datetime, recorded_at: datetime, counting: CountingRules
) -> None:
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    newest = max((item.occurred_at for item in ledger), default=occurred_at)
    if occurred_at < newest or occurred_at < recorded_at - timedelta(days=counting.backdate_days):
        raise RuleViolation("clock_backdated", days=counting.backdate_days)
