"""A small calendar and short ways to write instants and entries, for the tests of the clocks."""

from datetime import date, datetime, timedelta
from pathlib import Path

from app.catalogue.calendars import read_calendars
from app.catalogue.time_rules import read_time_rules
from app.domain.calendar import parse_hours, to_local, to_utc
from app.domain.calendar_layers import CalendarBook
from app.domain.clock_entry import ClockEntry
from app.domain.counting import CountingRules

ROOT = Path(__file__).resolve().parents[3]
RULES_DIR = ROOT / "rules"
HOURS = parse_hours("09:00-12:00,13:30-17:30")
BOOK = CalendarBook(read_calendars(RULES_DIR))
RULES = read_time_rules(RULES_DIR)
NATIONAL = BOOK.resolve(("CN",), HOURS)
ENSHI = BOOK.resolve(("CN", "HB", "ES"), HOURS)
CALENDARS = {NATIONAL.id: NATIONAL, ENSHI.id: ENSHI}
COUNTING = CountingRules()


def at(text: str) -> datetime:
    return to_utc(datetime.fromisoformat(text))


def local(instant: datetime | None) -> str:
    return f"{to_local(instant):%Y-%m-%d %H:%M:%S}" if instant else ""


def entry(seq: int, kind: str, occurred: str, **fields: object) -> ClockEntry:
    values = {"clock": "promised", "recorded_at": at(occurred), "actor": "staff:1"} | fields
    return ClockEntry(seq=seq, kind=kind, occurred_at=at(occurred), **values)


def start(occurred: str = "2026-03-02 10:00", amount: int = 20, unit: str = "WD", **fields: object) -> ClockEntry:
    values = {"limit_amount": amount, "limit_unit": unit, "policy": "actual", "calendar_id": NATIONAL.id} | fields
    return entry(1, "start", occurred, **values)


def all_days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]
