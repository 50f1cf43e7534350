"""What a cell of a decision table asks for, as far as it is written down and depends on nothing else."""

from dataclasses import dataclass

from app.domain.feel import syntax as tree
from app.domain.feel.compiler import Compiler
from app.domain.feel.refusals import FeelStopped
from app.domain.feel.run import Run
from app.domain.feel.values import Range

FEW_STEPS = 10_000
_ENDS = {"<": (False, False), "<=": (False, True), ">": (True, False), ">=": (True, True)}


@dataclass(frozen=True, slots=True)
class Span:
    """All values between two ends, of which one may be open: then it is null."""

    low: object = None
    high: object = None
    has_low: bool = False
    has_high: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The values and spans a cell accepts; where it is negated, everything of their kinds but these.

    has_list: one of its tests is a list, which a list may also equal as a whole.
    """

    values: tuple[object, ...]
    spans: tuple[Span, ...]
    is_negated: bool
    has_list: bool


def read_written(tests: tree.Tests) -> Written | None:
    """Return what a cell asks for; None when that depends on variables, or is a condition on `?`."""
    values: list[object] = []
    spans: list[Span] = []
    has_list = False
    for test in tests.tests:
        found = _constant(test.operand)
        span = _compared(test, found[0]) if found else None
        if found is None or (isinstance(test, tree.OperatorTest) and span is None):
            return None
        if span is not None:
            spans.append(span)
            continue
        (value,) = found
        has_list = has_list or isinstance(value, list | tuple)
        for item in value if isinstance(value, list | tuple) else (value,):
            if not isinstance(item, Range):
                values.append(item)
            elif item.low is not None and item.high is not None:
                spans.append(Span(item.low, item.high, item.has_low, item.has_high))
    return Written(tuple(values), tuple(spans), tests.negated, has_list)


def _compared(test: tree.OperatorTest | tree.ValueTest, value: object) -> Span | None:
    """Return what `< 5` and its like accept; None for any other test."""
    if not isinstance(test, tree.OperatorTest) or test.operator not in _ENDS or value is None:
        return None
    is_above, is_closed = _ENDS[test.operator]
    return Span(low=value, has_low=is_closed) if is_above else Span(high=value, has_high=is_closed)


def _constant(node: tree.Node) -> tuple[object] | None:
    compiler = Compiler()
    closure = compiler.compile(node)
    if not compiler.reads.is_constant:
        return None
    try:
        return (closure({}, Run(steps=FEW_STEPS)),)
    except FeelStopped:
        return None
