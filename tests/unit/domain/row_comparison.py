"""Every output column of a row as the application answers it beside the slow oracle."""

import json
from collections.abc import Mapping

from app.domain.due_dates import OUTPUT_COLUMNS, answer_row
from tests.unit.domain.clock_kit import BOOK
from tests.unit.domain.slow_rows import slow_row

TOLERANCE = 0.0101


def differences(row: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the columns in which application and oracle differ, as (application, oracle)."""
    answered, slow = answer_row(row, BOOK).columns, slow_row(row)
    pairs = {column: (answered[column], slow.get(column, "")) for column in OUTPUT_COLUMNS}
    return {column: pair for column, pair in pairs.items() if not is_same(column, *pair)}


def is_same(column: str, one: str, other: str) -> bool:
    """Outcomes of one instant stand in any order; a share may differ by rounding."""
    if column == "outcomes":
        return sorted(json.loads(one or "[]")) == sorted(json.loads(other or "[]"))
    if column == "finish" and one and other:
        return bool(json.loads(one) == json.loads(other))
    if column == "pct" and one and other:
        return abs(float(one) - float(other)) < TOLERANCE
    return one == other
