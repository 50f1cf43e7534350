"""Decision tables (决策表) as values: inputs, rules, outputs, and what a decision gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.decision_index import Column, index_column
from app.domain.decision_types import conversion_of
from app.domain.errors import RuleViolation
from app.domain.feel import Expression, UnaryTests


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
class Input:
    """A condition column as written. kind: its `typeRef`, empty where it has none; allowed: its input values."""

    expression: Expression
    kind: str = ""
    allowed: UnaryTests | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """A compiled table; build it with `build_table`."""

    policy: HitPolicy
    aggregator: Aggregator
    inputs: tuple[Input, ...]
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision. requires: ids of the decisions whose results it reads, under their id and name; file, line: its place."""

    id: str
    name: str
    body: DecisionTable | Expression
    requires: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """What a decision gives. rules: numbers of the matching rules; required: results of what it needed, by id.

    inputs: (expression of a column, the value it was asked about), as far as they were looked at.
    """

    value: object
    rules: tuple[int, ...] = ()
    inputs: tuple[tuple[str, object], ...] = ()
    required: Mapping[str, "DecisionResult"] = field(default_factory=dict)


def build_table(
    *,
    policy: HitPolicy,
    aggregator: Aggregator = Aggregator.LIST,
    inputs: Sequence[Input],
    outputs: Sequence[Output],
    rules: Sequence[Rule],
) -> DecisionTable:
    """Index the rules of a table by what each column asks for. Every rule has one test an input, one cell an output."""
    columns = tuple(
        index_column(item.expression, [rule.tests[place] for rule in rules], conversion_of(item.kind))
        for place, item in enumerate(inputs)
    )
    return DecisionTable(
        policy=policy,
        aggregator=aggregator,
        inputs=tuple(inputs),
        columns=columns,
        outputs=tuple(outputs),
        rules=tuple(rules),
    )
