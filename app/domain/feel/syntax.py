"""What the parser hands to the compiler: an expression as a tree. Chains are flat, so depth is what brackets make."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written down."""

    value: object


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Input:
    """`?`: the value that unary tests are about."""


@dataclass(frozen=True, slots=True)
class Path:
    """`base.a.b`."""

    base: "Node"
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """`base[1]` or `base[condition]`."""

    base: "Node"
    inner: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """A published function with positional arguments."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`not(x)`."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Minus:
    """`-x`."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first + a - b`: operators of one rank, from the left."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`a and b and c` or `a or b or c`."""

    word: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a < b`, with = != < <= > >=."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Between:
    """`a between low and high`, both ends included."""

    operand: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True, slots=True)
class In:
    """`a in tests`."""

    operand: "Node"
    tests: "Tests"


@dataclass(frozen=True, slots=True)
class Choice:
    """`if a then b else c`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Quantified:
    """`some x in xs satisfies body`, or `every`."""

    word: str
    variable: str
    items: "Node"
    body: "Node"


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Context:
    """`{a: 1, "b": 2}`."""

    entries: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class RangeOf:
    """`[1..9]`, `(1..9]`: whether an end itself belongs to it."""

    low: "Node"
    high: "Node"
    has_low: bool
    has_high: bool


@dataclass(frozen=True, slots=True)
class OperatorTest:
    """`< 10` in a cell of a decision table."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class ValueTest:
    """A value, list or range in a cell; or, where it reads `?`, a condition."""

    operand: "Node"
    reads_input: bool


@dataclass(frozen=True, slots=True)
class Tests:
    """Tests of which one has to hold; none at all = anything (`-`). `negated`: `not(...)` around them."""

    tests: tuple[OperatorTest | ValueTest, ...]
    negated: bool = False


Node = (
    Literal
    | Name
    | Input
    | Path
    | Filter
    | Call
    | Negation
    | Minus
    | Arithmetic
    | Logic
    | Comparison
    | Between
    | In
    | Choice
    | Quantified
    | ListOf
    | Context
    | RangeOf
)
