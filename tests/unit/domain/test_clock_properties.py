"""What must hold for every history (rule book section 12), against a slow second way of counting."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.calendar import ResolvedCalendar, at_second, to_local, to_utc
from app.domain.calendar_layers import CalendarBook, CalendarLayerVersion
from app.domain.cards import Consumption, carded_stages, colour, colour_by_share
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import ClockState
from app.domain.counting import due_of, merge
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit
from tests.unit.domain.clock_kit import COUNTING, HOURS, RULES, local
from tests.unit.domain.slow_clock import (
    SlowCalendar,
    slow_due_calendar_days,
    slow_due_working_days,
    slow_due_working_hours,
    slow_remaining,
    slow_running_seconds,
)

FIRST = date(2026, 1, 1)
MIDNIGHT = datetime.fromisoformat("2026-01-01T00:00")
BLOCKS = [tuple(at_second(FIRST, second).time() for second in block) for block in HOURS.blocks]
FEW = settings(max_examples=120, deadline=None)

days = st.integers(0, 120).map(lambda offset: FIRST + timedelta(days=offset))
minutes = st.integers(0, 120 * 24 * 60).map(lambda offset: MIDNIGHT + timedelta(minutes=offset))
off_days = st.frozensets(days, max_size=12)
work_days = st.frozensets(days, max_size=6)
limits = st.integers(0, 25)
spans = st.lists(st.tuples(minutes, st.integers(0, 20 * 24 * 60)), max_size=4).map(
    lambda pairs: [(begin, begin + timedelta(minutes=length)) for begin, length in pairs]
)


def calendar_of(off: frozenset[date], work: frozenset[date]) -> tuple[ResolvedCalendar, SlowCalendar]:
    layer = CalendarLayerVersion(
        layer="CN", off=off, work=work, published_through=2027, first_year=2025, last_year=2028
    )
    return CalendarBook({"CN": layer}).resolve(("CN",), HOURS), SlowCalendar(off, work, BLOCKS)


def ledger_of(
    start: datetime,
    amount: int,
    suspended: Sequence[tuple[datetime, datetime]],
    calendar: ResolvedCalendar,
    extensions: Sequence[tuple[datetime, int]] = (),
) -> list[ClockEntry]:
    def entry(kind: str, at: datetime, **fields: object) -> ClockEntry:
        return ClockEntry(
            seq=0, clock="promised", kind=kind, occurred_at=to_utc(at), recorded_at=to_utc(at), actor="", **fields
        )

    entries = [entry("start", start, limit_amount=amount, limit_unit="WD", calendar_id=calendar.id)]
    for number, (begin, end) in enumerate(suspended):
        entries.append(entry("suspend", begin, suspension_id=number))
        entries.append(entry("resume", end, suspension_id=number))
    entries += [entry("extend", at, days=units) for at, units in extensions]
    return [ClockEntry.from_facts(item.to_facts(), **columns(item, seq)) for seq, item in enumerate(entries, 1)]


def columns(item: ClockEntry, seq: int) -> dict[str, object]:
    names = (
        "clock",
        "kind",
        "occurred_at",
        "recorded_at",
        "actor",
        "suspension_id",
        "ground",
        "article",
        "document_id",
    )
    return {"seq": seq} | {name: getattr(item, name) for name in names}


def folded(entries: list[ClockEntry], calendar: ResolvedCalendar, **options: object) -> ClockState:
    rule_set = RULES.rule_set(None)
    options = {"rule_set": rule_set} | options
    return fold(entries, "promised", calendars={calendar.id: calendar}, counting=COUNTING, **options)


@FEW
@given(minutes, limits, spans, off_days, work_days)
def test_working_days_equal_the_walk_day_by_day(
    start: datetime,
    amount: int,
    suspended: list[tuple[datetime, datetime]],
    off: frozenset[date],
    work: frozenset[date],
) -> None:
    calendar, slow = calendar_of(off, work)
    limit = TimeLimit(amount=amount, unit=LimitUnit.WORKING_DAY)
    later = merge((max(begin, start), end) for begin, end in suspended if end > start)

    assert due_of(start, limit, later, calendar, COUNTING) == slow_due_working_days(start, amount, later, slow)


@FEW
@given(minutes, limits, spans, off_days, work_days)
def test_calendar_days_equal_the_walk_day_by_day(
    start: datetime,
    amount: int,
    suspended: list[tuple[datetime, datetime]],
    off: frozenset[date],
    work: frozenset[date],
) -> None:
    calendar, slow = calendar_of(off, work)
    limit = TimeLimit(amount=amount, unit=LimitUnit.DAY)
    later = merge((max(begin, start), end) for begin, end in suspended if end > start)

    assert due_of(start, limit, later, calendar, COUNTING) == slow_due_calendar_days(start, amount, later, slow)


@FEW
@given(minutes, st.integers(1, 60), off_days, work_days)
def test_working_hours_equal_the_walk(start: datetime, hours: int, off: frozenset[date], work: frozenset[date]) -> None:
    calendar, slow = calendar_of(off, work)
    limit = TimeLimit(amount=hours, unit=LimitUnit.WORKING_HOUR)

    assert due_of(start, limit, (), calendar, COUNTING) == slow_due_working_hours(start, hours, slow)


@FEW
@given(minutes, limits, spans, st.lists(st.tuples(minutes, st.integers(1, 10)), max_size=2), st.randoms())
def test_shuffled_entries_give_the_same_clock(
    start: datetime,
    amount: int,
    suspended: list[tuple[datetime, datetime]],
    extensions: Sequence[tuple[datetime, int]],
    random: Random,
) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    entries = ledger_of(start, amount, suspended, calendar, extensions)
    shuffled = list(entries)
    random.shuffle(shuffled)

    assert folded(shuffled, calendar) == folded(entries, calendar)


@FEW
@given(minutes, limits, spans)
def test_entries_survive_their_stored_row(
    start: datetime, amount: int, suspended: list[tuple[datetime, datetime]]
) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    entries = ledger_of(start, amount, suspended, calendar)

    stored = [ClockEntry.from_row(entry.to_row(1)) for entry in entries]

    assert stored == entries
    assert folded(stored, calendar) == folded(entries, calendar)


@FEW
@given(minutes, limits, st.integers(0, 20_000), st.integers(1, 20_000), st.integers(0, 20_000))
def test_a_longer_suspension_never_brings_the_due_date_forward(
    start: datetime, amount: int, wait: int, length: int, more: int
) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    limit = TimeLimit(amount=amount, unit=LimitUnit.WORKING_DAY)
    begin = start + timedelta(minutes=wait)
    short, long = begin + timedelta(minutes=length), begin + timedelta(minutes=length + more)

    assert due_of(start, limit, ((begin, long),), calendar, COUNTING) >= due_of(
        start, limit, ((begin, short),), calendar, COUNTING
    )


@FEW
@given(minutes, limits, off_days, days)
def test_another_rest_day_never_brings_the_due_date_forward(
    start: datetime, amount: int, off: frozenset[date], day: date
) -> None:
    limit = TimeLimit(amount=amount, unit=LimitUnit.WORKING_DAY)
    fewer, _ = calendar_of(off, frozenset())
    more, _ = calendar_of(off | {day}, frozenset())

    assert due_of(start, limit, (), more, COUNTING) >= due_of(start, limit, (), fewer, COUNTING)


@FEW
@given(minutes, limits, spans, off_days, st.lists(minutes, min_size=1, max_size=6))
def test_colour_by_instants_is_colour_by_share(
    start: datetime,
    amount: int,
    suspended: list[tuple[datetime, datetime]],
    off: frozenset[date],
    instants: list[datetime],
) -> None:
    calendar, slow = calendar_of(off, frozenset())
    for rule_set in RULES.rule_sets.values():
        state = folded(ledger_of(start, amount, suspended, calendar), calendar, rule_set=rule_set)
        edges = [to_local(at) for at in (state.yellow_at, state.red_at, state.due_at) if at]
        after = [at for edge in edges for at in (edge, edge + timedelta(seconds=1), edge - timedelta(seconds=1))]
        last = max([start, *(end for _, end in state.suspended)])
        for now in (*instants, *after):
            if now < last or now < start:
                continue
            used, total = state.used_seconds(to_utc(now))
            share = Consumption(
                used_s=used,
                total_s=total,
                remaining_working_days=state.remaining_working_days(to_utc(now)),
                is_overdue=to_utc(now) > state.due_at,
            )
            assert colour(state, to_utc(now), rule_set) == colour_by_share(rule_set, share), (rule_set.code, now)
            assert used == slow_running_seconds(start, min(now, to_local(state.due_at)), state.suspended, slow)
            assert state.remaining_working_days(to_utc(now)) == slow_remaining(
                now, to_local(state.due_at), state.suspended, slow
            )


@FEW
@given(minutes, limits, spans, minutes)
def test_used_and_remaining_make_the_total(
    start: datetime, amount: int, suspended: list[tuple[datetime, datetime]], now: datetime
) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    state = folded(ledger_of(start, amount, suspended, calendar), calendar)

    used, total = state.used_seconds(to_utc(now))

    assert 0 <= used <= total
    assert used + state.remaining_seconds(to_utc(now)) == total


@FEW
@given(minutes, st.integers(1, 40), spans, off_days, work_days)
def test_one_more_day_is_due_later(
    start: datetime,
    amount: int,
    suspended: list[tuple[datetime, datetime]],
    off: frozenset[date],
    work: frozenset[date],
) -> None:
    calendar, _ = calendar_of(off, work)
    later = merge((max(begin, start), end) for begin, end in suspended if end > start)
    due, next_due = (
        due_of(start, TimeLimit(amount=count, unit=LimitUnit.WORKING_DAY), later, calendar, COUNTING)
        for count in (amount, amount + 1)
    )

    assert next_due > due


@FEW
@given(minutes, limits, minutes)
def test_a_paused_clock_fires_nothing(start: datetime, amount: int, now: datetime) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    entries = ledger_of(start, amount, [(start, start)], calendar)[:2]

    state = folded(entries, calendar)

    assert (state.status, state.due_at, state.yellow_at, state.red_at) == ("paused", None, None, None)
    assert carded_stages(state, to_utc(now)) == ()


@FEW
@given(minutes, limits, spans, minutes)
def test_an_answer_as_of_an_instant_never_changes(
    start: datetime, amount: int, suspended: list[tuple[datetime, datetime]], asof: datetime
) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    entries = ledger_of(start, amount, suspended, calendar)
    known = [entry for entry in entries if entry.recorded_at <= to_utc(asof)]

    assert folded(entries, calendar, asof=to_utc(asof)) == folded(known, calendar)


@FEW
@given(minutes, st.integers(0, 20), st.integers(0, 10), spans)
def test_the_promise_never_ends_after_the_limit_of_the_law(
    start: datetime, promised: int, more: int, suspended: list[tuple[datetime, datetime]]
) -> None:
    calendar, _ = calendar_of(frozenset(), frozenset())
    entries = ledger_of(start, promised, suspended, calendar)
    longer = ledger_of(start, promised + more, suspended, calendar)

    assert folded(entries, calendar).due_at <= folded(longer, calendar).due_at, local(to_utc(start))
