import pytest

from app.domain.cards import ENSHI_50_90, LAST_DAY, YULIN_90, CardRuleSet, carded_stages, colour
from app.domain.clock_ledger import ClockEntry, fold
from app.domain.clock_state import ClockState
from app.domain.vocabulary import Stage
from tests.unit.domain.clock_kit import CALENDARS, COUNTING, RULES, at, entry, local, start


def clock(*entries: ClockEntry, rule_set: CardRuleSet = ENSHI_50_90) -> ClockState:
    return fold(entries, "promised", calendars=CALENDARS, counting=COUNTING, rule_set=rule_set)


@pytest.mark.parametrize("rule_set", [ENSHI_50_90, YULIN_90, LAST_DAY])
def test_shipped_rule_sets_are_those_of_the_files(rule_set: CardRuleSet) -> None:
    assert RULES.rule_set(rule_set.code) == rule_set


@pytest.mark.parametrize(
    ("now", "enshi", "yulin", "last_day"),
    [
        ("2021-01-08 16:00", "green", "green", "yellow"),
        ("2021-01-11 10:15:30", "green", "green", "yellow"),
        ("2021-01-11 10:15:31", "yellow", "green", "yellow"),
        ("2021-01-11 16:21:06", "yellow", "yellow", "yellow"),
        ("2021-01-11 16:21:07", "red", "yellow", "yellow"),
        ("2021-01-11 17:30", "red", "yellow", "yellow"),
        ("2021-01-11 17:30:01", "overdue", "red", "red"),
    ],
)
def test_colours_of_the_published_example(now: str, enshi: str, yulin: str, last_day: str) -> None:
    begun = start("2021-01-08 11:31", 1)

    for rule_set, expected in ((ENSHI_50_90, enshi), (YULIN_90, yulin), (LAST_DAY, last_day)):
        assert colour(clock(begun, rule_set=rule_set), at(now), rule_set) == expected


def test_half_of_the_time_at_a_close_stays_green_until_the_next_opening() -> None:
    state = clock(start("2026-03-02 17:30", 2))

    assert local(state.yellow_at) == "2026-03-04 09:00:00"
    assert colour(state, at("2026-03-03 20:00")) == "green"


def test_a_limit_on_the_spot_gives_only_the_overdue_card() -> None:
    state = clock(start("2026-03-02 10:00", 0))

    assert colour(state, at("2026-03-02 17:00")) == "red"
    assert carded_stages(state, at("2026-03-02 17:00")) == ()
    assert carded_stages(state, at("2026-03-02 17:31")) == (Stage.DUE,)


def test_nothing_to_use_is_green_until_overdue() -> None:
    state = clock(start("2026-03-02 17:30", 0))

    assert (state.yellow_at, state.red_at) == (None, None)
    assert state.percent(at("2026-03-02 17:30")) == 100
    assert colour(state, at("2026-03-02 17:30")) == "green"
    assert colour(state, at("2026-03-02 17:31")) == "overdue"


def test_passing_two_thresholds_at_once_gives_both_cards() -> None:
    state = clock(start("2026-03-02 10:00", 5))

    assert carded_stages(state, at("2026-03-09 15:00")) == (Stage.YELLOW, Stage.RED)


def test_no_card_while_paused_and_green_again_after_it() -> None:
    begun = start("2026-03-02 10:00", 5)
    paused = clock(begun, entry(2, "suspend", "2026-03-05 10:00", suspension_id=1))
    resumed = clock(
        begun,
        entry(2, "suspend", "2026-03-03 10:00", suspension_id=1),
        entry(3, "resume", "2026-03-10 10:00", suspension_id=1),
    )

    assert carded_stages(paused, at("2026-03-20 10:00")) == ()
    assert colour(paused, at("2026-03-20 10:00")) == "paused"
    assert colour(resumed, at("2026-03-10 10:01")) == "green"
