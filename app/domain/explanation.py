"""Why a due instant is what it is (为什么是这一天): one sentence per entry, as message key and facts.

The sentences stand under `clock.explain.*` in `rules/messages/`, names of codes under `clock.names.*`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.clock_entry import ClockEntry
from app.domain.clock_replay import Replay, Step, replay
from app.domain.counting import CountingRules, last_day, lost_spans, merge, roll
from app.domain.limit import TimeLimit
from app.domain.messages import Word
from app.domain.vocabulary import HoldAct, LedgerKind, LimitUnit

PREFIX = "clock.explain."
NAMES = "clock.names."
EVENTS = "clock.events."
CLASSES = "clock.classes."
WEEKEND = 5
MOST_RANGES = 8
# What each clock counts from; the others count from what is called their beginning.
EVENT_OF_CLOCK = {
    "promised": "accepted",
    "statutory": "accepted",
    "bundle_promised": "accepted",
    "bundle_statutory": "accepted",
    "notice5": "received",
    "contact": "received",
    "correction": "notified",
    "hearing_request": "served",
    "third_party": "served",
    "delivery": "decided",
    "filing": "deemed",
    "card_answer": "carded",
}
SYSTEM_STOPS = {"system:deemed_approval": "deemed", "system:deemed_renewal": "renewed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A message key and its facts: text, numbers, and words that have a name in each language."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def explain(
    entries: Iterable[ClockEntry],
    clock: str,
    *,
    calendars: Mapping[str, ResolvedCalendar],
    counting: CountingRules,
    asof: datetime | None = None,
) -> list[Sentence]:
    """Return the sentences of a clock in the order its entries count, each with the due instant after it.

    asof: only what was recorded by then. Entries that count for nothing say why.
    """
    known = [entry for entry in entries if asof is None or entry.recorded_at <= asof]
    replayed, steps = replay(known, clock, calendars=calendars, counting=counting)
    sentences: list[Sentence] = []
    state = Replay(calendars=calendars, counting=counting)
    for step in steps:
        state.take(step.entry)
        sentences.extend(_sentences(step, state))
        sentences.extend(_correction(entry, known) for entry in known if entry.corrects == step.entry.seq)
    if replayed.calendar is not None and steps:
        sentences.extend(_ending(replayed))
    return sentences


def _correction(entry: ClockEntry, known: Iterable[ClockEntry]) -> Sentence:
    """Say who corrected an entry, and what instant it had at first: both stay visible."""
    first = next(item for item in known if item.seq == entry.corrects)
    facts = {
        "recorded": _minute(entry.recorded_at),
        "second": entry.second_person or "",
        "reason_text": entry.reason or "",
        "first": _minute(first.occurred_at),
    }
    return Sentence(key=f"{PREFIX}correct", facts=facts)


def _sentences(step: Step, state: Replay) -> Iterator[Sentence]:
    entry = step.entry
    if step.code is not None:
        facts = {
            "occurred": _minute(entry.occurred_at),
            "kind": _word(entry.kind),
            "why": Word(f"errors.{step.code}.title"),
        }
        yield Sentence(key=f"{PREFIX}rejected", facts=facts)
    elif entry.kind in (LedgerKind.START, LedgerKind.RESTART):
        yield from _start(entry, state)
    else:
        yield _WRITERS[entry.kind](step, state)


def _start(entry: ClockEntry, state: Replay) -> Iterator[Sentence]:
    calendar, due = state.calendar, state.due()
    if calendar is None or due is None:
        return
    if state.began != to_local(entry.occurred_at):
        moved = {"occurred": _minute(entry.occurred_at), "day0": state.began.date().isoformat()}
        yield Sentence(key=f"{PREFIX}start_next_workday", facts=moved)
    event = Word(EVENTS + EVENT_OF_CLOCK.get(entry.clock or "", "begun"))
    facts = _due_facts(due) | {"occurred": _minute(entry.occurred_at), "n": state.limit_amount, "event": event}
    name = "restart" if entry.kind == LedgerKind.RESTART else "start"
    if state.limit_unit == LimitUnit.WORKING_DAY and state.limit_amount > 0:
        day1 = calendar.day_at(calendar.rank(state.began.date())).isoformat()
        yield Sentence(key=f"{PREFIX}{name}", facts=facts | {"day1": day1, "article": entry.article or ""})
    elif state.limit_unit == LimitUnit.WORKING_DAY:
        yield Sentence(key=f"{PREFIX}start_on_the_spot", facts=facts)
    else:
        yield Sentence(key=f"{PREFIX}start_other", facts=facts | {"unit": _word(state.limit_unit.value)})
    if entry.kind == LedgerKind.START and entry.path:
        yield Sentence(key=f"{PREFIX}critical_path", facts={"path": entry.path, "n": state.limit_amount})


def _ending(state: Replay) -> Iterator[Sentence]:
    """What the calendar did between the start and the due instant, and whether the date may still move."""
    due, calendar = state.due(), state.calendar
    if due is None or calendar is None:
        return
    yield from _rest_days(state.began.date(), due.date(), calendar)
    if state.limit_unit in (LimitUnit.DAY, LimitUnit.MONTH):
        limit = TimeLimit(amount=state.limit_amount + state.extension_days, unit=state.limit_unit)
        raw = last_day(state.began, limit, lost_spans(state.suspended(), state.counting))
        if roll(raw, calendar, state.counting) != raw:
            yield Sentence(key=f"{PREFIX}roll", facts=_due_facts(due) | {"raw": raw.isoformat()})
    if calendar.is_provisional(due.date()):
        yield Sentence(key=f"{PREFIX}provisional", facts=_due_facts(due))


def _rest_days(first: date, last: date, calendar: ResolvedCalendar) -> Iterator[Sentence]:
    """Name rest days that are no plain weekend, and weekend days that are worked, after `first` up to `last`."""
    days = [first + timedelta(days=offset) for offset in range(1, (last - first).days + 1)]
    resting = [day for day in days if not calendar.is_working(day)]
    off = [text for text, has_weekday in _ranges(resting) if has_weekday]
    work = [day.isoformat() for day in days if day.weekday() >= WEEKEND and calendar.is_working(day)]
    facts = {"dates": _listed(off), "work": _listed(work), "calendar": "+".join(calendar.layers)}
    if off and work:
        yield Sentence(key=f"{PREFIX}holiday", facts=facts)
    elif off:
        yield Sentence(key=f"{PREFIX}holiday_only", facts=facts)
    elif work:
        yield Sentence(key=f"{PREFIX}make_up_only", facts=facts)


def _ranges(days: list[date]) -> list[tuple[str, bool]]:
    """Return runs of consecutive days as text, and whether a weekday is among them."""
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [
        (
            run[0].isoformat() if len(run) == 1 else f"{run[0].isoformat()}–{run[-1].isoformat()}",
            any(day.weekday() < WEEKEND for day in run),
        )
        for run in runs
    ]


def _suspend(step: Step, _state: Replay) -> Sentence:
    entry = step.entry
    facts = {
        "occurred": _minute(entry.occurred_at),
        "ground": Word(f"grounds.{entry.ground}") if entry.ground else "",
        "article": entry.article or "",
        "doc": entry.document_no or "",
        "k": entry.expected_days or 0,
    }
    return Sentence(key=f"{PREFIX}suspend", facts=facts)


def _resume(step: Step, state: Replay) -> Sentence:
    occurred, calendar = _minute(step.entry.occurred_at), state.calendar
    if state.open or step.due_after is None or calendar is None:
        return Sentence(key=f"{PREFIX}resume_still_paused", facts={"occurred": occurred})
    since, until = next(iter(lost_spans(merge((state.closed[-1],)), state.counting)), state.closed[-1])
    first, last = calendar.first_close_from(since), calendar.first_close_from(until) - 1
    first = max(first, calendar.rank(state.began.date()))
    facts = _due_facts(step.due_after) | {"occurred": occurred}
    if last < first or state.limit_unit != LimitUnit.WORKING_DAY:
        return Sentence(key=f"{PREFIX}resume_nothing_lost", facts=facts)
    days = {"from": calendar.day_at(first).isoformat(), "to": calendar.day_at(last).isoformat(), "k": last - first + 1}
    return Sentence(key=f"{PREFIX}resume", facts=facts | days)


def _extend(step: Step, _state: Replay) -> Sentence:
    entry = step.entry
    facts = {
        "occurred": _minute(entry.occurred_at),
        "approver": entry.approver or "",
        "k": entry.days or 0,
        "reason": entry.reason or "",
    }
    if step.due_after is None:
        return Sentence(key=f"{PREFIX}extend_while_paused", facts=facts)
    return Sentence(key=f"{PREFIX}extend", facts=facts | _due_facts(step.due_after))


def _reclassify(step: Step, _state: Replay) -> Sentence:
    entry = step.entry
    facts = {
        "occurred": _minute(entry.occurred_at),
        "old_class": _class_word(entry.old_class_code),
        "class": _class_word(entry.class_code),
        "reason": entry.reason or "",
    }
    return Sentence(key=f"{PREFIX}reclassify", facts=facts | _due_facts(step.due_after))


def _calendar(step: Step, _state: Replay) -> Sentence:
    entry = step.entry
    if entry.closed_from is not None and entry.closed_to is not None:
        facts = {
            "scope": entry.scope or "",
            "from": _minute(entry.closed_from),
            "to": _minute(entry.closed_to),
            "doc": entry.document_no or "",
            "dates": f"{to_local(entry.closed_from).date()}–{to_local(entry.closed_to).date()}",
        }
        return Sentence(key=f"{PREFIX}closure", facts=facts)
    facts = {
        "recorded": _minute(entry.recorded_at),
        "doc": entry.document_no or "",
        "old": step.due_before.date().isoformat() if step.due_before else "",
    }
    is_moved = step.due_before is not None and step.due_before != step.due_after
    key = f"{PREFIX}calendar" if is_moved else f"{PREFIX}calendar_unmoved"
    return Sentence(key=key, facts=facts | _due_facts(step.due_after))


def _standstill(step: Step, state: Replay) -> Sentence:
    """Say on which days nothing of a joint case could run, or since when it cannot (J6)."""
    occurred, spans, calendar = _minute(step.entry.occurred_at), step.entry.still or (), state.calendar
    since = next((first for first, end in spans if end is None), None)
    if since is not None and state.is_paused():
        return Sentence(key=f"{PREFIX}standstill_begun", facts={"occurred": occurred, "from": since.isoformat()})
    closed = [(first, end - timedelta(days=1)) for first, end in spans if end is not None]
    facts = _due_facts(step.due_after) | {"occurred": occurred}
    if calendar is None or not closed:
        return Sentence(key=f"{PREFIX}standstill_none", facts=facts)
    dates = [
        first.isoformat() if first == last else f"{first.isoformat()}–{last.isoformat()}" for first, last in closed
    ]
    days = sum(calendar.rank(last) - calendar.rank_before(first) for first, last in closed)
    return Sentence(key=f"{PREFIX}standstill", facts=facts | {"dates": _listed(dates), "k": days})


def _hold(step: Step, _state: Replay) -> Sentence:
    entry = step.entry
    facts = {
        "occurred": _minute(entry.occurred_at),
        "reason_code": _word(entry.reason or ""),
        "until": _minute(entry.until) if entry.until else "",
    }
    return Sentence(key=f"{PREFIX}hold_{entry.act or HoldAct.END}", facts=facts)


def _stop(step: Step, state: Replay) -> Sentence:
    entry, due = step.entry, state.due()
    facts = {"occurred": _minute(entry.occurred_at), "rule": entry.article or ""} | _due_facts(due)
    if entry.actor in SYSTEM_STOPS:
        return Sentence(key=f"{PREFIX}{SYSTEM_STOPS[entry.actor]}", facts=facts)
    is_late = due is not None and to_local(entry.occurred_at) > due
    return Sentence(key=f"{PREFIX}stop_late" if is_late else f"{PREFIX}stop", facts=facts)


_WRITERS: Mapping[str, Callable[[Step, Replay], Sentence]] = {
    LedgerKind.SUSPEND: _suspend,
    LedgerKind.RESUME: _resume,
    LedgerKind.EXTEND: _extend,
    LedgerKind.RECLASSIFY: _reclassify,
    LedgerKind.CALENDAR: _calendar,
    LedgerKind.STANDSTILL: _standstill,
    LedgerKind.HOLD: _hold,
    LedgerKind.STOP: _stop,
}


def _class_word(code: str | None) -> str:
    return Word(f"{CLASSES}{code}") if code else ""


def _word(code: str) -> str:
    return Word(f"{NAMES}{code}") if code else ""


def _due_facts(due: datetime | None) -> dict[str, object]:
    return {"due": due.date().isoformat(), "close": f"{due:%H:%M}"} if due else {"due": "", "close": ""}


def _listed(items: list[str]) -> str:
    return ", ".join(items[:MOST_RANGES]) + (" …" if len(items) > MOST_RANGES else "")


def _minute(instant: datetime) -> str:
    return f"{to_local(instant):%Y-%m-%d %H:%M}"
