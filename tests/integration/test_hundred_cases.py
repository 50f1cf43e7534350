"""A hundred cases through the three patterns, without an error; the thousand are in the long runs."""

from tests.walks import lead_cases
from tests.world import World

CASES = 100


def test_a_hundred_cases_end_as_they_should(installed: World, kind: str) -> None:
    assert lead_cases(installed, CASES, kind) == {"closed": CASES}
