"""One question about a due date (到期日测算), with all its facts in one place; nothing of it is a case.

The facts become entries of a ledger nobody keeps, so the answer is the one a case with this history would get.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.calendar import OfficeHours, ResolvedCalendar, to_local
from app.domain.calendar_layers import NATIONAL, CalendarBook, CalendarLayerVersion
from app.domain.cards import CardRuleSet
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold, state_of
from app.domain.clock_replay import NO_BOUNDS, ORDER, Bounds, Step, replay
from app.domain.clock_state import ClockState
from app.domain.counting import CountingRules, last_day, lost_spans, roll
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LedgerKind, LimitUnit

CLOCK = "promised"
BY_CALENDAR_DAYS = (LimitUnit.DAY, LimitUnit.MONTH)
UPLOADED = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSuspension:
    """A suspension `[from_at, to_at)`, aware UTC; to_at None while open; ground None = an allowed one."""

    from_at: datetime
    to_at: datetime | None = None
    ground: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedUpload:
    """A calendar loaded while the case is open. publishes: years that are published by it."""

    at: datetime
    document: str = ""
    off: tuple[date, ...] = ()
    work: tuple[date, ...] = ()
    publishes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateQuery:
    """A start, a limit and everything that moved it. Instants are aware UTC; layers from the country down.

    extensions: (approved at, units). bounds: grounds and extension rule that apply. asof: instant of a question that
    knows only what was known then.
    """

    start: datetime
    limit: TimeLimit
    layers: tuple[str, ...] = (NATIONAL,)
    hours: OfficeHours
    counting: CountingRules
    bounds: Bounds = NO_BOUNDS
    suspensions: tuple[AskedSuspension, ...] = ()
    extensions: tuple[tuple[datetime, int], ...] = ()
    uploads: tuple[AskedUpload, ...] = ()
    asof: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one fact: code None = it holds. on: the raw last day of a limit that rolled, in place of `at`."""

    kind: str
    at: datetime | None = None
    on: date | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateAnswer:
    """state: the clock with every fact; as_of: as it was known at the query, None when none was asked."""

    state: ClockState
    as_of: ClockState | None
    outcomes: tuple[Outcome, ...]
    entries: tuple[ClockEntry, ...]
    calendars: Mapping[str, ResolvedCalendar]


def answer_query(query: DueDateQuery, book: CalendarBook, rule_set: CardRuleSet | None = None) -> DueDateAnswer:
    """Answer a question about a due date.

    rule_set: gives the answer its colour instants. Refused facts count for nothing and stand in the outcomes with the
    code of time-limits.md section 10.
    An upload that names a day twice is refused alone (`calendar_conflict`).
    Raises InvalidInput `calendar_missing` outside the data.
    """
    uploads, conflicts = _readable(query.uploads)
    entries, calendars = _entries(query, uploads, book)
    replayed, steps = replay(entries, CLOCK, calendars=calendars, counting=query.counting, bounds=query.bounds)
    refused = {step.entry.seq for step in steps if step.code}
    holding = [entry for entry in entries if entry.seq not in refused]
    as_of = None
    if query.asof is not None:
        as_of = fold(holding, CLOCK, calendars=calendars, counting=query.counting, rule_set=rule_set, asof=query.asof)
    state = state_of(replayed, CLOCK, rule_set)
    said = sorted((*_outcomes(steps), *conflicts), key=lambda item: (item.at or query.start, ORDER[item.kind]))
    return DueDateAnswer(
        state=state,
        as_of=as_of,
        outcomes=(*said, *_rolled(state, query.counting)),
        entries=tuple(entries),
        calendars=calendars,
    )


def calendar_after_uploads(query: DueDateQuery, book: CalendarBook) -> ResolvedCalendar:
    """Return the calendar with every upload of a question in it; uploads that name a day twice are left out."""
    for upload in _readable(query.uploads)[0]:
        book = book.with_version(_next_version(book, upload))
    return book.resolve((*query.layers, UPLOADED), query.hours)


def _readable(uploads: Sequence[AskedUpload]) -> tuple[list[AskedUpload], list[Outcome]]:
    """Return the uploads in order of time, and the outcomes of those refused because they name a day twice."""
    good, refused = [], []
    for upload in sorted(uploads, key=lambda item: item.at):
        named = [*upload.off, *upload.work]
        if len(named) == len(set(named)):
            good.append(upload)
        else:
            refused.append(Outcome(kind=LedgerKind.CALENDAR, at=upload.at, code="calendar_conflict"))
    return good, refused


def _entries(
    query: DueDateQuery, uploads: Sequence[AskedUpload], book: CalendarBook
) -> tuple[list[ClockEntry], dict[str, ResolvedCalendar]]:
    """Return the ledger of a question. A calendar loaded before the start is the one the clock starts with."""
    names = (*query.layers, UPLOADED)
    calendars: dict[str, ResolvedCalendar] = {}
    started_with = book.resolve(names, query.hours)
    loaded: list[tuple[str, datetime, dict[str, object]]] = []
    for upload in uploads:
        book = book.with_version(_next_version(book, upload))
        calendar = book.resolve(names, query.hours)
        calendars[calendar.id] = calendar
        loaded.append((LedgerKind.CALENDAR, upload.at, {"calendar_id": calendar.id, "document_no": upload.document}))
        if upload.at < query.start:
            started_with = calendar
    calendars[started_with.id] = started_with
    start: dict[str, object] = {
        "limit_amount": query.limit.amount,
        "limit_unit": query.limit.unit.value,
        "policy": query.counting.start_policy,
        "calendar_id": started_with.id,
    }
    facts: list[tuple[str, datetime, dict[str, object]]] = [(LedgerKind.START, query.start, start)]
    for number, item in enumerate(query.suspensions, 1):
        facts.append((LedgerKind.SUSPEND, item.from_at, {"suspension_id": number, "ground": item.ground}))
        if item.to_at is not None:
            facts.append((LedgerKind.RESUME, item.to_at, {"suspension_id": number}))
    facts += [(LedgerKind.EXTEND, at, {"days": days}) for at, days in query.extensions]
    entries = [
        ClockEntry(seq=seq, clock=CLOCK, kind=kind, occurred_at=at, recorded_at=at, actor="", **values)  # type: ignore[arg-type]
        for seq, (kind, at, values) in enumerate((*facts, *loaded), 1)
    ]
    return entries, calendars


def _next_version(book: CalendarBook, upload: AskedUpload) -> CalendarLayerVersion:
    """Return the layer of the uploads with one more: the most local of all, what it names wins over what was said."""
    known = book.layers.get(UPLOADED, CalendarLayerVersion(layer=UPLOADED, number=0))
    return known.with_days(off=upload.off, work=upload.work, document=upload.document, publishes=upload.publishes)


def _outcomes(steps: Sequence[Step]) -> list[Outcome]:
    """Every suspension, extension and calendar is answered; an end of a suspension only when it was refused."""
    shown = (LedgerKind.SUSPEND, LedgerKind.EXTEND, LedgerKind.CALENDAR)
    suspends = [step for step in steps if step.entry.kind == LedgerKind.SUSPEND]
    begun = {step.entry.suspension_id: step.entry.occurred_at for step in suspends if step.code is None}
    outcomes = []
    for step in steps:
        entry, code = step.entry, step.code
        is_failed_end = entry.kind == LedgerKind.RESUME and code is not None and entry.suspension_id in begun
        if is_failed_end and entry.occurred_at < begun[entry.suspension_id]:
            code = "clock_resume_before_suspend"
        if entry.kind in shown or is_failed_end:
            outcomes.append(Outcome(kind=entry.kind, at=entry.occurred_at, code=code))
    return outcomes


def _rolled(state: ClockState, counting: CountingRules) -> list[Outcome]:
    """A limit in calendar days that ended on a rest day: the raw last day, before it rolled (K12)."""
    limit, calendar = state.limit, state.calendar
    if limit is None or calendar is None or state.due_at is None or state.began_at is None:
        return []
    if limit.unit not in BY_CALENDAR_DAYS:
        return []
    raw = last_day(to_local(state.began_at), limit, lost_spans(state.suspended, counting))
    return [Outcome(kind="roll", on=raw)] if roll(raw, calendar, counting) != raw else []
