"""Rows counted by hand where rules meet: year ends, leap days, closes, rest days, exact instants; and rows that are bad."""

import json
from collections.abc import Mapping

import pytest

from app.domain.due_dates import OUTPUT_COLUMNS, answer_row
from tests.unit.domain.clock_kit import BOOK

PLAIN = {"mode": "WD", "start": "2026-03-02 10:00", "limit": "20", "calendar": "CN"}
SUSPENDED = {"suspensions": '[["2026-03-09 10:00", "2026-03-19 15:00"]]'}


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"start": "2025-12-31 10:00", "limit": "1"}, "2026-01-04 17:30:00"),
        ({"mode": "CD", "start": "2024-02-28 10:00", "limit": "1"}, "2024-02-29 23:59:59"),
        ({"mode": "MONTH", "start": "2024-01-31 10:00", "limit": "1"}, "2024-02-29 23:59:59"),
        ({"mode": "MONTH", "start": "2023-01-31 10:00", "limit": "1"}, "2023-02-28 23:59:59"),
        ({"mode": "MONTH", "start": "2024-02-29 10:00", "limit": "12"}, "2025-02-28 23:59:59"),
        ({"start": "2020-01-23 10:00", "limit": "3"}, "2020-02-05 17:30:00"),
        ({"start": "2020-01-23 10:00", "limit": "3", "calendar": "CN+HB"}, "2020-02-18 17:30:00"),
        ({"start": "2027-02-03 10:00", "limit": "2"}, "2027-02-11 17:30:00"),
        ({"start": "2026-03-06 17:30", "limit": "1", "policy": "next_workday"}, "2026-03-09 17:30:00"),
        ({"start": "2026-03-06 17:30:01", "limit": "1", "policy": "next_workday"}, "2026-03-10 17:30:00"),
        ({"start": "2026-03-06 17:30:01", "limit": "1"}, "2026-03-09 17:30:00"),
        ({"start": "2026-03-07 10:00", "limit": "1"}, "2026-03-09 17:30:00"),
        ({"start": "2026-03-07 10:00", "limit": "1", "policy": "next_workday"}, "2026-03-10 17:30:00"),
        ({"start": "2026-03-07 10:00", "limit": "0"}, "2026-03-09 17:30:00"),
        ({"start": "2026-03-06 17:30:01", "limit": "0"}, "2026-03-09 17:30:00"),
        ({"limit": "0", "suspensions": '[["2026-03-02 11:00", "2026-03-04 09:00"]]'}, "2026-03-04 17:30:00"),
        ({"suspensions": '[["2026-03-30 17:30", "2026-04-01 10:00"]]'}, "2026-04-01 17:30:00"),
        ({"suspensions": '[["2026-03-30 17:30:01", "2026-04-01 10:00"]]'}, "2026-03-30 17:30:00"),
        ({"suspensions": '[["2026-03-09 10:00", "2026-03-09 17:30"]]'}, "2026-03-30 17:30:00"),
        ({"suspensions": '[["2026-03-09 17:30", "2026-03-09 17:30:01"]]'}, "2026-03-31 17:30:00"),
        ({"suspensions": '[["2026-03-09 17:30", "2026-03-09 17:30"]]'}, "2026-03-30 17:30:00"),
        ({"suspensions": '[["2026-03-09 17:30", null, "leave"]]'}, "2026-03-30 17:30:00"),
        ({"ext_limit": "1x10", "extensions": '[["2026-03-30 17:30", 10]]'}, "2026-04-14 17:30:00"),
        ({"ext_limit": "1x10", "extensions": '[["2026-03-30 17:30:01", 10]]'}, "2026-03-30 17:30:00"),
        ({"mode": "WHOUR", "hours": "10:00-10:30", "limit": "1", "start": "2026-03-06 10:10"}, "2026-03-10 10:10:00"),
        ({"mode": "WHOUR", "hours": "09:00-17:00", "limit": "8", "start": "2026-03-06 09:00"}, "2026-03-06 17:00:00"),
        ({"mode": "WHOUR", "limit": "2", "start": "2026-03-06 10:00"}, "2026-03-06 12:00:00"),
        (
            {
                "mode": "WHOUR",
                "limit": "2",
                "start": "2026-03-06 10:00",
                "suspensions": '[["2026-03-06 12:00", "2026-03-06 20:00"]]',
            },
            "2026-03-06 20:00:00",
        ),
        (
            {"mode": "CD", "limit": "5", "suspensions": '[["2026-03-03 23:59", "2026-03-04 00:01"]]'},
            "2026-03-09 23:59:59",
        ),
        ({"mode": "BEFORE_WD", "limit": "3", "start": "2026-02-25 10:00"}, "2026-02-13 17:30:00"),
        ({"mode": "BEFORE_WD", "limit": "0", "start": "2026-03-08 10:00"}, "2026-03-06 17:30:00"),
        (
            {
                "start": "2026-08-17 10:00",
                "limit": "1",
                "uploads": '[{"at": "2026-08-14 09:00", "off": ["2026-08-18"]}]',
            },
            "2026-08-19 17:30:00",
        ),
        (
            {
                "start": "2026-08-13 10:00",
                "limit": "5",
                "uploads": '[{"at": "2026-08-18 09:00", "work": ["2026-08-15", "2026-08-16"]}]',
            },
            "2026-08-19 17:30:00",
        ),
        ({"start": "2026-03-02T02:00:00Z"}, "2026-03-30 17:30:00"),
    ],
)
def test_due_instant_counted_by_hand(given: Mapping[str, str], due: str) -> None:
    assert answer_row({**PLAIN, **given}, BOOK).columns["due_dt"] == due


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"query": "2026-03-02 09:59:59"}, {"state_as_of_query": "not_started", "card_5090": "", "used_s": ""}),
        ({"query": "2026-03-02 10:00"}, {"state_as_of_query": "running", "used_s": "0", "remaining_wd": "20"}),
        ({"query": "2026-03-16 14:30"}, {"card_5090": "green", "pct": "50.00"}),
        ({"query": "2026-03-16 14:30:01"}, {"card_5090": "yellow", "pct": "50.00"}),
        ({"query": "2026-03-26 16:54"}, {"card_5090": "yellow", "pct": "90.00", "card_90": "yellow"}),
        ({"query": "2026-03-26 16:53:59"}, {"card_90": "green"}),
        ({"query": "2026-03-30 17:30"}, {"state_as_of_query": "running", "card_5090": "red", "pct": "100.00"}),
        (
            {"query": "2026-03-30 17:30:01"},
            {"state_as_of_query": "overdue", "card_5090": "overdue", "remaining_wd": "0"},
        ),
        (SUSPENDED | {"query": "2026-03-09 10:00"}, {"state_as_of_query": "paused", "remaining_wd": "16"}),
        (SUSPENDED | {"query": "2026-03-19 15:00"}, {"state_as_of_query": "running", "remaining_wd": "15"}),
        (
            {"start": "2026-03-06 17:30", "limit": "0", "query": "2026-03-06 17:30"},
            {"total_s": "0", "pct": "100.00", "card_5090": "green", "card_90": "green"},
        ),
        ({"start": "2026-12-23 10:00", "limit": "1"}, {"due_date": "2026-12-24", "provisional": "0"}),
        ({"start": "2026-12-24 10:00", "limit": "1"}, {"due_date": "2026-12-25", "provisional": "1"}),
    ],
)
def test_question_exactly_at_an_instant(given: Mapping[str, str], expected: Mapping[str, str]) -> None:
    columns = answer_row({**PLAIN, **given}, BOOK).columns

    assert {column: columns[column] for column in expected} == expected


@pytest.mark.parametrize(
    ("given", "code", "column"),
    [
        ({"limit": "-5"}, "limit_negative", "limit"),
        ({"limit": "5.5"}, "row_malformed", "limit"),
        ({"limit": "99999999999"}, "row_malformed", "limit"),
        ({"mode": "CD", "limit": "９"}, "row_malformed", "limit"),
        ({"mode": "YEARS"}, "row_malformed", "mode"),
        ({"start": "tomorrow"}, "row_malformed", "start"),
        ({"start": ""}, "row_malformed", "start"),
        ({"policy": "never"}, "row_malformed", "policy"),
        ({"hours": "17:30-09:00"}, "hours_malformed", "hours"),
        ({"calendar": "CN+XX"}, "calendar_layer_unknown", "calendar"),
        ({"ext_limit": "one"}, "row_malformed", "ext_limit"),
        ({"extensions": '[["2026-03-20 10:00", 1.5]]'}, "row_malformed", "extensions"),
        ({"suspensions": '[["2026-03-09 10:00"'}, "row_malformed", "suspensions"),
        ({"suspensions": '{"A": []}'}, "row_malformed", "suspensions"),
        ({"suspensions": "[" * 100_000}, "row_malformed", "suspensions"),
        ({"uploads": '[{"off": []}]'}, "row_malformed", "uploads"),
        ({"query": "2026-02-30 10:00"}, "row_malformed", "query"),
        ({"mode": "BUNDLE", "limit": '{"A": [1, ["B"]]}'}, "bundle_circle", None),
        ({"mode": "BUNDLE", "limit": '{"A": [1, []]}', "actual": '{"Z": ""}'}, "row_malformed", "actual"),
        ({"start": "2029-01-01 10:00"}, "calendar_missing", None),
        ({"start": "2027-12-30 10:00"}, "calendar_missing", None),
        ({"mode": "MONTH", "limit": "9999"}, "calendar_missing", None),
    ],
)
def test_bad_row_is_answered_with_its_code_and_never_with_a_date(
    given: Mapping[str, str], code: str, column: str | None
) -> None:
    row = {**PLAIN, **given}

    answered = answer_row(row, BOOK)

    filled = {name: text for name, text in answered.columns.items() if text}
    assert answered.fault == code
    assert answered.facts.get("column") == column
    assert json.loads(filled.pop("outcomes")) == [[row["start"], "start", code]]
    assert filled == {"due_date": code, "due_dt": code}
    assert tuple(answered.columns) == OUTPUT_COLUMNS


@pytest.mark.parametrize(
    ("given", "outcomes", "due"),
    [
        (
            {"suspensions": '[["2026-03-19 15:00", "2026-03-09 10:00"]]'},
            [
                ["2026-03-09 10:00", "resume", "clock_resume_before_suspend"],
                ["2026-03-19 15:00", "suspend", "ok"],
            ],
            "open",
        ),
        (
            {"suspensions": '[["2026-03-09 10:00", "2026-03-19 15:00", "unheard_of"]]'},
            [["2026-03-09 10:00", "suspend", "clock_ground_not_allowed"]],
            "2026-03-30",
        ),
        (
            {
                "start": "2026-08-13 10:00",
                "limit": "5",
                "uploads": '[{"at": "2026-08-14 09:00", "off": ["2026-08-18"], "work": ["2026-08-18"]}]',
            },
            [["2026-08-14 09:00", "calendar", "calendar_conflict"]],
            "2026-08-20",
        ),
        (
            {
                "mode": "BUNDLE",
                "limit": '{"A": [5, []]}',
                "suspensions": '{"A": [["2026-03-03 10:00", null, "leave"]]}',
            },
            [["2026-03-03 10:00", "suspend", "clock_ground_not_allowed"]],
            "2026-03-09",
        ),
    ],
)
def test_refused_fact_counts_for_nothing_and_is_named(
    given: Mapping[str, str], outcomes: list[list[str]], due: str
) -> None:
    columns = answer_row({**PLAIN, **given}, BOOK).columns

    assert json.loads(columns["outcomes"]) == outcomes
    assert columns["due_date"] == due
