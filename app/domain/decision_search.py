"""What the rules of a table (规则) say together: which of them match at once, and for which values none does.

Every column is cut into classes of values its cells do not tell apart, each with one value that stands for it. A cell
that reads variables or asks a condition on `?` cannot be judged: it counts as matching nothing where overlaps are looked
for, and everything where gaps are. So nothing is reported that cannot happen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from app.domain.decision_classes import values_of_column
from app.domain.decision_index import Column
from app.domain.decision_model import DecisionTable, Input
from app.domain.feel import Run
from app.domain.feel.written import read_written

MOST_STEPS = 1_000_000
MOST_OVERLAPS = 20
FEW_SHARED = 100
Example = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules, as places from 0, that match together, and values for which they do."""

    first: int
    second: int
    example: Example


@dataclass(frozen=True, slots=True)
class Search:
    """What was found. gap: values for which no rule matches, None where there are none.

    is_complete: everything was looked through; not where there was too much, or columns depend on each other.
    """

    overlaps: tuple[Overlap, ...] = ()
    gap: Example | None = None
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class _Class:
    """Values of one column that no cell tells apart. sure: rules that accept them; maybe: these and unjudged ones."""

    value: object
    sure: int
    maybe: int


@dataclass(frozen=True, slots=True)
class _Axis:
    """A column, or all columns on one expression. is_told: the table tells its values apart."""

    name: str
    classes: tuple[_Class, ...]
    is_told: bool


class _OutOfSteps(Exception):
    """The search was ended."""


def search_table(table: DecisionTable, *, most_steps: int = MOST_STEPS) -> Search:
    """Look for rules that match together, and for values no rule matches. Bounded by `most_steps`, not by a clock."""
    if not _are_independent(table.inputs):
        return Search(is_complete=False)
    steps = _Steps(most_steps)
    overlaps: list[Overlap] = []
    try:
        axes = [_axis(table, name, steps) for name in dict.fromkeys(item.expression.text for item in table.inputs)]
        overlaps.extend(_overlaps(axes, len(table.rules), steps))
        gap = None if any(output.default for output in table.outputs) else _gap(axes, len(table.rules), steps)
    except _OutOfSteps:
        return Search(tuple(overlaps), is_complete=False)
    return Search(tuple(overlaps), gap)


class _Steps:
    def __init__(self, most: int) -> None:
        self.left = most

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _OutOfSteps


def _are_independent(inputs: Sequence[Input]) -> bool:
    """Say whether every column may take any value whatever the others have: none is calculated from what another reads."""
    reads = {item.expression.text: item.expression for item in inputs}
    return not any(
        one.names & other.names and not (one.text in one.paths | one.names and other.text in other.paths | other.names)
        for one, other in combinations(reads.values(), 2)
    )


def _axis(table: DecisionTable, name: str, steps: _Steps) -> _Axis:
    places = [place for place, item in enumerate(table.inputs) if item.expression.text == name]
    everything = (1 << len(table.rules)) - 1
    cells = [rule.tests[place] for place in places for rule in table.rules]
    values = values_of_column([table.inputs[place] for place in places], cells)
    columns = [_judged(table.columns[place]) for place in places]
    found: dict[tuple[int, int], _Class] = {}
    for value in values or (None,):
        steps.spend(1 + sum(len(column.tests) for column, _open in columns))
        sure = maybe = everything
        for column, unjudged in columns:
            accepted = column.matching(value, everything, {}, Run()) if values else column.always
            sure &= accepted
            maybe &= accepted | unjudged
        found.setdefault((sure, maybe), _Class(value, sure, maybe))
    return _Axis(name, tuple(found.values()), is_told=bool(values))


def _judged(column: Column) -> tuple[Column, int]:
    """Return the column without the tests that cannot be judged, and the rules that have such a test."""
    judged = tuple((test, rules) for test, rules in column.tests if read_written(test.tree) is not None)
    unjudged = 0
    for test, rules in column.tests:
        if (test, rules) not in judged:
            unjudged |= rules
    return replace(column, tests=judged), unjudged


def _overlaps(axes: Sequence[_Axis], rule_count: int, steps: _Steps) -> Iterator[Overlap]:
    found = 0
    beside = [_beside(axis, rule_count, steps) for axis in axes]
    for first in range(rule_count):
        others = ((1 << rule_count) - 1) >> (first + 1) << (first + 1)
        for of_rule in beside:
            others &= of_rule(first)
        if others:
            second = (others & -others).bit_length() - 1
            both = 1 << first | 1 << second
            yield Overlap(first, second, tuple(_shown(axis, both) for axis in axes if axis.is_told))
            found += 1
        if found == MOST_OVERLAPS:
            return


def _beside(axis: _Axis, rule_count: int, steps: _Steps) -> Callable[[int], int]:
    """Return what gives, for a rule, those that accept a value of this column it accepts itself.

    Where rules share few values that is known for all of them at once; where they share many, an overlap is found soon,
    and each is asked alone.
    """

    def ask(rule: int) -> int:
        steps.spend(len(axis.classes))
        found = 0
        for item in axis.classes:
            if item.sure >> rule & 1:
                found |= item.sure
        return found

    if sum(item.sure.bit_count() for item in axis.classes) > FEW_SHARED * rule_count:
        return ask
    found = [0] * rule_count
    for item in axis.classes:
        steps.spend(1 + item.sure.bit_count())
        left = item.sure
        while left:
            lowest = left & -left
            found[lowest.bit_length() - 1] |= item.sure
            left ^= lowest
    return found.__getitem__


def _shown(axis: _Axis, rules: int) -> tuple[str, object]:
    return axis.name, next(item.value for item in axis.classes if item.sure & rules == rules)


def _gap(axes: Sequence[_Axis], rule_count: int, steps: _Steps) -> Example | None:
    """Return values no rule matches: depth first, the class with the fewest rules first."""
    # Rules that accept whatever the columns from here on hold: one of them left over closes every gap behind it.
    closing = [(1 << rule_count) - 1]
    for axis in reversed(axes):
        accepted = closing[-1]
        for item in axis.classes:
            accepted &= item.maybe
        closing.append(accepted)
    closing.reverse()
    seen: set[tuple[int, int]] = set()

    def search(depth: int, rules: int, chosen: Example) -> Example | None:
        steps.spend(1)
        if not rules:
            return chosen
        if rules & closing[depth] or (depth, rules) in seen:
            return None
        seen.add((depth, rules))
        axis = axes[depth]
        steps.spend(len(axis.classes))
        for item in sorted(axis.classes, key=lambda item: (rules & item.maybe).bit_count()):
            told = (*chosen, (axis.name, item.value)) if axis.is_told else chosen
            found = search(depth + 1, rules & item.maybe, told)
            if found is not None:
                return found
        return None

    return search(0, (1 << rule_count) - 1, ())
