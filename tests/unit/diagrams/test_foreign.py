"""What other tools write is read as what was meant."""

import pytest

from app.diagrams.foreign import as_feel, as_limit


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('=amount > 30 and kind = "A"', '=amount > 30 and kind = "A"'),
        ("${approved}", "=approved"),
        ("${!approved}", "=not(approved)"),
        ("#{a && b == 'x'}", '=a  and  b = "x"'),
        ("${ a || b != 'x' }", '=a  or  b != "x"'),
    ],
)
def test_conditions_become_feel(written: str, read: str) -> None:
    assert as_feel(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5WD", "5WD"),
        ('"PT2H"', "PT2H"),
        ("${due}", "=due"),
        ("R3/2026-01-01T00:00:00Z/P1D", "R3/P1D"),
        ("R3/P1D", "R3/P1D"),
        ("2026-01-05T09:00:00", "2026-01-05T09:00:00+08:00"),
        ("2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"),
    ],
)
def test_time_limits_become_ours(written: str, read: str) -> None:
    assert as_limit(written) == read
