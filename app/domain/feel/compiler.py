"""Trees to closures. A closure takes the variables and the run; it reads mappings and lists, never attributes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.feel import cells
from app.domain.feel import syntax as tree
from app.domain.feel.access import as_list, equal_counted, pick, step_into
from app.domain.feel.calls import host_call, published_call
from app.domain.feel.functions import FUNCTIONS, HOST_FUNCTIONS
from app.domain.feel.run import INPUT, Closure, Run, Scope, TestClosure
from app.domain.feel.values import ORDERS, Range, calculate, compare, is_number, negate

ITEM = "item"


@dataclass(slots=True)
class Reads:
    """What an expression reads, filled while it is compiled. paths: dotted, as far as they are written.

    is_of_input: it reads `?`.
    """

    names: set[str] = field(default_factory=set)
    filter_names: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    is_of_input: bool = False

    @property
    def is_constant(self) -> bool:
        """Say whether the expression gives the same value whenever it is asked."""
        return not (self.names or self.filter_names or self.is_of_input or self.functions & HOST_FUNCTIONS.keys())


class Compiler:
    """Compiles one expression. `reads` tells afterwards what it looks at."""

    def __init__(self) -> None:
        self.reads = Reads()
        self._bound: list[str] = []
        self._filters = 0
        self._size = 0

    def compile(self, node: tree.Node) -> Closure:
        """Return the closure of a tree."""
        self._size += 1
        closure: Closure = _COMPILERS[type(node)](self, node)
        return closure

    def compile_tests(self, tests: tree.Tests) -> TestClosure:
        """Return the closure of the tests of one cell: of the value, the variables and the run."""
        parts = [self._test(test) for test in tests.tests]
        if not parts:
            return cells.anything
        test = parts[0] if len(parts) == 1 else cells.one_of(parts)
        return cells.none_of(test) if tests.negated else test

    def sized(self, node: tree.Node) -> tuple[Closure, int]:
        """Return the closure and the number of parts it consists of, which is what one pass of a loop costs."""
        before = self._size
        return self.compile(node), self._size - before + 1

    # ------------------------------------------------------------ values and names
    def literal(self, node: tree.Literal) -> Closure:
        """Give the value written down."""
        value = node.value
        return lambda _scope, _run: value

    def input(self, _node: tree.Input) -> Closure:
        """Give the value that the tests of a cell are about."""
        self.reads.is_of_input = True
        return lambda scope, _run: scope.get(INPUT)

    def name(self, node: tree.Name) -> Closure:
        """Look a variable up; what is missing is null."""
        name = node.name
        self._reads(name)
        return lambda scope, _run: scope.get(name)

    def path(self, node: tree.Path) -> Closure:
        """Follow a dotted path through contexts; a list gives the list of what its items have."""
        base, steps = self.compile(node.base), node.steps
        if isinstance(node.base, tree.Name) and node.base.name not in self._bound:
            self.reads.paths.add(".".join((node.base.name, *steps)))
        if len(steps) == 1:
            return lambda scope, run, step=steps[0]: step_into(base(scope, run), step, run)  # type: ignore[misc]

        def follow(scope: Scope, run: Run) -> object:
            value = base(scope, run)
            for step in steps:
                value = step_into(value, step, run)
            return value

        return follow

    def _reads(self, name: str) -> None:
        if name in self._bound:
            return
        (self.reads.filter_names if self._filters else self.reads.names).add(name)

    # ------------------------------------------------------------ logic and comparison
    def logic(self, node: tree.Logic) -> Closure:
        """Three-valued `and`, `or`: one false (true) decides, null stays null otherwise."""
        operands = [self.compile(operand) for operand in node.operands]
        deciding = node.word == "or"

        def evaluate(scope: Scope, run: Run) -> object:
            is_known = True
            for operand in operands:
                value = operand(scope, run)
                if value is deciding:
                    return deciding
                if value is not (not deciding):
                    is_known = False
            return not deciding if is_known else None

        return evaluate

    def comparison(self, node: tree.Comparison) -> Closure:
        """= != < <= > >=; kinds that do not fit give null."""
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator in ORDERS:
            order = ORDERS[node.operator]
            return lambda scope, run: compare(left(scope, run), right(scope, run), order)
        wanted = node.operator == "="

        def evaluate(scope: Scope, run: Run) -> object:
            found = equal_counted(left(scope, run), right(scope, run), run)
            return None if found is None else found is wanted

        return evaluate

    def between(self, node: tree.Between) -> Closure:
        """Both ends included."""
        operand, low, high = self.compile(node.operand), self.compile(node.low), self.compile(node.high)
        return lambda scope, run: Range(low(scope, run), high(scope, run), has_low=True, has_high=True).contains(
            operand(scope, run)
        )

    def is_in(self, node: tree.In) -> Closure:
        """Apply tests to a value."""
        operand, tests = self.compile(node.operand), self.compile_tests(node.tests)
        return lambda scope, run: tests(operand(scope, run), scope, run)

    def negation(self, node: tree.Negation) -> Closure:
        """Turn a boolean round; anything else is null."""
        operand = self.compile(node.operand)

        def evaluate(scope: Scope, run: Run) -> object:
            value = operand(scope, run)
            return not value if isinstance(value, bool) else None

        return evaluate

    def choice(self, node: tree.Choice) -> Closure:
        """Only true takes the first branch; null takes the second."""
        condition, then, otherwise = (self.compile(part) for part in (node.condition, node.then, node.otherwise))
        return lambda scope, run: then(scope, run) if condition(scope, run) is True else otherwise(scope, run)

    # ------------------------------------------------------------ arithmetic, lists, contexts
    def minus(self, node: tree.Minus) -> Closure:
        """Change the sign."""
        operand = self.compile(node.operand)
        return lambda scope, run: negate(operand(scope, run))

    def arithmetic(self, node: tree.Arithmetic) -> Closure:
        """Operators of one rank, from the left."""
        first = self.compile(node.first)
        rest = [(sign, self.compile(operand)) for sign, operand in node.rest]

        def evaluate(scope: Scope, run: Run) -> object:
            value = first(scope, run)
            for sign, operand in rest:
                value = calculate(sign, value, operand(scope, run))
            return value

        return evaluate

    def list_of(self, node: tree.ListOf) -> Closure:
        """Build a list."""
        items = [self.compile(item) for item in node.items]
        return lambda scope, run: [item(scope, run) for item in items]

    def context(self, node: tree.Context) -> Closure:
        """Build a context; entries do not see each other."""
        entries = [(key, self.compile(value)) for key, value in node.entries]
        return lambda scope, run: {key: value(scope, run) for key, value in entries}

    def range_of(self, node: tree.RangeOf) -> Closure:
        """Build a range."""
        low, high = self.compile(node.low), self.compile(node.high)
        ends = {"has_low": node.has_low, "has_high": node.has_high}
        return lambda scope, run: Range(low(scope, run), high(scope, run), **ends)

    # ------------------------------------------------------------ loops
    def quantified(self, node: tree.Quantified) -> Closure:
        """`some` and `every`; every pass costs the size of the body."""
        items, variable, wanted = self.compile(node.items), node.variable, node.word == "some"
        self._bound.append(variable)
        body, cost = self.sized(node.body)
        self._bound.pop()

        def evaluate(scope: Scope, run: Run) -> object:
            found = items(scope, run)
            if found is None:
                return None
            run.spend(len(scope))
            inner = dict(scope)
            for item in as_list(found):
                run.spend(cost)
                inner[variable] = item
                if (body(inner, run) is True) is wanted:
                    return wanted
            return not wanted

        return evaluate

    def filter(self, node: tree.Filter) -> Closure:
        """Pick by position (from 1, negative from the end) or by a condition over each item."""
        base = self.compile(node.base)
        position = _written_position(node.inner)
        if position:
            return lambda scope, run: pick(base(scope, run), position)
        self._bound.append(ITEM)
        self._filters += 1
        inner, cost = self.sized(node.inner)
        self._filters -= 1
        self._bound.pop()

        def evaluate(scope: Scope, run: Run) -> object:
            found = base(scope, run)
            return None if found is None else _filtered(as_list(found), inner, cost, scope, run)

        return evaluate

    def call(self, node: tree.Call) -> Closure:
        """Call a published function; arguments of other kinds than it takes give null."""
        arguments = [self.compile(argument) for argument in node.arguments]
        self.reads.functions.add(node.function)
        function = FUNCTIONS.get(node.function)
        if function is None:
            return host_call(node.function, arguments)
        return published_call(function, arguments)

    # ------------------------------------------------------------ tests
    def _test(self, test: tree.OperatorTest | tree.ValueTest) -> TestClosure:
        operand = self.compile(test.operand)
        if isinstance(test, tree.OperatorTest):
            return cells.operator_test(test.operator, operand)
        return cells.condition_test(operand) if test.reads_input else cells.value_test(operand)


def _written_position(node: tree.Node) -> int:
    sign, literal = (-1, node.operand) if isinstance(node, tree.Minus) else (1, node)
    if isinstance(literal, tree.Literal) and isinstance(literal.value, int) and not isinstance(literal.value, bool):
        return sign * literal.value
    return 0


def _filtered(items: Sequence[object], inner: Closure, cost: int, scope: Scope, run: Run) -> object:
    if not items:
        # A position in an empty list is null; a condition over it leaves an empty list.
        return None if is_number(inner({**scope, ITEM: None}, run)) else []
    found: list[object] = []
    for item in items:
        run.spend(cost + len(scope))
        seen = {**scope, **item, ITEM: item} if isinstance(item, Mapping) else {**scope, ITEM: item}
        result = inner(seen, run)
        if is_number(result):
            return pick(items, result)
        if result is True:
            found.append(item)
    return found


_COMPILERS: Mapping[type, Callable[..., Closure]] = {
    tree.Literal: Compiler.literal,
    tree.Name: Compiler.name,
    tree.Input: Compiler.input,
    tree.Path: Compiler.path,
    tree.Filter: Compiler.filter,
    tree.Call: Compiler.call,
    tree.Negation: Compiler.negation,
    tree.Minus: Compiler.minus,
    tree.Arithmetic: Compiler.arithmetic,
    tree.Logic: Compiler.logic,
    tree.Comparison: Compiler.comparison,
    tree.Between: Compiler.between,
    tree.In: Compiler.is_in,
    tree.Choice: Compiler.choice,
    tree.Quantified: Compiler.quantified,
    tree.ListOf: Compiler.list_of,
    tree.Context: Compiler.context,
    tree.RangeOf: Compiler.range_of,
}
