"""Due dates per second and core, by process time. Run `python -m tests.benchmarks.bench_due_dates`.

Plain limits are counted alone; the mix replays a ledger with suspensions and an extension, as a case with a history does.
The budget is reported, not enforced: a busy machine must not fail a build.
"""

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.counting import due_of
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit
from tests.unit.domain.clock_kit import CALENDARS, COUNTING, ENSHI, RULES, at

PLAIN_BUDGET = 200_000
STARTS = 20_000
MIXED = 2_000
FIRST = datetime.fromisoformat("2019-01-01T08:00")
UNITS = (LimitUnit.WORKING_DAY, LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.HOUR, LimitUnit.WORKING_HOUR)


def per_second(count: int, act: Callable[[], object]) -> float:
    best = min(seconds_of(act) for _ in range(3))
    return count / best


def seconds_of(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def starts() -> list[datetime]:
    random = Random(7)
    return [FIRST + timedelta(minutes=random.randrange(6 * 365 * 24 * 60)) for _ in range(STARTS)]


def count_plain(begun: list[datetime], unit: LimitUnit) -> None:
    limit = TimeLimit(amount=20 if unit != LimitUnit.MONTH else 1, unit=unit)
    for start in begun:
        due_of(start, limit, (), ENSHI, COUNTING)


def history(suspensions: int, extensions: int) -> list[ClockEntry]:
    """The ledger of one clock: a start, so many suspensions of five days, so many extensions."""
    facts: list[tuple[str, str, dict[str, object]]] = [
        ("start", "2026-03-02 10:00", {"limit_amount": 20, "limit_unit": "WD", "calendar_id": ENSHI.id})
    ]
    for number in range(suspensions):
        day = datetime.fromisoformat("2026-03-03 10:00") + timedelta(days=14 * number)
        facts.append(("suspend", str(day), {"suspension_id": number, "ground": "testing"}))
        facts.append(("resume", str(day + timedelta(days=5)), {"suspension_id": number}))
    facts += [("extend", "2026-03-10 11:00", {"days": 10})] * extensions
    return [
        ClockEntry(seq=seq, clock="promised", kind=kind, occurred_at=at(day), recorded_at=at(day), actor="", **fields)
        for seq, (kind, day, fields) in enumerate(facts, 1)
    ]


def fold_often(entries: list[ClockEntry]) -> None:
    rule_set = RULES.rule_set(None)
    for _ in range(MIXED):
        fold(entries, "promised", calendars=CALENDARS, counting=COUNTING, rule_set=rule_set)


def report(name: str, value: float, budget: float | None = None) -> None:
    mark = "" if budget is None else "  ok" if value >= budget else "  OVER BUDGET"
    goal = "" if budget is None else f"  (budget {budget:,.0f})"
    sys.stdout.write(f"{name:<62}{value:>12,.0f} /s{goal}{mark}\n")


def main() -> None:
    begun = starts()
    for unit in UNITS:
        rate = per_second(STARTS, lambda unit=unit: count_plain(begun, unit))
        report(f"plain limit in {unit.name.lower()}", rate, PLAIN_BUDGET if unit == LimitUnit.WORKING_DAY else None)
    for suspensions, extensions in ((0, 0), (1, 0), (1, 1), (3, 1), (8, 2)):
        entries = history(suspensions, extensions)
        rate = per_second(MIXED, lambda entries=entries: fold_often(entries))
        report(f"ledger with {suspensions} suspensions and {extensions} extensions, colours included", rate)


if __name__ == "__main__":
    main()
