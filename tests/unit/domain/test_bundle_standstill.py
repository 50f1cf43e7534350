"""Clocks of a joint case against a slow way: days are walked one by one, each member asked whether it runs (J6)."""

import random
from datetime import date, datetime, time, timedelta

import pytest

from app.domain.bundle_standstill import OpenedMember, still_days
from app.domain.calendar import to_local, to_utc
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import PAUSED, RUNNING, ClockState
from app.domain.explanation import explain
from app.domain.vocabulary import Colour, LedgerKind
from tests.unit.domain.clock_kit import CALENDARS, COUNTING, NATIONAL, at, start

BEGAN = date(2026, 3, 2)
ROUNDS = 500
HORIZON_DAYS = 200
Pauses = tuple[tuple[datetime, datetime | None], ...]


def random_members(pick: random.Random) -> list[OpenedMember]:
    """Members of a random order, as far as they were opened: one begins when those it waits for have ended."""
    ended: list[date | None] = []
    members = []
    for number in range(pick.randint(1, 6)):
        before = [ended[other] for other in range(number) if pick.random() < 0.4]
        if None in before:
            ended.append(None)
            continue
        begins = max((day for day in before if day), default=BEGAN)
        finish = begins + timedelta(days=pick.randint(0, 12)) if pick.random() < 0.6 else None
        ended.append(finish)
        members.append(OpenedMember(start_on=begins, finished_on=finish, suspensions=random_pauses(pick, begins)))
    return members


def random_pauses(pick: random.Random, begins: date) -> Pauses:
    pauses: list[tuple[datetime, datetime | None]] = []
    moment = datetime.combine(begins, time(10))
    for _ in range(pick.randint(0, 3)):
        since = moment + timedelta(hours=pick.randint(0, 100))
        moment = since + timedelta(hours=pick.randint(0, 150))
        pauses.append((since, moment))
    if pick.random() < 0.4:
        pauses.append((moment + timedelta(hours=pick.randint(0, 60)), None))
    return tuple(pauses)


def runs_on(day: date, member: OpenedMember) -> bool:
    close = datetime.combine(day, time(17, 30))
    is_paused = any(since <= close and (until is None or close < until) for since, until in member.suspensions)
    is_begun = day > member.start_on and (member.finished_on is None or day <= member.finished_on)
    return is_begun and not is_paused


def slow_due(members: list[OpenedMember], limit: int) -> date | None:
    ends = [member.finished_on for member in members]
    last = None if None in ends else max((day for day in ends if day), default=BEGAN)
    left = limit
    for offset in range(1, HORIZON_DAYS):
        day = BEGAN + timedelta(days=offset)
        if not NATIONAL.is_working(day):
            continue
        left -= (last is not None and day > last) or any(runs_on(day, member) for member in members)
        if left == 0:
            return day
    return None


def clock_with(members: list[OpenedMember], limit: int) -> ClockState:
    still = still_days(members, began_on=BEGAN, calendar=NATIONAL, counting=COUNTING)
    return fold(ledger_with(still, limit), "bundle_promised", calendars=CALENDARS, counting=COUNTING)


def ledger_with(still: tuple[tuple[date, date | None], ...], limit: int) -> list[ClockEntry]:
    begun = start("2026-03-02 10:00", limit, clock="bundle_promised")
    found = ClockEntry(
        seq=9,
        clock="bundle_promised",
        kind=LedgerKind.STANDSTILL,
        occurred_at=at("2026-03-10 10:00"),
        recorded_at=at("2026-03-10 10:00"),
        actor="system:standstill",
        still=still,
    )
    return [begun, ClockEntry.from_row(found.to_row(1))]


@pytest.mark.parametrize("seed", range(5))
def test_random_bundles_are_due_when_the_slow_way_says(seed: int) -> None:
    pick = random.Random(seed)
    for _ in range(ROUNDS // 5):
        members, limit = random_members(pick), pick.randint(1, 30)

        clock = clock_with(members, limit)

        expected = slow_due(members, limit)
        assert (to_local(clock.due_at).date() if clock.due_at else None) == expected, (members, limit)
        assert clock.status == (RUNNING if expected else PAUSED)


def test_a_bundle_nobody_paused_has_no_standstill() -> None:
    members = [OpenedMember(start_on=BEGAN, finished_on=date(2026, 3, 5)), OpenedMember(start_on=date(2026, 3, 5))]

    assert still_days(members, began_on=BEGAN, calendar=NATIONAL, counting=COUNTING) == ()


def test_the_clock_is_paused_while_nothing_can_run_and_says_so() -> None:
    ledger = ledger_with(((date(2026, 3, 13), None),), 20)

    clock = fold(ledger, "bundle_promised", calendars=CALENDARS, counting=COUNTING)

    sentence = explain(ledger, "bundle_promised", calendars=CALENDARS, counting=COUNTING)[-1]
    assert (clock.status, clock.due_at, clock.colour(at("2026-03-20 10:00"))) == (PAUSED, None, Colour.PAUSED)
    assert clock.remaining_working_days(at("2026-03-20 10:00")) == 12
    assert (sentence.key, sentence.facts["from"]) == ("clock.explain.standstill_begun", "2026-03-13")


def test_the_days_that_were_lost_are_named() -> None:
    ledger = ledger_with(((date(2026, 3, 13), date(2026, 3, 23)),), 20)

    clock = fold(ledger, "bundle_promised", calendars=CALENDARS, counting=COUNTING)

    sentence = next(
        item for item in explain(ledger, "bundle_promised", calendars=CALENDARS, counting=COUNTING)
        if item.key == "clock.explain.standstill"
    )  # fmt: skip
    assert clock.due_at == to_utc(datetime(2026, 4, 8, 17, 30))  # noqa: DTZ001 - local time is naive
    assert (sentence.facts["dates"], sentence.facts["k"]) == ("2026-03-13–2026-03-22", 6)


def test_what_begins_after_the_clock_has_expired_counts_for_nothing() -> None:
    ledger = ledger_with(((date(2026, 3, 7), None),), 4)

    clock = fold(ledger, "bundle_promised", calendars=CALENDARS, counting=COUNTING)

    assert (clock.status, clock.due_at) == (RUNNING, at("2026-03-06 17:30"))
