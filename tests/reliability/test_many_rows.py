"""Twenty thousand random rows beside the slow walk."""

from tests.unit.domain.random_rows import random_row
from tests.unit.domain.row_comparison import differences

FIRST, COUNT = 1_000_000, 20_000


def test_twenty_thousand_random_rows_are_answered_as_the_slow_walk_answers_them() -> None:
    rows = (random_row(seed) for seed in range(FIRST, FIRST + COUNT))

    differing = {row["id"]: (row, found) for row in rows if (found := differences(row))}

    assert differing == {}
