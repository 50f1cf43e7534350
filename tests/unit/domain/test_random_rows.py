"""Random rows of every mode, answered by the application and by a slow walk that shares no code with it."""

import csv
from collections import Counter

import pytest

from tests.unit.domain.clock_kit import ROOT
from tests.unit.domain.random_rows import MODES, random_row
from tests.unit.domain.row_comparison import differences, is_same
from tests.unit.domain.slow_rows import slow_row

CHUNK, CHUNKS = 50, 10


@pytest.mark.parametrize("first", range(0, CHUNK * CHUNKS, CHUNK))
def test_random_rows_are_answered_as_the_slow_walk_answers_them(first: int) -> None:
    rows = [random_row(seed) for seed in range(first, first + CHUNK)]

    differing = {row["id"]: (row, found) for row in rows if (found := differences(row))}

    assert differing == {}


@pytest.mark.parametrize("seed", [1_012_624, 1_013_316, 1_016_119, 1_018_750])
def test_a_member_that_finishes_while_suspended_does_not_run_before_its_finish(seed: int) -> None:
    assert differences(random_row(seed)) == {}


def test_the_slow_walk_answers_the_worked_cases_of_the_rule_book() -> None:
    with (ROOT / "tests" / "data" / "time_limit_cases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    wrong = [
        (row["id"], column)
        for row in rows
        for column, said in slow_row(row).items()
        if row[column] and not is_same(column, said, row[column])
    ]

    assert wrong == []


def test_the_random_rows_are_of_every_kind() -> None:
    rows = [random_row(seed) for seed in range(CHUNK * CHUNKS)]
    answers = [slow_row(row) for row in rows]

    modes = Counter(row["mode"] for row in rows)
    states = Counter(answer.get("state_as_of_query", "") for answer in answers)
    said = " ".join(answer.get("outcomes", "") for answer in answers)

    assert modes.keys() == set(MODES)
    assert states.keys() >= {"not_started", "running", "paused", "overdue"}
    assert all(
        code in said
        for code in (
            "clock_not_started",
            "clock_after_due",
            "clock_ground_not_allowed",
            "clock_extension_count",
            "clock_extension_too_long",
            "calendar_past_due",
            "calendar_conflict",
            "roll",
        )
    )
