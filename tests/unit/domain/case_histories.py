"""Random case histories: acts tried one after the other through the ledger functions; what is refused leaves no entry."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.domain.calendar import to_local, to_utc
from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.clock_acts import extend_clocks, resume_clocks, start_clock, stop_clocks, suspend_clocks
from app.domain.clock_changes import recalendar, reclassify
from app.domain.clock_correction import CorrectionRules, correct_entry
from app.domain.clock_entry import ClockEntry, corrected
from app.domain.clock_replay import Bounds
from app.domain.errors import CaseworkError
from app.domain.limit import TimeLimit
from app.domain.matter import ExtensionRule
from app.domain.vocabulary import LedgerKind, LimitUnit
from tests.unit.domain.clock_kit import BOOK, CALENDARS, COUNTING, HOURS, NATIONAL, RULES
from tests.unit.domain.slow_rows import Clock, Event, Office, instant

FIRST = datetime.fromisoformat("2026-03-02T10:00")
RULE = ExtensionRule(count=2, days=10, article="lic42")
CLOCK = "promised"
BOUNDS = Bounds(grounds=frozenset(RULES.grounds), extension_count=RULE.count, extension_days=RULE.days)
LAYERS = ("CN", "notice")
BLOCKS = (("09:00", "12:00"), ("13:30", "17:30"))
RANK = {"resume": 0, "calendar": 1, "suspend": 2, "extend": 4, "reclassify": 5}
AFTER_ITS_BEGINNING = 3


@dataclass(slots=True, kw_only=True)
class History:
    """A ledger that grows, with the calendars it names and what the notices of the calendar said."""

    random: Random
    now: datetime = FIRST
    ledger: list[ClockEntry] = field(default_factory=list)
    calendars: dict[str, object] = field(default_factory=lambda: dict(CALENDARS))
    notices: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    notice: CalendarLayerVersion = field(default_factory=lambda: CalendarLayerVersion(layer="notice", number=0))
    seq: int = 0
    refused: list[str] = field(default_factory=list)

    @property
    def instant(self) -> datetime:
        return to_utc(self.now)

    def next_seq(self) -> int:
        self.seq += 1
        return self.seq

    def asked_at(self) -> datetime:
        """Mostly now, sometimes dated back by up to four days."""
        back = self.random.choice((0, 0, 0, self.random.randrange(4 * 24 * 60)))
        return to_utc(self.now - timedelta(minutes=back))

    def suspend(self) -> ClockEntry:
        seq = self.next_seq()
        return suspend_clocks(
            self.ledger,
            seq=seq,
            suspension_id=seq,
            ground=self.random.choice(("testing", "hearing", "tender", "site_visit")),
            item_type="01",
            document_no="N1",
            expected_days=self.random.randrange(6),
            occurred_at=self.asked_at(),
            recorded_at=self.instant,
            actor="staff:1",
            rules=RULES,
            calendars=self.calendars,
            clock=CLOCK,
        )

    def resume(self) -> ClockEntry:
        begun = [item.suspension_id for item in self.ledger if item.kind == LedgerKind.SUSPEND]
        return resume_clocks(
            self.ledger,
            seq=self.next_seq(),
            suspension_id=self.random.choice(begun) if begun else 0,  # type: ignore[arg-type]
            occurred_at=self.asked_at(),
            recorded_at=self.instant,
            actor="staff:1",
            rules=RULES,
            document_no=self.random.choice(("R1", "R1", None)),
        )

    def extend(self) -> ClockEntry:
        return extend_clocks(
            self.ledger,
            seq=self.next_seq(),
            days=self.random.randrange(12),
            reason="complex",
            approver="staff:9",
            approver_roles=frozenset({"unit_head"}),
            handlers=frozenset({"staff:1"}),
            rule=RULE,
            occurred_at=self.asked_at(),
            recorded_at=self.instant,
            rules=RULES,
            calendars=self.calendars,
            document_no="E1",
        )

    def reclassify(self) -> ClockEntry:
        return reclassify(
            self.ledger,
            seq=self.next_seq(),
            clock=CLOCK,
            limit=TimeLimit(amount=self.random.choice((5, 10, 15)), unit=LimitUnit.WORKING_DAY),
            classes=("own", "joint"),
            reason="another agency is needed",
            occurred_at=self.instant,
            actor="staff:1",
            calendars=self.calendars,
            counting=COUNTING,
        )

    def reload(self) -> ClockEntry:
        day = self.now.date()
        ahead = [day + timedelta(days=step) for step in range(-5, 20)]
        self.notice = self.notice.with_days(
            off=self.random.sample([item for item in ahead if item.weekday() < 5], 2),
            work=self.random.sample([item for item in ahead if item.weekday() >= 5], 1),
        )
        calendar = BOOK.with_version(self.notice).resolve(LAYERS, HOURS)
        self.calendars[calendar.id] = calendar
        self.notices[calendar.id] = {
            "off": sorted(item.isoformat() for item in self.notice.off),
            "work": sorted(item.isoformat() for item in self.notice.work),
        }
        return recalendar(
            self.ledger,
            seq=self.next_seq(),
            clock=CLOCK,
            document="notice",
            loaded_at=self.instant,
            actor="admin",
            calendar=calendar,
            calendars=self.calendars,
            counting=COUNTING,
        )

    def correct(self) -> ClockEntry:
        target = self.random.choice(self.ledger)
        moved = target.occurred_at + timedelta(minutes=self.random.randrange(-2880, 2880))
        said = ClockEntry(
            seq=self.next_seq(),
            clock=None,
            kind=LedgerKind.CORRECT,
            occurred_at=moved,
            recorded_at=self.instant,
            actor="staff:2",
        )
        rules = CorrectionRules(calendars=self.calendars, counting=COUNTING, bounds=BOUNDS)
        return correct_entry(
            self.ledger, said, corrects=target.seq, reason="typing error", second_person="staff:2", rules=rules
        )

    def stop(self) -> ClockEntry:
        return stop_clocks(
            self.ledger,
            clock=CLOCK,
            seq=self.next_seq(),
            occurred_at=self.instant,
            recorded_at=self.instant,
            actor="staff:3",
        )


def random_history(seed: int, acts: int = 9) -> History:
    """Return the history of one clock; the same seed gives the same one."""
    random = Random(seed)
    history = History(random=random, now=FIRST + timedelta(minutes=random.randrange(60 * 24 * 60)))
    start = start_clock(
        [],
        seq=history.next_seq(),
        clock=CLOCK,
        limit=TimeLimit(amount=random.choice((0, 1, 5, 10, 20)), unit=LimitUnit.WORKING_DAY),
        occurred_at=history.instant,
        recorded_at=history.instant,
        actor="staff:1",
        calendar=NATIONAL,
        counting=COUNTING,
    )
    history.ledger.append(start)
    for _ in range(random.randrange(acts)):
        history.now += timedelta(minutes=random.choice((0, random.randrange(600), random.randrange(6 * 24 * 60))))
        _try(history, random.choice(_acts(history)))
    if random.random() < 0.2 and not any(item.suspension_id for item in history.ledger):
        _try(history, history.stop)
    return history


def _acts(history: History) -> tuple[Callable[[], ClockEntry], ...]:
    return (
        *(history.suspend,) * 3,
        *(history.resume,) * 4,
        *(history.extend,) * 2,
        history.reclassify,
        history.reload,
        history.correct,
    )


def _try(history: History, act: Callable[[], ClockEntry]) -> None:
    try:
        history.ledger.append(act())
    except CaseworkError as refused:
        history.refused.append(refused.code)


def slow_clock_of(history: History) -> tuple[Clock, list[str]]:
    """Walk the same history slowly: the clock it arrives at, and the codes of what it would refuse."""
    entries = corrected(history.ledger)
    begun = next(item for item in entries if item.kind == LedgerKind.START)
    office = Office(["CN"], [(instant(f"2026-01-01 {a}").time(), instant(f"2026-01-01 {b}").time()) for a, b in BLOCKS])
    clock = Clock("WD", begun.limit_amount or 0, to_local(begun.occurred_at), "actual", office)
    codes = []
    for item in sorted((item for item in entries if item.kind in RANK), key=lambda item: place_of(item, entries)):
        if item.kind == LedgerKind.RECLASSIFY:
            clock.amount = item.limit_amount or 0
            continue
        event = Event(
            to_local(item.occurred_at),
            item.kind,
            number=item.suspension_id or 0,
            days=item.days or 0,
            upload=history.notices.get(item.calendar_id or "", {}),
        )
        codes.append(clock.take(event, BOUNDS.grounds or frozenset(), (RULE.count, RULE.days)))
    return clock, [code for code in codes if code != "ok"]


def place_of(entry: ClockEntry, entries: list[ClockEntry]) -> tuple[datetime, int, int]:
    """Where an entry counts: by instant, then by kind; a suspension of no length begins before it ends."""
    is_empty = entry.kind == LedgerKind.RESUME and any(
        item.kind == LedgerKind.SUSPEND
        and (item.suspension_id, item.occurred_at) == (entry.suspension_id, entry.occurred_at)
        for item in entries
    )
    return entry.occurred_at, AFTER_ITS_BEGINNING if is_empty else RANK[entry.kind], entry.seq
