"""Random histories through the real acts on a clock, beside a slow walk, and in any order of entry."""

from collections import Counter
from random import Random

import pytest

from app.domain.calendar import to_local
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import ClockState
from app.domain.explanation import explain
from tests.unit.domain.case_histories import CLOCK, History, random_history, slow_clock_of
from tests.unit.domain.clock_kit import COUNTING, RULES

CHUNK, CHUNKS = 60, 5


def folded(history: History, ledger: list[ClockEntry] | None = None) -> ClockState:
    entries = history.ledger if ledger is None else ledger
    return fold(entries, CLOCK, calendars=history.calendars, counting=COUNTING, rule_set=RULES.rule_set(None))


@pytest.mark.parametrize("first", range(0, CHUNK * CHUNKS, CHUNK))
def test_a_history_ends_where_the_slow_walk_ends(first: int) -> None:
    for seed in range(first, first + CHUNK):
        history = random_history(seed)

        slow, refused = slow_clock_of(history)

        state, due = folded(history), slow.due()
        assert refused == [], seed
        if state.status != "stopped":
            assert (to_local(state.due_at) if state.due_at else None) == due, seed
            assert state.status == ("paused" if due is None else "running"), seed


@pytest.mark.parametrize("seed", [1_005_998, 1_012_003, 1_019_559])
def test_the_floor_of_a_calendar_follows_a_corrected_start(seed: int) -> None:
    history = random_history(seed)
    slow, refused = slow_clock_of(history)

    state = folded(history)

    assert refused == []
    assert state.status == "stopped" or (to_local(state.due_at) if state.due_at else None) == slow.due()


@pytest.mark.parametrize("first", range(0, CHUNK * CHUNKS, CHUNK))
def test_the_order_of_entry_changes_no_clock(first: int) -> None:
    for seed in range(first, first + CHUNK):
        history = random_history(seed)
        shuffled = list(history.ledger)
        Random(seed).shuffle(shuffled)

        assert folded(history, shuffled) == folded(history), seed


@pytest.mark.parametrize("first", range(0, CHUNK * CHUNKS, CHUNK))
def test_what_was_known_at_an_instant_never_changes(first: int) -> None:
    for seed in range(first, first + CHUNK):
        history = random_history(seed)
        for entry in history.ledger:
            known = [item for item in history.ledger if item.recorded_at <= entry.recorded_at]

            asked = fold(history.ledger, CLOCK, calendars=history.calendars, counting=COUNTING, asof=entry.recorded_at)

            assert asked == fold(known, CLOCK, calendars=history.calendars, counting=COUNTING), seed


def test_every_entry_has_its_sentence() -> None:
    for seed in range(CHUNK):
        history = random_history(seed)

        said = [item.key for item in explain(history.ledger, CLOCK, calendars=history.calendars, counting=COUNTING)]

        assert len([key for key in said if key.startswith("clock.explain.")]) >= len(history.ledger), seed


def test_the_histories_hold_and_refuse_acts_of_every_kind() -> None:
    histories = [random_history(seed) for seed in range(CHUNK * CHUNKS)]

    kinds = Counter(entry.kind for history in histories for entry in history.ledger)
    refused = Counter(code for history in histories for code in history.refused)

    assert kinds.keys() >= {"start", "suspend", "resume", "extend", "reclassify", "calendar", "correct", "stop"}
    assert refused.keys() >= {
        "clock_after_due",
        "clock_backdated",
        "clock_expected_days_missing",
        "clock_extension_count",
        "clock_extension_too_long",
        "clock_ground_not_allowed",
        "clock_not_suspended",
        "clock_notice_missing",
        "calendar_past_due",
        "class_due_passed",
    }
