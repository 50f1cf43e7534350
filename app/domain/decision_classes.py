"""Values that stand for everything a column of a decision table may hold: written ones, and one between each two."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from app.domain.decision_model import Input
from app.domain.feel import UnaryTests
from app.domain.feel.months import Months
from app.domain.feel.values import exact, is_number
from app.domain.feel.written import Written, read_written

OTHER_TEXT = "other"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
HALVES = 2
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("number", "long", "double", "decimal", "float"), "number"),
    "integer": "integer",
    "string": "text",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    **dict.fromkeys(("datetime", "dateandtime"), "instant"),
    **dict.fromkeys(("daytimeduration", "daysandtimeduration"), "duration"),
    **dict.fromkeys(("yearmonthduration", "yearsandmonthsduration"), "months"),
}

# A boolean is a number to Python, and an instant a date: the narrower comes first.
_KIND_OF: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (float, "number"),
    (Decimal, "number"),
    (str, "text"),
    (datetime, "instant"),
    (date, "date"),
    (time, "time"),
    (timedelta, "duration"),
    (Months, "months"),
)


def values_of_column(inputs: Sequence[Input], cells: Iterable[UnaryTests]) -> tuple[object, ...]:
    """Return one value for every class of values that the cells tell apart, the written ones first.

    inputs: of one expression. Kinds the column does not declare are left out, and so is what its input values exclude.
    Returns nothing when no cell writes a value down: then all values are alike.
    """
    allowed = [item.allowed for item in inputs if item.allowed is not None]
    texts = {cell.text: cell for cell in (*cells, *allowed) if cell.tree.tests}
    written = [found for cell in texts.values() if (found := read_written(cell.tree)) is not None]
    declared = _KINDS.get(inputs[0].kind.rpartition(":")[2].replace(" ", "").lower(), "")
    points = _points(written)
    kinds = [kind for kind in points if not declared or kind in (declared.replace("integer", "number"), "null")]
    values = [value for kind in kinds for value in _of_kind(kind, points[kind], is_whole=declared == "integer")]
    if kinds == ["null"]:
        values.append(OTHER_TEXT)
    kept = tuple(value for value in values if all(test(value, {}) is True for test in allowed))
    return kept or tuple(values)


def _points(written: Iterable[Written]) -> dict[str, list[object]]:
    points: dict[str, dict[object, None]] = {}
    for item in written:
        ends = [end for span in item.spans for end in (span.low, span.high) if end is not None]
        for value in (*item.values, *ends):
            kind = _kind(value)
            if kind:
                points.setdefault(kind, {})[exact(value) if is_number(value) else value] = None
    return {kind: list(found) for kind, found in points.items()}


def _kind(value: object) -> str:
    """Return the kind of a written value; empty for one of which there is no order, or no other of its kind."""
    if value is None:
        return "null"
    kind = next((kind for found, kind in _KIND_OF if isinstance(value, found)), "")
    has_offset = isinstance(value, datetime | time) and value.tzinfo is not None
    return "" if (kind == "instant" and not has_offset) or (kind == "time" and has_offset) else kind


def _of_kind(kind: str, points: list[Any], *, is_whole: bool) -> Iterator[object]:
    if kind == "boolean":
        yield from (True, False)
    elif kind == "text":
        yield from points
        yield next(text for text in _other_texts() if text not in points)
    elif kind == "null":
        yield None
    else:
        yield from points
        yield from _between(kind, sorted(points), is_whole=is_whole)


def _other_texts() -> Iterator[str]:
    yield OTHER_TEXT
    number = 2
    while True:
        yield f"{OTHER_TEXT} {number}"
        number += 1


def _between(kind: str, points: list[object], *, is_whole: bool) -> Iterator[object]:
    """Yield a value before the first point, one between each two, and one behind the last, where there is any."""
    step, ends = _STEPS[kind], (points[0], points[-1])
    for side, end in zip((-1, 1), ends, strict=True):
        beyond = step(end, side)
        if beyond is not None:
            yield beyond
    for low, high in pairwise(points):
        middle = _whole_between(low, high) if is_whole else _MIDDLES[kind](low, high)
        if middle is not None:
            yield middle


def _whole_between(low: Any, high: Any) -> object:
    whole = int(low // 1) + 1
    return whole if whole < high else None


def _number_between(low: Any, high: Any) -> object:
    whole = _whole_between(low, high)
    return (Decimal(low) + Decimal(high)) / HALVES if whole is None else whole


def _halfway(low: Any, high: Any) -> object:
    return low + (high - low) / HALVES


def _next_before(step: Callable[[Any, int], Any]) -> Callable[[Any, Any], object]:
    def between(low: Any, high: Any) -> object:
        following = step(low, 1)
        return following if following is not None and following < high else None

    return between


def _later(value: time, by: timedelta) -> time:
    return (datetime.combine(date.min + DAY, value) + by).time()


def _moved_time(value: time, side: int) -> time | None:
    moved = _later(value, side * SECOND)
    return moved if (moved > value) == (side > 0) else None


def _moved(by: Any) -> Callable[[Any, int], Any]:
    def step(value: Any, side: int) -> Any:
        try:
            return value + by if side > 0 else value - by
        except OverflowError:
            return None

    return step


_STEPS: Mapping[str, Callable[[Any, int], Any]] = {
    "number": _moved(1),
    "date": _moved(DAY),
    "instant": _moved(DAY),
    "duration": _moved(DAY),
    "months": _moved(Months(1)),
    "time": _moved_time,
}
_MIDDLES: Mapping[str, Callable[[Any, Any], object]] = {
    "number": _number_between,
    "instant": _halfway,
    "duration": _halfway,
    **{kind: _next_before(_STEPS[kind]) for kind in ("date", "months", "time")},
}
