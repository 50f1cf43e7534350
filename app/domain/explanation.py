"""Why a due instant is what it is (为什么是这一天): one sentence per ledger entry, as message key and facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.clock_ledger import ClockEntry, concerns, fold
from app.domain.counting import CountingRules
from app.domain.vocabulary import LedgerKind, LimitUnit

SHORT = "%Y-%m-%d %H:%M"
MOST_DATES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A message key and its facts."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def explain(
    entries: Sequence[ClockEntry],
    clock: str,
    *,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
) -> list[Sentence]:
    """Return one sentence per entry of a clock, in the order they were recorded, each with the due instant after it."""
    sentences: list[Sentence] = []
    concerned = sorted((entry for entry in entries if concerns(entry, clock)), key=lambda entry: entry.seq)
    for index, entry in enumerate(concerned):
        state = fold(concerned[: index + 1], clock, calendars=calendars, counting=counting)
        due = to_local(state.due_at).strftime(SHORT) if state.due_at else ""
        occurred = to_local(entry.occurred_at).strftime(SHORT)
        if entry.kind in (LedgerKind.START, LedgerKind.RESTART):
            sentences.extend(_start(entry, occurred, due, calendars, state.due_at is not None and state.is_provisional))
            if state.due_at is not None and state.began_at is not None and state.calendar_id is not None:
                span = (to_local(state.began_at).date(), to_local(state.due_at).date())
                sentences.extend(_rest_days(*span, calendars[state.calendar_id]))
        else:
            sentences.append(_later(entry, occurred, due, concerned))
    return sentences


def _start(
    entry: ClockEntry,
    occurred: str,
    due: str,
    calendars: Mapping[str, ResolvedCalendar],
    is_provisional: bool,
) -> Iterator[Sentence]:
    calendar = calendars[entry.calendar_id or ""]
    day = to_local(entry.occurred_at).date()
    amount, unit = entry.limit_amount or 0, LimitUnit(entry.limit_unit or "WD")
    if unit == LimitUnit.WORKING_DAY and amount == 0:
        yield Sentence(key="clock.explain.start_zero", facts={"occurred": occurred, "due": due})
    elif unit == LimitUnit.WORKING_DAY:
        day1 = calendar.day_at(calendar.rank(day))
        facts = {"occurred": occurred, "day1": day1.isoformat(), "n": amount, "due": due}
        yield Sentence(key="clock.explain.start", facts=facts)
    else:
        facts = {"occurred": occurred, "limit": f"{amount}{unit.value}", "due": due}
        yield Sentence(key="clock.explain.start_other", facts=facts)
    if is_provisional:
        yield Sentence(key="clock.explain.provisional", facts={"due": due})


def _rest_days(first: date, last: date, calendar: ResolvedCalendar) -> Iterator[Sentence]:
    """Name weekdays that are rest days and weekend days that are worked between two dates; plain weekends need no word."""
    days = [first + timedelta(days=offset) for offset in range(1, (last - first).days + 1)]
    weekend = 5
    off = [day.isoformat() for day in days if day.weekday() < weekend and not calendar.is_working(day)]
    work = [day.isoformat() for day in days if day.weekday() >= weekend and calendar.is_working(day)]
    if off:
        yield Sentence(key="clock.explain.holiday", facts={"dates": ", ".join(off[:MOST_DATES])})
    if work:
        yield Sentence(key="clock.explain.make_up", facts={"dates": ", ".join(work[:MOST_DATES])})


def _later(entry: ClockEntry, occurred: str, due: str, entries: Sequence[ClockEntry]) -> Sentence:
    facts: dict[str, object] = {"occurred": occurred, "due": due, "doc": entry.document_no or ""}
    if entry.kind == LedgerKind.SUSPEND:
        facts |= {"ground": entry.ground, "article": entry.article or "", "k": entry.expected_days}
    elif entry.kind == LedgerKind.RESUME:
        begun = next(
            item for item in entries if item.kind == LedgerKind.SUSPEND and item.suspension_id == entry.suspension_id
        )
        facts |= {"from": to_local(begun.occurred_at).strftime(SHORT)}
    elif entry.kind == LedgerKind.EXTEND:
        facts |= {"k": entry.days, "reason": entry.reason or "", "approver": entry.approver or ""}
    return Sentence(key=f"clock.explain.{entry.kind}", facts=facts)


