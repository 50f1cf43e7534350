"""Decision tables (决策表) as values; their columns are indexed, so that evaluation narrows a bit mask of rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import RuleViolation
from app.domain.feel import Expression, Run, UnaryTests
from app.domain.feel.syntax import Literal, ValueTest
from app.domain.feel.values import exact


class HitPolicy(StrEnum):
    """What counts when several rules match (命中策略)."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


class Aggregator(StrEnum):
    """What COLLECT makes of the results."""

    LIST = ""
    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


LISTING = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)
RANKED = (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)


class DecisionFault(RuleViolation):
    """The rules contradict each other, or give nothing that can be used, for these values.

    facts: `decision`, its name, and `rules`, the numbers of the rules as text.
    """

    default_code = "decision_rules_overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A result column. allowed: the values it may take, most important first; default: when no rule matches."""

    name: str
    allowed: tuple[object, ...] = ()
    default: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row. number: from 1, as drawn; line: of the file, 0 when there is none."""

    number: int
    tests: tuple[UnaryTests, ...]
    outputs: tuple[Expression, ...]
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A condition column, indexed: masks say by bit which rules accept a value.

    always: rules without a test here. by_value: a written value -> rules that ask for it. tests: every other test
    once, with the rules that hold it.
    """

    expression: Expression
    always: int
    by_value: Mapping[object, int]
    tests: tuple[tuple[UnaryTests, int], ...]

    def matching(self, candidates: int, scope: Mapping[str, object], run: Run) -> int:
        """Return those of the `candidates` that accept the value this column has in `scope`."""
        value = self.expression(scope, run)
        found = self.always | self.by_value.get(_key(value), 0)
        for test, rules in self.tests:
            if rules & candidates & ~found and test(value, scope, run) is True:
                found |= rules
        return candidates & found


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """A compiled table; build it with `build_table`."""

    policy: HitPolicy
    aggregator: Aggregator
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision of a file. requires: ids of the decisions whose results it reads, under their id and name."""

    id: str
    name: str
    body: DecisionTable | Expression
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """What a decision gives. rules: numbers of the matching rules; required: the same for what it needed, by id."""

    value: object
    rules: tuple[int, ...] = ()
    required: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def build_table(
    *,
    policy: HitPolicy,
    aggregator: Aggregator = Aggregator.LIST,
    inputs: Sequence[Expression],
    outputs: Sequence[Output],
    rules: Sequence[Rule],
) -> DecisionTable:
    """Index the rules of a table by what each column asks for. Every rule has one test an input, one cell an output."""
    columns = tuple(
        _indexed(expression, [rule.tests[place] for rule in rules]) for place, expression in enumerate(inputs)
    )
    return DecisionTable(
        policy=policy, aggregator=aggregator, columns=columns, outputs=tuple(outputs), rules=tuple(rules)
    )


def _indexed(expression: Expression, cells: list[UnaryTests]) -> Column:
    always = 0
    by_value: dict[object, int] = {}
    tests: dict[str, tuple[UnaryTests, int]] = {}
    for place, cell in enumerate(cells):
        rule = 1 << place
        written = _written_values(cell)
        if not cell.tree.tests:
            always |= rule
        elif written is None:
            tests[cell.text] = (cell, tests.get(cell.text, (cell, 0))[1] | rule)
        else:
            for value in written:
                by_value[_key(value)] = by_value.get(_key(value), 0) | rule
    return Column(expression=expression, always=always, by_value=by_value, tests=tuple(tests.values()))


def _written_values(cell: UnaryTests) -> list[object] | None:
    """Return the plain values a cell asks for; None when it asks for anything else, and then it is evaluated."""
    values: list[object] = []
    for test in cell.tree.tests:
        if not isinstance(test, ValueTest) or not isinstance(test.operand, Literal):
            return None
        values.append(test.operand.value)
    return None if cell.tree.negated else values


class _NoKey:
    """Stands for values that no written value equals: lists, contexts, numbers that are not finite."""


_NO_KEY = _NoKey()


def _key(value: object) -> object:
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
