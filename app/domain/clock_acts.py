"""Acts on clocks: their guards, in the order of the rule book, and the ledger entries they make. Pure.

A refused act raises and changes nothing. `seq` is the audit entry that covers the ledger entry.
Sources: 行政许可法 art. 42 (extension), 45 (time that does not count); time-limits.md sections 3 and 10.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.clock_entry import COMMON_CLOCKS, ClockEntry, concerns
from app.domain.clock_guards import driving_clock, due_fact, refuse_date, refuse_unfit
from app.domain.counting import CountingRules, begin, due_of
from app.domain.errors import Conflict, Forbidden, RuleViolation
from app.domain.limit import TimeLimit, format_limit
from app.domain.matter import ExtensionRule
from app.domain.time_rules import SuspensionGround, TimeRules
from app.domain.vocabulary import ClockName, LedgerKind, LimitUnit


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
    """Start a clock at `occurred_at`; its day is not counted.

    limit: amount >= 0. A clock that was stopped may start again (a second check after corrections).
    Raises RuleViolation `clock_future`, `promise_over_statutory` (compared as dates, when both clocks start together),
    Conflict `clock_running`.
    """
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    if is_running(ledger, clock):
        raise Conflict("clock_running", clock=clock)
    entry = ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.START,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        policy=counting.start_policy,
        calendar_id=calendar.id,
    )
    _refuse_broken_promise([*ledger, entry], calendar, counting)
    return entry


def refuse_promise_over_statutory(
    promised: TimeLimit,
    statutory: TimeLimit,
    *,
    started_at: datetime,
    calendar: ResolvedCalendar,
    counting: CountingRules,
) -> None:
    """Raise RuleViolation `promise_over_statutory` when the promise ends on a later date than the law allows.

    Compared on dates, since the units may differ (time-limits.md section 4).
    """
    began = begin(to_local(started_at), calendar, counting.start_policy)
    promised_due, statutory_due = (due_of(began, limit, (), calendar, counting) for limit in (promised, statutory))
    if promised_due.date() > statutory_due.date():
        raise RuleViolation(
            "promise_over_statutory",
            promised=format_limit(promised),
            statutory=format_limit(statutory),
            promised_due=promised_due.date().isoformat(),
            statutory_due=statutory_due.date().isoformat(),
        )


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
    clock: str | None = None,
    fired_at: datetime | None = None,
) -> ClockEntry:
    """Stop the promised and the statutory clock for a lawful ground, told in writing.

    clock: one clock alone; None = both. expected_days: working days it will take, > 0. fired_at: the last fired
    deadline or decision.
    Raises, in this order: RuleViolation `clock_not_started`, Conflict `clock_stopped`, RuleViolation `clock_after_due`,
    `clock_ground_not_allowed`, `clock_notice_missing`, `clock_expected_days_missing`, `clock_suspension_limit`,
    `clock_future`, `clock_backdated`.
    """
    state = driving_clock(ledger, clock, rules, calendars)
    article = rules.articles.get("suspension", "")
    refuse_unfit(state, occurred_at, article)
    known = rules.grounds.get(ground)
    if known is None or (known.item_types and item_type not in known.item_types):
        raise RuleViolation("clock_ground_not_allowed", ground=ground, article=article, **due_fact(state))
    if not document_no:
        raise RuleViolation("clock_notice_missing", article=known.article, **due_fact(state))
    if expected_days <= 0:
        raise RuleViolation("clock_expected_days_missing", article=known.article, **due_fact(state))
    _refuse_used_up(ledger, known, occurred_at)
    refuse_date(ledger, occurred_at, recorded_at, rules.counting, has_document=True, fired_at=fired_at)
    return ClockEntry(
        seq=seq,
        clock=clock,
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
    rules: TimeRules | None = None,
    document_no: str | None = None,
    fired_at: datetime | None = None,
) -> ClockEntry:
    """End a suspension. When none is open any more the clock runs and its due instant is derived again.

    rules: given, a ground that needs a result document is refused without `document_no`, and so is back-dating.
    Raises Conflict `clock_not_suspended` when that suspension is not open, RuleViolation `clock_resume_before_suspend`,
    `clock_notice_missing`, `clock_future`, `clock_backdated`.
    """
    same = [item for item in ledger if item.suspension_id == suspension_id]
    begun = next((item for item in same if item.kind == LedgerKind.SUSPEND), None)
    ended = any(item.kind == LedgerKind.RESUME for item in same)
    if begun is None or ended:
        article = rules.articles.get("suspension", "") if rules else ""
        raise Conflict("clock_not_suspended", suspension_id=suspension_id, article=article)
    if occurred_at < begun.occurred_at:
        at = begun.occurred_at.isoformat()
        raise RuleViolation("clock_resume_before_suspend", suspended_at=at, article=begun.article or "")
    if rules is not None:
        known = rules.grounds.get(begun.ground or "")
        if known is not None and known.needs_result and not document_no:
            raise RuleViolation("clock_notice_missing", article=known.article)
        has_document = bool(document_no)
        refuse_date(ledger, occurred_at, recorded_at, rules.counting, has_document=has_document, fired_at=fired_at)
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    return ClockEntry(
        seq=seq,
        clock=begun.clock,
        kind=LedgerKind.RESUME,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        suspension_id=suspension_id,
        ground=begun.ground,
        article=begun.article,
        document_no=document_no,
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
    clock: str | None = None,
    document_no: str | None = None,
    fired_at: datetime | None = None,
) -> ClockEntry:
    """Extend the promised and the statutory clock by `days` units of their limits; refused whole when it is too much.

    clock: one clock alone, such as `statutory` in disclosure cases; None = both. A refused request is not counted.
    Raises, in this order: RuleViolation `promised_not_extendable`, `clock_not_started`, Conflict `clock_stopped`,
    RuleViolation `clock_after_due`, `clock_extension_count`, `clock_extension_too_long`, Forbidden `clock_approver`,
    RuleViolation `clock_reason_missing`, `clock_future`, `clock_backdated`.
    """
    article = (rule.article if rule else "") or rules.articles.get("extension", "")
    if clock == ClockName.PROMISED and not rules.is_promise_extendable:
        raise RuleViolation("promised_not_extendable", article=article)
    state = driving_clock(ledger, clock, rules, calendars)
    refuse_unfit(state, occurred_at, article)
    if rule is None or state.extension_count >= rule.count:
        raise RuleViolation(
            "clock_extension_count", count=rule.count if rule else 0, article=article, **due_fact(state)
        )
    if not 0 < days <= rule.days:
        raise RuleViolation("clock_extension_too_long", days=days, most=rule.days, article=article, **due_fact(state))
    if rule.approver_role not in approver_roles or approver in handlers:
        raise Forbidden("clock_approver", needs=rule.approver_role, article=article, **due_fact(state))
    if not reason.strip():
        raise RuleViolation("clock_reason_missing", article=article, **due_fact(state))
    refuse_date(ledger, occurred_at, recorded_at, rules.counting, has_document=bool(document_no), fired_at=fired_at)
    return ClockEntry(
        seq=seq,
        clock=clock,
        kind=LedgerKind.EXTEND,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=approver,
        ground=rule.ground,
        article=article,
        document_no=document_no,
        days=days,
        approver=approver,
        reason=reason.strip(),
    )


def stop_clocks(
    ledger: Sequence[ClockEntry],
    *,
    clock: str | None,
    seq: int,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: str,
) -> ClockEntry:
    """Stop a clock, or the promised and the statutory one together (None); whether it was in time is fixed now.

    Raises RuleViolation `clock_not_started`, `clock_future`.
    """
    for name in (clock,) if clock else COMMON_CLOCKS:
        if not any(item.kind in (LedgerKind.START, LedgerKind.RESTART) and item.clock == name for item in ledger):
            raise RuleViolation("clock_not_started", clock=name)
    if occurred_at > recorded_at:
        raise RuleViolation("clock_future", occurred_at=occurred_at.isoformat())
    return ClockEntry(
        seq=seq, clock=clock, kind=LedgerKind.STOP, occurred_at=occurred_at, recorded_at=recorded_at, actor=actor
    )


def is_running(ledger: Sequence[ClockEntry], clock: str) -> bool:
    """Say whether a clock was started and not stopped since; a paused clock runs in this sense."""
    ends = (LedgerKind.START, LedgerKind.RESTART, LedgerKind.STOP)
    last = [item.kind for item in ledger if item.kind in ends and concerns(item, clock)]
    return bool(last) and last[-1] != LedgerKind.STOP


def _refuse_used_up(ledger: Sequence[ClockEntry], ground: SuspensionGround, now: datetime) -> None:
    if ground.max_days is None:
        return
    ends = {item.suspension_id: item.occurred_at for item in ledger if item.kind == LedgerKind.RESUME}
    spent = timedelta()
    for item in ledger:
        if item.kind == LedgerKind.SUSPEND and item.ground == ground.code:
            spent += ends.get(item.suspension_id, now) - item.occurred_at
    if spent >= timedelta(days=ground.max_days):
        raise RuleViolation("clock_suspension_limit", ground=ground.code, most=ground.max_days, article=ground.article)


def _refuse_broken_promise(ledger: list[ClockEntry], calendar: ResolvedCalendar, counting: CountingRules) -> None:
    """Both clocks of a case start together, so the check is made when the second one starts."""
    starts = {item.clock: item for item in ledger if item.kind == LedgerKind.START and item.clock in COMMON_CLOCKS}
    pair = [starts.get(name) for name in COMMON_CLOCKS]
    promised, statutory = pair
    if promised is None or statutory is None or ledger[-1].clock not in COMMON_CLOCKS:
        return
    if promised.occurred_at == statutory.occurred_at:
        refuse_promise_over_statutory(
            _limit_of(promised),
            _limit_of(statutory),
            started_at=promised.occurred_at,
            calendar=calendar,
            counting=counting,
        )


def _limit_of(entry: ClockEntry) -> TimeLimit:
    return TimeLimit(amount=entry.limit_amount or 0, unit=LimitUnit(entry.limit_unit or LimitUnit.WORKING_DAY))
