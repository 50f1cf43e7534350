"""A second, slow way to every output column of a table of time-limit cases. It shares no code with the application.

Written from the rule book alone: days are walked one by one, seconds piece by piece, facts replayed in order of time.
The national days come from the library, the others from the calendar files.
"""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import chinese_calendar

FILES = Path(__file__).resolve().parents[3] / "rules" / "calendars"
DAY, SECOND, MOMENT = timedelta(days=1), timedelta(seconds=1), timedelta(microseconds=1)
DAY_END = time(23, 59, 59)
LIBRARY_FIRST, LIBRARY_LAST, DATA_LAST = 2004, 2026, 2027
EDGE_DAYS = 7
ALLOWED = frozenset(
    [
        "hearing",
        "tender",
        "auction",
        "inspection",
        "testing",
        "quarantine",
        "appraisal",
        "expert_review",
        "third_party",
        "other_agency",
        "supplement",
    ]
)
RANK = {"resume": 0, "calendar": 1, "suspend": 2, "extend": 3}
Span = tuple[datetime, datetime | None]


class OutsideData(Exception):
    """A day of a year nobody has a calendar for."""


def days_of_file(path: Path) -> dict[date, bool]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {item["on"]: item["kind"] == "work" for item in content.get("day", [])}


OF_LAYER: dict[str, dict[date, bool]] = {}
for found in FILES.glob("*/*.toml"):
    OF_LAYER.setdefault(found.parent.name, {}).update(days_of_file(found))


@cache
def works_in_the_country(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


@dataclass
class Office:
    """The working days and hours of one office; uploads are the most local layer, the last one winning."""

    layers: list[str]
    blocks: list[tuple[time, time]]
    uploads: list[Mapping[str, Any]] = field(default_factory=list)

    def works(self, day: date) -> bool:
        for upload in reversed(self.uploads):
            if day.isoformat() in upload.get("work", []):
                return True
            if day.isoformat() in upload.get("off", []):
                return False
        for layer in reversed(self.layers):
            if layer != "CN" and day in OF_LAYER.get(layer, {}):
                return OF_LAYER[layer][day]
        if LIBRARY_FIRST <= day.year <= LIBRARY_LAST:
            return works_in_the_country(day)
        if day.year != DATA_LAST:
            raise OutsideData(day)
        return OF_LAYER["CN"].get(day, day.weekday() < 5)

    def close(self, day: date) -> datetime:
        return datetime.combine(day, self.blocks[-1][1])

    def next_working(self, day: date) -> date:
        while not self.works(day):
            day += DAY
        return day

    def is_provisional(self, day: date) -> bool:
        published = max([LIBRARY_LAST, *(year for upload in self.uploads for year in upload.get("publishes", []))])
        return day > date(published, 12, 31) - EDGE_DAYS * DAY

    def pieces(self, begin: datetime, end: datetime, spans: list[Span]) -> Iterator[tuple[datetime, datetime]]:
        """Yield the pieces of office time in `[begin, end)` in which the clock runs."""
        day = begin.date()
        while day <= end.date():
            if self.works(day):
                for opens, closes in self.blocks:
                    low = max(datetime.combine(day, opens), begin)
                    high = min(datetime.combine(day, closes), end)
                    yield from running_pieces(low, high, spans)
            day += DAY

    def seconds(self, begin: datetime, end: datetime, spans: list[Span]) -> int:
        return sum(int((high - low).total_seconds()) for low, high in self.pieces(begin, end, spans))


def running_pieces(low: datetime, high: datetime, spans: list[Span]) -> Iterator[tuple[datetime, datetime]]:
    if low >= high:
        return
    edges = {low, high, *(edge for span in spans for edge in span if edge is not None and low < edge < high)}
    cuts = sorted(edges)
    for one, two in pairwise(cuts):
        if runs(one, spans):
            yield one, two


def runs(at: datetime, spans: list[Span]) -> bool:
    return not any(since <= at and (until is None or at < until) for since, until in spans)


def is_touched(day: date, spans: list[Span]) -> bool:
    return any(
        since.date() <= day and (until is None or day <= (until - MOMENT).date())
        for since, until in spans
        if since != until
    )


@dataclass
class Clock:
    """A limit while its facts become known one after the other."""

    mode: str
    amount: int
    start: datetime
    policy: str
    office: Office
    is_touching: bool = False
    spans: list[Span] = field(default_factory=list)
    open: dict[int, datetime] = field(default_factory=dict)
    extended: int = 0
    extensions: int = 0
    floor: date | None = None

    @property
    def began(self) -> datetime:
        """An event after the close or on a rest day counts as made at the next opening, where the policy says so."""
        day = self.start.date()
        if self.policy == "actual" or (self.office.works(day) and self.start <= self.office.close(day)):
            return self.start
        later = day + DAY if self.start > self.office.close(day) else day
        return datetime.combine(self.office.next_working(later), self.office.blocks[0][0])

    def counts(self, day: date, at: time) -> bool:
        if self.is_touching:
            return not is_touched(day, self.spans)
        return runs(datetime.combine(day, at), self.spans)

    def due(self) -> datetime | None:
        if self.open:
            return None
        walk: dict[str, Callable[[], datetime]] = {
            "WD": self.working_days,
            "CD": self.calendar_days,
            "MONTH": self.calendar_days,
            "HOUR": self.hours,
            "WHOUR": self.working_hours,
        }
        due = walk[self.mode]()
        if self.floor is not None and due.date() < self.floor:
            at = self.office.blocks[-1][1] if self.mode in ("WD", "WHOUR") else due.time()
            return datetime.combine(self.floor, at)
        return due

    def working_days(self) -> datetime:
        office, day, left = self.office, self.began.date(), self.amount + self.extended
        closes = office.blocks[-1][1]
        if left == 0:
            if office.works(day) and self.began <= office.close(day) and self.counts(day, closes):
                return office.close(day)
            left = 1
        while left:
            day += DAY
            if office.works(day) and self.counts(day, closes):
                left -= 1
        return office.close(day)

    def last_day(self) -> date:
        day = self.began.date()
        left = self.amount + self.extended
        if self.mode == "MONTH":
            left = (months_later(day, left) - day).days
        while left:
            day += DAY
            left -= self.counts(day, DAY_END)
        return day

    def calendar_days(self) -> datetime:
        return datetime.combine(self.office.next_working(self.last_day()), DAY_END)

    def hours(self) -> datetime:
        """The first instant by which the hours have run, with the clock running at it."""
        left = timedelta(hours=self.amount + self.extended)
        edges = sorted({edge for span in self.spans for edge in span if edge is not None and edge > self.began})
        at = self.began
        for edge in edges:
            if runs(at, self.spans):
                if at + left < edge:
                    return at + left
                left -= edge - at
            at = edge
        return at + left

    def working_hours(self) -> datetime:
        left, day = timedelta(hours=self.amount + self.extended), self.began.date()
        while True:
            low = max(self.began, datetime.combine(day, time(0)))
            for opens, closes in self.office.pieces(low, self.office.close(day), self.spans):
                if closes - opens >= left:
                    return self.running_from(opens + left)
                left -= closes - opens
            day += DAY

    def running_from(self, at: datetime) -> datetime:
        """A clock that stops at its due instant has not expired: it is due when it runs again."""
        while not runs(at, self.spans):
            at = max(until for since, until in self.spans if until is not None and since <= at < until)
        return at

    def take(self, event: "Event", grounds: frozenset[str], bound: tuple[int | None, int | None]) -> str:
        due = self.due()
        is_past = due is not None and event.at > due
        if event.kind == "suspend":
            return self.suspend(event, grounds, is_past=is_past)
        if event.kind == "extend":
            return self.extend(event, bound, is_past=is_past)
        if event.kind == "calendar":
            return self.reload(event, due, is_past=is_past)
        if event.number in self.open:
            self.spans.append((self.open.pop(event.number), event.at))
        return "ok"

    def suspend(self, event: "Event", grounds: frozenset[str], *, is_past: bool) -> str:
        if event.at < self.start:
            return "clock_not_started"
        if is_past:
            return "clock_after_due"
        if event.ground is not None and event.ground not in grounds:
            return "clock_ground_not_allowed"
        self.open[event.number] = event.at
        return "ok"

    def extend(self, event: "Event", bound: tuple[int | None, int | None], *, is_past: bool) -> str:
        most, longest = bound
        if event.at < self.start:
            return "clock_not_started"
        if is_past:
            return "clock_after_due"
        if most is not None and self.extensions >= most:
            return "clock_extension_count"
        if event.days <= 0 or (longest is not None and event.days > longest):
            return "clock_extension_too_long"
        self.extensions += 1
        self.extended += event.days
        return "ok"

    def reload(self, event: "Event", due: datetime | None, *, is_past: bool) -> str:
        if names_twice(event.upload):
            return "calendar_conflict"
        is_open = event.at >= self.start
        if is_open and is_past:
            return "calendar_past_due"
        office = self.office
        self.office = Office(office.layers, office.blocks, [*office.uploads, event.upload])
        if is_open and due is not None:
            self.floor = min(due.date(), self.office.next_working(event.at.date() + DAY))
        return "ok"


@dataclass
class Event:
    at: datetime
    kind: str
    number: int = 0
    ground: str | None = None
    days: int = 0
    upload: Mapping[str, Any] = field(default_factory=dict)


def months_later(day: date, count: int) -> date:
    first = date(day.year + (day.month - 1 + count) // 12, (day.month - 1 + count) % 12 + 1, 1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return min(first + (day.day - 1) * DAY, last)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read(row: Mapping[str, str], column: str, otherwise: Any) -> Any:
    return json.loads(row[column]) if row.get(column) else otherwise


def events_of(row: Mapping[str, str]) -> list[Event]:
    events = []
    for number, item in enumerate(read(row, "suspensions", [])):
        since, until, ground = (*item, None, None)[:3]
        events.append(Event(instant(since), "suspend", number, ground))
        if until is not None:
            events.append(Event(instant(until), "resume", number))
    events += [Event(instant(at), "extend", days=days) for at, days in read(row, "extensions", [])]
    events += [Event(instant(item["at"]), "calendar", upload=item) for item in read(row, "uploads", [])]
    empty = {event.number for event in events if event.kind == "suspend" and is_empty(event, events)}
    return sorted(events, key=lambda event: (event.at, rank_of(event, empty)))


def rank_of(event: Event, empty: set[int]) -> int:
    """An empty suspension begins before it ends."""
    return RANK["extend"] if event.kind == "resume" and event.number in empty else RANK[event.kind]


def is_empty(begun: Event, events: list[Event]) -> bool:
    return any(item.kind == "resume" and item.number == begun.number and item.at == begun.at for item in events)


def replay(
    row: Mapping[str, str], *, until: datetime | None = None, is_touching: bool = False
) -> tuple[Clock, list[list[str]]]:
    office = office_of(row)
    clock = Clock(row["mode"], int(row["limit"]), instant(row["start"]), row["policy"], office, is_touching)
    most = tuple(int(part) for part in row["ext_limit"].split("x")) if row.get("ext_limit") else (None, None)
    said: list[list[str]] = []
    for event in events_of(row):
        if until is not None and event.at > until:
            break
        code = clock.take(event, ALLOWED, most)
        if event.kind != "resume":
            said.append([minute(event.at), event.kind, code])
    return clock, said


def office_of(row: Mapping[str, str]) -> Office:
    blocks = [tuple(time.fromisoformat(edge) for edge in block.split("-")) for block in row["hours"].split(",")]
    return Office(row["calendar"].split("+"), blocks)  # type: ignore[arg-type]


def uploads_of(row: Mapping[str, str]) -> list[Mapping[str, Any]]:
    uploads = sorted(read(row, "uploads", []), key=lambda item: instant(item["at"]))
    return [item for item in uploads if not names_twice(item)]


def names_twice(upload: Mapping[str, Any]) -> bool:
    named = [*upload.get("off", []), *upload.get("work", [])]
    return len(named) != len(set(named))


def minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


def slow_row(row: Mapping[str, str]) -> dict[str, str]:
    """Return every output column of a row that has a meaning for it."""
    try:
        if row["mode"] == "BUNDLE":
            return slow_bundle(row)
        if row["mode"].startswith("BEFORE_"):
            return slow_before(row)
        return slow_clock(row)
    except OutsideData:
        said = json.dumps([[row["start"], "start", "calendar_missing"]])
        return {"due_date": "calendar_missing", "due_dt": "calendar_missing", "outcomes": said}


def slow_clock(row: Mapping[str, str]) -> dict[str, str]:
    clock, said = replay(row)
    due = clock.due()
    columns = due_columns(due, clock.office)
    if due is not None and clock.mode in ("CD", "MONTH") and not clock.office.works(clock.last_day()):
        said.append([clock.last_day().isoformat(), "roll", "ok"])
    columns["outcomes"] = json.dumps(said) if said else ""
    if row.get("suspensions") and clock.mode in ("WD", "CD", "MONTH"):
        other = replay(row, is_touching=True)[0].due()
        columns["due_alt_closed"] = other.date().isoformat() if other else "open"
    if row.get("query"):
        columns |= slow_as_of(row, instant(row["query"]))
    return columns


def slow_as_of(row: Mapping[str, str], now: datetime) -> dict[str, str]:
    clock, _ = replay(row, until=now)
    if now < clock.start:
        return {"state_as_of_query": "not_started"}
    office, due = clock.office, clock.due()
    if due is None:
        columns = {"state_as_of_query": "paused", "card_5090": "paused", "card_last1": "paused", "card_90": "paused"}
        if clock.mode == "WD":
            columns["remaining_wd"] = str(clock.amount + clock.extended - counted_days(clock, now))
        return columns
    is_overdue = now > due
    low, high = sorted((now.date(), due.date()))
    days = [low + step * DAY for step in range(1, (high - low).days + 1)]
    left = sum(office.works(day) for day in days)
    remaining = -left if is_overdue else left
    total = office.seconds(clock.began, due, clock.spans)
    used = office.seconds(clock.began, min(now, due), clock.spans)
    marks = [threshold(clock, due, total, percent) for percent in (50, 90)]
    return {
        "state_as_of_query": "overdue" if is_overdue else "running",
        "due_as_of_query": due.date().isoformat(),
        "remaining_wd": str(remaining),
        "used_s": str(used),
        "total_s": str(total),
        "pct": f"{(100 * used / total if total else 100):.4f}",
        "yellow_at": str(marks[0]) if marks[0] else "",
        "red_at": str(marks[1]) if marks[1] else "",
    } | colours(used, total, remaining, is_overdue=is_overdue)


def counted_days(clock: Clock, now: datetime) -> int:
    """Working days after the start whose close has passed with the clock running."""
    spans: list[Span] = [*clock.spans, *((since, None) for since in clock.open.values())]
    day, counted = clock.began.date() + DAY, 0
    while day <= now.date():
        close = clock.office.close(day)
        counted += clock.office.works(day) and close < now and runs(close, spans)
        day += DAY
    return counted


def threshold(clock: Clock, due: datetime, total: int, percent: int) -> datetime | None:
    """The last instant at which no more than this share is used: the next running second would be too much."""
    used = 0
    for low, high in clock.office.pieces(clock.began, due, clock.spans):
        length = int((high - low).total_seconds())
        if (used + length) * 100 > percent * total:
            return low + ((percent * total) // 100 - used) * SECOND
        used += length
    return None


def colours(used: int, total: int, remaining: int, *, is_overdue: bool) -> dict[str, str]:
    if is_overdue:
        return {"card_5090": "overdue", "card_last1": "red", "card_90": "red"}
    enshi = "red" if used * 10 > total * 9 else "yellow" if used * 2 > total else "green"
    yulin = "yellow" if total and used * 10 >= total * 9 else "green"
    return {"card_5090": enshi, "card_last1": "yellow" if remaining <= 1 else "green", "card_90": yulin}


def due_columns(due: datetime | None, office: Office) -> dict[str, str]:
    if due is None:
        return {"due_date": "open", "due_dt": "open", "provisional": "0"}
    is_late = office.is_provisional(due.date())
    return {"due_date": due.date().isoformat(), "due_dt": str(due), "provisional": str(int(is_late))}


def slow_before(row: Mapping[str, str]) -> dict[str, str]:
    office = office_of(row)
    office.uploads = uploads_of(row)
    day, left = instant(row["start"]).date(), int(row["limit"])
    while left:
        day -= DAY
        left -= office.works(day) if row["mode"] == "BEFORE_WD" else 1
    while row["mode"] == "BEFORE_WD" and not office.works(day):
        day -= DAY
    due = office.close(day) if row["mode"] == "BEFORE_WD" else datetime.combine(day, DAY_END)
    return due_columns(due, office)


def slow_bundle(row: Mapping[str, str]) -> dict[str, str]:
    office = office_of(row)
    office.uploads = uploads_of(row)
    plan = BundleWalk(row, office)
    finishes = {code: plan.finish(code) for code in plan.members}
    known = [day for day in finishes.values() if day is not None]
    latest = None if len(known) < len(finishes) else max(known, default=plan.began.date())
    columns = due_columns(office.close(latest) if latest else None, office)
    columns["finish"] = json.dumps({code: day.isoformat() if day else "open" for code, day in finishes.items()})
    columns["serial_due"] = plan.walk(plan.began.date(), sum(item[0] for item in plan.members.values()), []).isoformat()
    refused = sorted(
        (item[0], "suspend", "clock_ground_not_allowed")
        for items in read(row, "suspensions", {}).values()
        for item in items
        if len(item) > 2 and item[2] not in ALLOWED
    )
    columns["outcomes"] = json.dumps(refused) if refused else ""
    if row.get("bundle_limit"):
        columns["bundle_due"] = plan.own_due(int(row["bundle_limit"]), finishes)
    return columns


class BundleWalk:
    """The members of a joint case, each walked from the finish of the last of its predecessors."""

    def __init__(self, row: Mapping[str, str], office: Office) -> None:
        self.office = office
        self.members: dict[str, Any] = read(row, "limit", {})
        self.actual = {code: instant(text).date() for code, text in read(row, "actual", {}).items() if text}
        self.finished: dict[str, date | None] = {}
        self.began = Clock("WD", 0, instant(row["start"]), row["policy"], office).began
        self.spans: dict[str, list[Span]] = {
            code: [
                (instant(item[0]), instant(item[1]) if item[1] else None)
                for item in items
                if len(item) < 3 or item[2] in ALLOWED
            ]
            for code, items in read(row, "suspensions", {}).items()
        }

    def start(self, code: str) -> date | None:
        finishes = [self.finish(before) for before in self.members[code][1]]
        known = [day for day in finishes if day is not None]
        return None if len(known) < len(finishes) else max(known, default=self.began.date())

    def finish(self, code: str) -> date | None:
        if code not in self.finished:
            self.finished[code] = self.actual[code] if code in self.actual else self.planned(code)
        return self.finished[code]

    def planned(self, code: str) -> date | None:
        start = self.start(code)
        if start is None:
            return None
        try:
            return self.walk(start, self.members[code][0], self.spans.get(code, []))
        except OutsideData:
            if any(until is None for _, until in self.spans.get(code, [])):
                return None
            raise

    def walk(self, day: date, left: int, spans: list[Span]) -> date:
        while left:
            day += DAY
            left -= self.office.works(day) and runs(self.office.close(day), spans)
        return day

    def runs_on(self, code: str, day: date, finish: date | None) -> bool:
        start = self.start(code)
        is_between = start is not None and start < day and (finish is None or day <= finish)
        return is_between and runs(self.office.close(day), self.spans.get(code, []))

    def own_due(self, left: int, finishes: Mapping[str, date | None]) -> str:
        day, office = self.began.date(), self.office
        if left == 0 and office.works(day) and self.began <= office.close(day):
            return day.isoformat()
        if left == 0:
            return office.next_working(day + DAY).isoformat()
        try:
            while left:
                day += DAY
                is_after = all(finish is not None and finish < day for finish in finishes.values())
                is_running = is_after or any(self.runs_on(code, day, end) for code, end in finishes.items())
                left -= office.works(day) and is_running
        except OutsideData:
            if None in finishes.values():
                return "open"
            raise
        return day.isoformat()
