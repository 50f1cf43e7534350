import csv
import json
from collections.abc import Mapping

import pytest

from app.domain.due_dates import OUTPUT_COLUMNS, evaluate_case_row
from tests.unit.domain.clock_kit import BOOK, ROOT

with (ROOT / "tests" / "data" / "time_limit_cases.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
LISTS = ("outcomes", "finish")
PLAIN = {"mode": "WD", "start": "2026-03-02 10:00", "limit": "20", "calendar": "CN"}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_worked_case_of_the_rule_book(row: dict[str, str]) -> None:
    answer = evaluate_case_row(row, BOOK)

    for column in OUTPUT_COLUMNS:
        if row[column]:
            read = json.loads if column in LISTS else str
            assert read(answer[column]) == read(row[column]), column


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"suspensions": '[["2026-03-09 10:00", null]]'}, {"due_date": "open", "due_alt_closed": "open"}),
        (
            {"suspensions": '[["2026-02-27 10:00", "2026-03-05 10:00"]]'},
            {"due_date": "2026-03-30", "outcomes": [["2026-02-27 10:00", "suspend", "clock_not_started"]]},
        ),
        (
            {"ext_limit": "1x10", "extensions": '[["2026-03-20 10:00", 5], ["2026-03-19 10:00", 10]]'},
            {
                "due_date": "2026-04-14",
                "outcomes": [
                    ["2026-03-19 10:00", "extend", "ok"],
                    ["2026-03-20 10:00", "extend", "clock_extension_count"],
                ],
            },
        ),
        (
            {"ext_limit": "1x10", "extensions": '[["2026-03-19 10:00", 12], ["2026-03-20 10:00", 10]]'},
            {
                "due_date": "2026-04-14",
                "outcomes": [
                    ["2026-03-19 10:00", "extend", "clock_extension_too_long"],
                    ["2026-03-20 10:00", "extend", "ok"],
                ],
            },
        ),
        (
            {"uploads": '[{"at": "2026-03-30 17:31", "off": ["2026-03-30"]}]'},
            {"due_date": "2026-03-30", "outcomes": [["2026-03-30 17:31", "calendar", "calendar_past_due"]]},
        ),
        (
            {"uploads": '[{"at": "2026-03-27 09:00", "work": ["2026-03-07", "2026-03-08", "2026-03-14"]}]'},
            {"due_date": "2026-03-30", "outcomes": [["2026-03-27 09:00", "calendar", "ok"]]},
        ),
        ({"query": "2026-03-02 09:00"}, {"state_as_of_query": "not_started", "remaining_wd": ""}),
        ({"start": "2026-12-28 10:00", "limit": "5"}, {"provisional": "1"}),
        (
            {
                "start": "2026-12-28 10:00",
                "limit": "5",
                "uploads": '[{"at": "2026-12-28 11:00", "off": ["2027-01-01"], "publishes": [2027]}]',
            },
            {"provisional": "0"},
        ),
    ],
)
def test_rows_beside_the_worked_ones(given: dict[str, str], expected: Mapping[str, object]) -> None:
    answer = evaluate_case_row(PLAIN | given, BOOK)

    for column, value in expected.items():
        assert (json.loads(answer[column]) if column in LISTS else answer[column]) == value, column
