"""A silence is an outage when it took too many office minutes."""

from datetime import datetime

import pytest

from app.domain.calendar import ZONE
from app.domain.outage import Gap, is_outage
from tests.unit.domain.clock_kit import ENSHI

CASES = (
    ("an hour of the morning", (9, 10, 0), (9, 11, 0), True),
    ("exactly thirty minutes", (9, 10, 0), (9, 10, 30), False),
    ("thirty-one minutes", (9, 10, 0), (9, 10, 31), True),
    ("a night", (9, 17, 30), (10, 9, 0), False),
    ("a night and half an hour on either side", (9, 17, 10), (10, 9, 20), True),
    ("the lunch break with ten minutes on either side", (9, 11, 50), (9, 13, 40), False),
    ("a week-end", (13, 17, 30), (16, 9, 0), False),
    ("three days", (9, 3, 0), (12, 3, 0), True),
)


@pytest.mark.parametrize(("began", "ended", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_office_minutes_make_an_outage(
    *, began: tuple[int, int, int], ended: tuple[int, int, int], expected: bool
) -> None:
    gap = Gap(began_at=_at(*began), ended_at=_at(*ended))

    assert is_outage(gap, [ENSHI], longest_minutes=30) is expected


def test_gap_that_cannot_be_counted_is_taken_for_an_outage() -> None:
    gap = Gap(began_at=datetime(2091, 3, 1, 9, 0, tzinfo=ZONE), ended_at=datetime(2091, 3, 1, 10, 0, tzinfo=ZONE))

    assert is_outage(gap, [ENSHI], longest_minutes=30)


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)
