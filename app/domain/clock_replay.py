"""Replay of a clock ledger: entry by entry, each guard asked again with the due instant as it was known then.

Entries are taken by instant, at one instant in the order start, resume, calendar, suspend, extend, reclassify, stop, so
one history has one answer whatever the order of entry (time-limits.md section 3).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.clock_entry import ClockEntry, concerns, corrected
from app.domain.counting import CountingRules, Span, begin, due_of, lost_spans, merge
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LedgerKind, LimitUnit

ORDER: Mapping[str, int] = {
    LedgerKind.START: 0,
    LedgerKind.RESTART: 1,
    LedgerKind.RESUME: 2,
    LedgerKind.CALENDAR: 3,
    LedgerKind.SUSPEND: 4,
    LedgerKind.STANDSTILL: 5,
    LedgerKind.EXTEND: 6,
    LedgerKind.RECLASSIFY: 7,
    LedgerKind.HOLD: 8,
    LedgerKind.STOP: 9,
}
AFTER_SUSPEND, AFTER_STOP = 5, 10
STANDSTILL = 0  # Key of a standstill among the open suspensions, which have ids above it.
ONE_DAY = timedelta(days=1)
NEVER = datetime(1, 1, 1)  # noqa: DTZ001 - local time is naive


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Rules a replay checks beside the ones every clock has; None = no bound. For entries nobody has checked yet."""

    grounds: frozenset[str] | None = None
    extension_count: int | None = None
    extension_days: int | None = None


NO_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one entry did. code: why it counts for nothing, None when it holds. Due instants are local."""

    entry: ClockEntry
    code: str | None
    due_before: datetime | None
    due_after: datetime | None


def in_order(entries: Iterable[ClockEntry], clock: str, asof: datetime | None = None) -> list[ClockEntry]:
    """Return the entries of a clock in the order of the replay. asof: only those recorded by then (K8)."""
    touching = (entry for entry in entries if concerns(entry, clock))
    known = corrected([entry for entry in touching if asof is None or entry.recorded_at <= asof])
    if len(known) < 2:  # noqa: PLR2004 - one entry is in order
        return known
    stops = {entry.occurred_at: entry.seq for entry in known if entry.kind == LedgerKind.STOP}
    begun = {entry.suspension_id: entry.occurred_at for entry in known if entry.kind == LedgerKind.SUSPEND}
    return sorted(known, key=lambda entry: (entry.occurred_at, _rank(entry, stops, begun), entry.seq))


def _rank(entry: ClockEntry, stops: Mapping[datetime, int], begun: Mapping[int | None, datetime]) -> int:
    """A clock that stops and starts again at one instant does it in the order of entry; so does an empty suspension."""
    if entry.kind == LedgerKind.RESUME and begun.get(entry.suspension_id) == entry.occurred_at:
        return AFTER_SUSPEND
    if entry.kind == LedgerKind.START and entry.occurred_at in stops and stops[entry.occurred_at] < entry.seq:
        return AFTER_STOP
    return ORDER.get(entry.kind, AFTER_STOP)


@dataclass(slots=True, kw_only=True)
class Replay:
    """A clock while its entries are taken one after the other. Instants are local."""

    calendars: Mapping[str, ResolvedCalendar]
    counting: CountingRules
    bounds: Bounds = NO_BOUNDS
    start: ClockEntry | None = None
    loaded_before: ClockEntry | None = None
    calendar: ResolvedCalendar | None = None
    limit_amount: int = 0
    limit_unit: LimitUnit = LimitUnit.WORKING_DAY
    began: datetime = NEVER
    closed: list[Span] = field(default_factory=list)
    open: dict[int, datetime] = field(default_factory=dict)
    still: ClockEntry | None = None
    extension_count: int = 0
    extension_days: int = 0
    not_before: date | None = None
    stopped_at: datetime | None = None
    _due: datetime | None = None
    _is_fresh: bool = False

    def take(self, entry: ClockEntry) -> str | None:
        """Take one entry in. Returns None, or the code why it counts for nothing (time-limits.md section 10)."""
        kind = entry.kind
        if kind in (LedgerKind.START, LedgerKind.RESTART):
            return self._start(entry)
        if self.start is None or entry.occurred_at < self.start.occurred_at:
            self.loaded_before = entry if kind == LedgerKind.CALENDAR else self.loaded_before
            return "clock_not_started" if kind not in (LedgerKind.HOLD, LedgerKind.CALENDAR) else None
        if self.stopped_at is not None or kind == LedgerKind.HOLD:
            return "clock_stopped" if kind not in (LedgerKind.HOLD, LedgerKind.CALENDAR) else None
        at = to_local(entry.occurred_at)
        code = _ACTS[kind](self, entry, at) if kind in _ACTS else None
        self._is_fresh = False
        return code

    def due(self) -> datetime | None:
        """Return the due instant as known now; None before the start and while a suspension is open."""
        if self.start is None or self.calendar is None or (self.is_paused() and self.stopped_at is None):
            return None
        if not self._is_fresh:
            self._due = self._at_least_floor(self._due_without(self.suspended(), self.calendar))
            self._is_fresh = True
        return self._due

    def suspended(self) -> tuple[Span, ...]:
        """Return the suspensions, merged; the end of the clock ends the open ones."""
        still, still_since = self._standing_still()
        closed, begun = [*self.closed, *still], [*self.open.values(), *([still_since] if still_since else [])]
        if self.stopped_at is not None:
            closed += [(since, self.stopped_at) for since in begun]
        return merge(closed) if closed else ()

    def is_paused(self) -> bool:
        """Say whether a suspension is open or nothing of a joint case can run; the end of the clock does not matter."""
        return bool(self.open) or self._standing_still()[1] is not None

    def open_spans(self) -> dict[int, datetime]:
        """Return since when the clock stands still, by the id of the suspension; STANDSTILL for a joint case's own."""
        since = self._standing_still()[1]
        return {**self.open, STANDSTILL: since} if since is not None else self.open

    def _standing_still(self) -> tuple[list[Span], datetime | None]:
        """Return the spans on which nothing could run, and since when that lasts; what begins after the due instant is none."""
        spans: list[Span] = []
        for first, end in (self.still.still or ()) if self.still is not None else ():
            since = datetime.combine(first, time.min)
            if self.calendar is None or since > self._due_without(merge([*self.closed, *spans]), self.calendar):
                break
            if end is None:
                return spans, since
            spans.append((since, datetime.combine(end, time.min)))
        return spans, None

    def _due_without(self, suspended: tuple[Span, ...], calendar: ResolvedCalendar) -> datetime:
        limit = TimeLimit(amount=self.limit_amount + self.extension_days, unit=self.limit_unit)
        return due_of(self.began, limit, suspended, calendar, self.counting)

    def lost(self) -> tuple[Span, ...]:
        """Return the spans whose days do not count (K6)."""
        return tuple(lost_spans(self.suspended(), self.counting))

    def _at_least_floor(self, due: datetime) -> datetime:
        if self.not_before is None or due.date() >= self.not_before or self.calendar is None:
            return due
        if self.limit_unit in (LimitUnit.WORKING_DAY, LimitUnit.WORKING_HOUR):
            return self.calendar.close_of(self.not_before)
        return datetime.combine(self.not_before, due.time())

    def _start(self, entry: ClockEntry) -> str | None:
        if entry.kind == LedgerKind.START and self.start is not None and self.stopped_at is None:
            return "clock_running"
        self.start = entry
        self.calendar = self.calendars[self._calendar_id_of(entry) or ""]
        self.limit_amount, self.limit_unit = entry.limit_amount or 0, LimitUnit(entry.limit_unit or "WD")
        self.closed, self.open, self.still = [], {}, None
        self.extension_count = self.extension_days = 0
        self.not_before = self.stopped_at = None
        self._begin()
        self._is_fresh = False
        return None

    def _calendar_id_of(self, start: ClockEntry) -> str | None:
        """A calendar loaded after a start was entered, and before the instant that start was corrected to, counts."""
        loaded = self.loaded_before
        return loaded.calendar_id if loaded is not None and loaded.seq > start.seq else start.calendar_id

    def _begin(self) -> None:
        if self.start is not None and self.calendar is not None:
            policy = self.start.policy or self.counting.start_policy
            self.began = begin(to_local(self.start.occurred_at), self.calendar, policy)

    def _is_past(self, at: datetime) -> bool:
        due = self.due()
        return due is not None and at > due

    def _suspend(self, entry: ClockEntry, at: datetime) -> str | None:
        if self._is_past(at):
            return "clock_after_due"
        if self.bounds.grounds is not None and entry.ground and entry.ground not in self.bounds.grounds:
            return "clock_ground_not_allowed"
        self.open[entry.seq if entry.suspension_id is None else entry.suspension_id] = at
        return None

    def _resume(self, entry: ClockEntry, at: datetime) -> str | None:
        suspension_id = -1 if entry.suspension_id is None else entry.suspension_id
        if suspension_id not in self.open:
            return "clock_not_suspended"
        self.closed.append((self.open.pop(suspension_id), at))
        return None

    def _extend(self, entry: ClockEntry, at: datetime) -> str | None:
        if self._is_past(at):
            return "clock_after_due"
        if self.bounds.extension_count is not None and self.extension_count >= self.bounds.extension_count:
            return "clock_extension_count"
        days = entry.days or 0
        if days <= 0 or (self.bounds.extension_days is not None and days > self.bounds.extension_days):
            return "clock_extension_too_long"
        self.extension_count += 1
        self.extension_days += days
        return None

    def _reclassify(self, entry: ClockEntry, at: datetime) -> str | None:
        if self._is_past(at):
            return "class_due_passed"
        if entry.limit_amount is not None and entry.limit_unit is not None:
            self.limit_amount, self.limit_unit = entry.limit_amount, LimitUnit(entry.limit_unit)
        return None

    def _recalendar(self, entry: ClockEntry, at: datetime) -> str | None:
        """K19: an expired clock is left alone; no upload moves a due date before the next working day after it."""
        old = self.due()
        if old is not None and at > old:
            return "calendar_past_due"
        self.calendar = self.calendars[entry.calendar_id or ""]
        self._begin()
        # The floor the entry holds is that of its day; when the start was corrected since, the old due date is another.
        if old is not None:
            self.not_before = floor_of(old, at, self.calendar)
        return None

    def _stand_still(self, entry: ClockEntry, _at: datetime) -> None:
        """The entry made last says everything, whatever instant it has: an act of a member may be dated back (J6)."""
        if self.still is None or entry.seq > self.still.seq:
            self.still = entry

    def _stop(self, _entry: ClockEntry, at: datetime) -> str | None:
        self.stopped_at = at
        return None


_ACTS: Mapping[str, Callable[[Replay, ClockEntry, datetime], str | None]] = {
    LedgerKind.SUSPEND: Replay._suspend,  # noqa: SLF001 - the table stands beside the class, outside its slots
    LedgerKind.RESUME: Replay._resume,  # noqa: SLF001
    LedgerKind.EXTEND: Replay._extend,  # noqa: SLF001
    LedgerKind.RECLASSIFY: Replay._reclassify,  # noqa: SLF001
    LedgerKind.CALENDAR: Replay._recalendar,  # noqa: SLF001
    LedgerKind.STOP: Replay._stop,  # noqa: SLF001
    LedgerKind.STANDSTILL: Replay._stand_still,  # noqa: SLF001
}


def floor_of(old_due: datetime, loaded_at: datetime, calendar: ResolvedCalendar) -> date:
    """Return the day no calendar change moves a due date before: the old one or the next working day (K19)."""
    return min(old_due.date(), calendar.next_working(loaded_at.date() + ONE_DAY))


def replay(
    entries: Iterable[ClockEntry],
    clock: str,
    *,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
    bounds: Bounds = NO_BOUNDS,
    asof: datetime | None = None,
) -> tuple[Replay, tuple[Step, ...]]:
    """Replay a clock and say what each entry did to the due instant."""
    state = Replay(calendars=calendars, counting=counting, bounds=bounds)
    steps = []
    for entry in in_order(entries, clock, asof):
        before = state.due()
        code = state.take(entry)
        steps.append(Step(entry=entry, code=code, due_before=before, due_after=state.due()))
    return state, tuple(steps)
