"""The command that answers a table of time-limit cases, bad rows and all."""

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import cli
from tests.unit.domain.clock_kit import ROOT

WORKED = ROOT / "tests" / "data" / "time_limit_cases.csv"
HEADER = "id,mode,start,limit,calendar\n"


def answered(file: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["due-dates", str(file), *options])


def test_the_worked_cases_come_out_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(WORKED.read_bytes())

    printed, written = answered(file), answered(file, "--output", str(file))

    assert (printed.exit_code, printed.stdout) == (0, WORKED.read_text(encoding="utf-8"))
    assert (written.exit_code, file.read_bytes()) == (0, WORKED.read_bytes())


def test_a_bad_row_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    good = "good,WD,2026-03-02 10:00,1,CN\n"
    bad = "bad,WD,2026-13-02 10:00,1,CN\n", "over,WD,2026-03-02 10:00,1,CN,more\n", "late,WD,2031-03-02 10:00,1,CN\n"
    file.write_text(HEADER + good + "".join(bad) + good.replace("good", "last"), encoding="utf-8")

    result = answered(file)

    rows = {row["id"]: row["due_date"] for row in csv.DictReader(result.stdout.splitlines())}
    assert result.exit_code == 0
    assert rows == {
        "good": "2026-03-03",
        "bad": "row_malformed",
        "over": "row_malformed",
        "late": "calendar_missing",
        "last": "2026-03-03",
    }
    assert [line.split(": ", 1)[1] for line in result.stderr.splitlines()] == [
        "Column start of row 3 cannot be read: month must be in 1..12.",
        "Column  of row 4 cannot be read: more values than columns.",
        "There is no calendar data for 2031.",
    ]


def test_bytes_that_are_no_text_pass_through_and_cost_nobody_a_row(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"\xb6\xf7,WD,2026-03-02 10:00,1,CN\n")

    result = answered(file, "--output", str(tmp_path / "answers.csv"))

    assert result.exit_code == 0
    assert b"\xb6\xf7,WD,2026-03-02 10:00,1,CN,2026-03-03," in (tmp_path / "answers.csv").read_bytes()
