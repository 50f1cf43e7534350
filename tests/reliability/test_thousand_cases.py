"""A thousand cases through the three patterns in one run, without an error."""

from tests.walks import lead_cases
from tests.world import World

CASES = 1_000


def test_a_thousand_cases_end_as_they_should(installed: World, kind: str) -> None:
    assert lead_cases(installed, CASES, kind) == {"closed": CASES}
