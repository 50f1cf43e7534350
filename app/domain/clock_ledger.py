"""The clock ledger (计时台账): append-only entries, and the fold that turns them into clocks.

One history has one answer whatever the order of entry: the fold sorts by instant, then by kind, then by seq.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import orjson

from app.domain.calendar import ResolvedCalendar, at_second, to_local, to_utc
from app.domain.change_set import LedgerRow
from app.domain.clock_state import PAUSED, RUNNING, STOPPED, ClockState, utc_or_none
from app.domain.counting import CountingRules, Span, begin, due_at, merge, threshold
from app.domain.limit import TimeLimit
from app.domain.time_rules import CardRuleSet
from app.domain.vocabulary import LedgerKind, LimitUnit

ORDER = {
    LedgerKind.START: 0,
    LedgerKind.RESTART: 0,
    LedgerKind.RESUME: 1,
    LedgerKind.CALENDAR: 2,
    LedgerKind.SUSPEND: 3,
    LedgerKind.EXTEND: 4,
    LedgerKind.RECLASSIFY: 5,
    LedgerKind.STOP: 9,
}
IN_FACTS = (
    "limit_amount",
    "limit_unit",
    "policy",
    "calendar_id",
    "document_no",
    "expected_days",
    "days",
    "approver",
    "reason",
    "not_before",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEntry:
    """One entry. clock None = every clock that drives the decision (promised, statutory). Instants are aware UTC."""

    seq: int
    clock: str | None
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    suspension_id: int | None = None
    ground: str | None = None
    article: str | None = None
    document_id: int | None = None
    limit_amount: int | None = None
    limit_unit: str | None = None
    policy: str | None = None
    calendar_id: str | None = None
    document_no: str | None = None
    expected_days: int | None = None
    days: int | None = None
    approver: str | None = None
    reason: str | None = None
    not_before: str | None = None

    def with_document(self, document_no: str) -> "ClockEntry":
        """Return the entry with the number of its written notice."""
        return replace(self, document_no=document_no)

    def to_row(self, case_id: int) -> LedgerRow:
        """Return the entry as a row; fields without a column are canonical JSON."""
        facts = {name: getattr(self, name) for name in IN_FACTS if getattr(self, name) is not None}
        return LedgerRow(
            case_id=case_id,
            seq=self.seq,
            clock=self.clock,
            kind=self.kind,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            actor=self.actor,
            suspension_id=self.suspension_id,
            ground=self.ground,
            article=self.article,
            document_id=self.document_id,
            facts=orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode(),
        )

    @staticmethod
    def from_row(row: LedgerRow) -> "ClockEntry":
        """Return the entry a row holds."""
        return ClockEntry(
            seq=row.seq,
            clock=row.clock,
            kind=row.kind,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            actor=row.actor,
            suspension_id=row.suspension_id,
            ground=row.ground,
            article=row.article,
            document_id=row.document_id,
            **orjson.loads(row.facts),
        )


COMMON_CLOCKS = ("promised", "statutory")


def concerns(entry: ClockEntry, clock: str) -> bool:
    """Say whether an entry touches a clock."""
    return entry.clock == clock or (entry.clock is None and clock in COMMON_CLOCKS)


def fold(
    entries: Sequence[ClockEntry],
    clock: str,
    *,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
    rule_set: CardRuleSet | None = None,
    asof: datetime | None = None,
) -> ClockState:
    """Return a clock as its entries have it.

    asof: only entries recorded by then count (K8). rule_set: gives the instants of the colours.
    Raises InvalidInput `calendar_missing` when the due instant lies outside the data.
    """
    known = [entry for entry in entries if concerns(entry, clock) and (asof is None or entry.recorded_at <= asof)]
    ordered = sorted(known, key=lambda entry: (entry.occurred_at, ORDER.get(LedgerKind(entry.kind), 6), entry.seq))
    state = _Folding(clock=clock)
    for entry in ordered:
        state.take(entry)
    return state.result(calendars, counting, rule_set)


@dataclass(slots=True)
class _Folding:
    """What the entries said so far."""

    clock: str
    start: ClockEntry | None = None
    calendar_id: str | None = None
    not_before: date | None = None
    closed: list[Span] | None = None
    open: dict[int, datetime] | None = None
    extension_count: int = 0
    extension_days: int = 0
    stopped_at: datetime | None = None

    def take(self, entry: ClockEntry) -> None:
        """Take one entry in."""
        if entry.kind in (LedgerKind.START, LedgerKind.RESTART):
            self.start, self.calendar_id, self.stopped_at = entry, entry.calendar_id, None
            self.closed, self.open = [], {}
            self.extension_count = self.extension_days = 0
        elif self.start is None:
            return
        elif entry.kind == LedgerKind.SUSPEND and entry.suspension_id is not None:
            self._open()[entry.suspension_id] = entry.occurred_at
        elif entry.kind == LedgerKind.RESUME and entry.suspension_id is not None:
            since = self._open().pop(entry.suspension_id, None)
            if since is not None:
                self._closed().append((to_local(since), to_local(entry.occurred_at)))
        elif entry.kind == LedgerKind.EXTEND:
            self.extension_count += 1
            self.extension_days += entry.days or 0
        elif entry.kind == LedgerKind.CALENDAR:
            self.calendar_id = entry.calendar_id
            self.not_before = date.fromisoformat(entry.not_before) if entry.not_before else None
        elif entry.kind == LedgerKind.STOP:
            self.stopped_at = entry.occurred_at

    def result(
        self, calendars: Mapping[str, ResolvedCalendar], counting: CountingRules, rule_set: CardRuleSet | None
    ) -> ClockState:
        """Return the clock."""
        start = self.start
        if start is None or start.limit_amount is None or start.limit_unit is None or self.calendar_id is None:
            return ClockState(clock=self.clock)
        calendar = calendars[self.calendar_id]
        limit = TimeLimit(amount=start.limit_amount + self.extension_days, unit=LimitUnit(start.limit_unit))
        began = begin(to_local(start.occurred_at), calendar, start.policy or counting.start_policy)
        suspended = merge(self._closed())
        is_paused = bool(self._open()) and self.stopped_at is None
        due = None if is_paused else self._due(began, limit, suspended, calendar, counting)
        yellow, red = _colours(began, due, suspended, calendar, rule_set)
        due_utc = utc_or_none(due)
        status = STOPPED if self.stopped_at else PAUSED if is_paused else RUNNING
        is_late = None if self.stopped_at is None or due_utc is None else self.stopped_at > due_utc
        return ClockState(
            clock=self.clock,
            status=status,
            limit=limit,
            started_at=start.occurred_at,
            began_at=to_utc(began),
            due_at=due_utc,
            yellow_at=utc_or_none(yellow),
            red_at=utc_or_none(red),
            is_provisional=due is not None and calendar.is_provisional(due.date()),
            calendar_id=self.calendar_id,
            suspended=suspended,
            open_suspensions=dict(self._open()),
            extension_count=self.extension_count,
            extension_days=self.extension_days,
            stopped_at=self.stopped_at,
            is_late=is_late,
        )

    def _due(
        self,
        began: datetime,
        limit: TimeLimit,
        suspended: tuple[Span, ...],
        calendar: ResolvedCalendar,
        counting: CountingRules,
    ) -> datetime:
        due = due_at(began, limit, suspended, calendar, counting)
        if self.not_before is not None and due.date() < self.not_before:
            return calendar.close_of(self.not_before)
        return due

    def _open(self) -> dict[int, datetime]:
        return self.open if self.open is not None else {}

    def _closed(self) -> list[Span]:
        return self.closed if self.closed is not None else []


def _colours(
    began: datetime,
    due: datetime | None,
    suspended: tuple[Span, ...],
    calendar: ResolvedCalendar,
    rule_set: CardRuleSet | None,
) -> tuple[datetime | None, datetime | None]:
    if due is None or rule_set is None:
        return None, None
    yellow = red = None
    if rule_set.yellow_percent is not None:
        yellow = threshold(began, due, suspended, calendar, rule_set.yellow_percent)
    if rule_set.red_percent is not None:
        red = threshold(began, due, suspended, calendar, rule_set.red_percent)
    if rule_set.yellow_working_days is not None:
        index = calendar.rank(due.date()) - 1 - rule_set.yellow_working_days
        yellow = at_second(calendar.day_at(index), 0) - timedelta(seconds=1) if index >= 0 else None
    return yellow, red
