"""The columns of a decision table, indexed: a value finds the rules that accept it without asking each of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from operator import xor
from typing import Any

from app.domain.feel import Expression, Run, UnaryTests
from app.domain.feel.months import Months
from app.domain.feel.values import exact
from app.domain.feel.written import Span, Written, read_written

# Kinds of values in one order, each of whose spans can be indexed. Instants are not: some have no order.
ORDERED: Mapping[type, str] = {
    int: "number",
    Decimal: "number",
    float: "number",
    date: "date",
    timedelta: "duration",
    Months: "months",
}
Convert = Callable[[object], object]
Spans = list[tuple[int, Span]]


@dataclass(frozen=True, slots=True)
class Line:
    """The spans of one kind on one line: `masks` holds the rules between the points and at them, in turn."""

    points: list[Any]
    masks: list[int]

    def at(self, value: object) -> int:
        """Return the rules whose spans hold `value`, which is of the kind of the points."""
        place = bisect_left(self.points, value)
        is_point = place < len(self.points) and self.points[place] == value
        return self.masks[2 * place + is_point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A condition column, indexed: masks say by bit which rules accept a value.

    convert: from what a form holds to the kind the column declares; None where nothing has to be done. always: rules
    without a test here. by_value: a written value -> rules that ask for it. lines: written spans by kind. tests: every
    other test once, with the rules that hold it.
    """

    expression: Expression
    convert: Convert | None
    always: int
    by_value: Mapping[object, int]
    lines: Mapping[str, Line]
    tests: tuple[tuple[UnaryTests, int], ...]

    def value(self, scope: Mapping[str, object], run: Run) -> object:
        """Return what the column is asked about."""
        value = self.expression(scope, run)
        return value if self.convert is None else self.convert(value)

    def matching(self, value: object, candidates: int, scope: Mapping[str, object], run: Run) -> int:
        """Return those of the `candidates` that accept `value`."""
        found = self.always
        if self.by_value:
            found |= self.by_value.get(key_of(value), 0)
        if self.lines:
            kind = ORDERED.get(type(value))
            line = self.lines.get(kind) if kind else None
            if line is not None:
                found |= _on_line(line, value)
        for test, rules in self.tests:
            if rules & candidates & ~found and test(value, scope, run) is True:
                found |= rules
        return candidates & found


def index_column(expression: Expression, cells: Sequence[UnaryTests], convert: Convert | None = None) -> Column:
    """Index the tests of one column, one for each rule."""
    always = 0
    by_value: dict[object, int] = {}
    spans: dict[str, Spans] = {}
    tests: dict[str, tuple[UnaryTests, int]] = {}
    for place, cell in enumerate(cells):
        rule = 1 << place
        written = read_written(cell.tree) if cell.tree.tests else None
        if not cell.tree.tests:
            always |= rule
        elif written is None or not _is_indexable(written):
            tests[cell.text] = (cell, tests.get(cell.text, (cell, 0))[1] | rule)
        else:
            for value in written.values:
                by_value[key_of(value)] = by_value.get(key_of(value), 0) | rule
            for span in written.spans:
                kind = _kind(span)
                if kind is not None:
                    spans.setdefault(kind, []).append((rule, span))
    return Column(
        expression=expression,
        convert=convert,
        always=always,
        by_value=by_value,
        lines={kind: _line(found) for kind, found in spans.items()},
        tests=tuple(tests.values()),
    )


def _on_line(line: Line, value: object) -> int:
    if type(value) is float:
        try:
            value = exact(value)
        except ArithmeticError:
            return 0
    return line.at(value)


def _is_indexable(written: Written) -> bool:
    if written.is_negated or written.has_list or any(key_of(value) is _NO_KEY for value in written.values):
        return False
    return all(type(end) in ORDERED for span in written.spans for end in (span.low, span.high) if end is not None)


def _kind(span: Span) -> str | None:
    """Return the kind of a span; None for one that holds nothing: its ends do not fit each other."""
    kinds = {ORDERED[type(end)] for end in (span.low, span.high) if end is not None}
    return kinds.pop() if len(kinds) == 1 else None


def _line(spans: Spans) -> Line:
    ends: set[Any] = {end for _rule, span in spans for end in (span.low, span.high) if end is not None}
    points = sorted(ends)
    places = {point: place for place, point in enumerate(points)}
    # A rule begins at one segment and is gone at another; spans of one rule that meet are made one before.
    changes = [0] * (2 * len(points) + 2)
    for rule, first, last in _joined((rule, *_segments(span, places)) for rule, span in spans):
        changes[first] ^= rule
        changes[last + 1] ^= rule
    return Line(points, list(accumulate(changes, xor))[:-1])


def _segments(span: Span, places: Mapping[object, int]) -> tuple[int, int]:
    """Return the first and last segment: even ones lie between the points, odd ones are points."""
    last = 2 * len(places)
    low = 0 if span.low is None else 2 * places[span.low] + (1 if span.has_low else 2)
    high = last if span.high is None else 2 * places[span.high] + (1 if span.has_high else 0)
    return low, high


def _joined(found: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for rule, first, last in sorted(found):
        if first > last:
            continue
        if joined and joined[-1][0] == rule and first <= joined[-1][2] + 1:
            joined[-1] = (rule, joined[-1][1], max(last, joined[-1][2]))
        else:
            joined.append((rule, first, last))
    return joined


class _NoKey:
    """Stands for values that no written value equals: lists, contexts, numbers that are not finite."""


_NO_KEY = _NoKey()


def key_of(value: object) -> object:
    """Return what finds `value` in an index: equal values of one kind, and only those, share a key."""
    if type(value) is str or type(value) is int:
        return value
    if isinstance(value, bool):
        return (bool, value)
    if isinstance(value, float | Decimal):
        try:
            return exact(value)
        except ArithmeticError:
            return _NO_KEY
    return _NO_KEY if isinstance(value, list | tuple | Mapping) else (type(value), value)
