"""FEEL, the expression language of diagrams, forms and decision tables: an own subset, compiled to closures.

Accepted: an optional leading `=`; numbers (decimals exact), texts, true, false, null, `@"2026-01-01"`; lists, contexts,
ranges; names of any script and dotted paths; `+ - * / **`; `= != < <= > >=`; `and or not()`; `in`, `between`;
`if then else`; `some`/`every ... satisfies`; `xs[1]`, `xs[item > 3]`; the functions of `functions.py`.
A missing name is null; whoever asks a yes-or-no question takes only `true` for yes.
"""

from collections.abc import Mapping
from functools import lru_cache

from app.domain.feel.compiler import Compiler
from app.domain.feel.functions import ARITIES, FUNCTIONS, HOST_FUNCTIONS
from app.domain.feel.lexer import is_feel_name
from app.domain.feel.parser import parse_expression, parse_unary_tests
from app.domain.feel.refusals import FeelRefused, FeelStopped
from app.domain.feel.run import STEP_LIMIT, Run

__all__ = [
    "FUNCTIONS",
    "HOST_FUNCTIONS",
    "STEP_LIMIT",
    "Expression",
    "FeelRefused",
    "FeelStopped",
    "Run",
    "UnaryTests",
    "compile_expression",
    "compile_unary_tests",
    "evaluate_unary_tests",
    "is_feel_name",
]

_KEPT = 20_000


class Expression:
    """A checked expression; call it with the variables.

    names: the variables it reads. filter_names: names read inside `xs[...]`, each a field of an item or a variable.
    paths: the dotted paths it reads. functions: the functions it calls.
    """

    __slots__ = ("_run", "filter_names", "functions", "names", "paths", "text", "tree")

    def __init__(self, text: str) -> None:
        body = text.lstrip()
        offset = len(text) - len(body)
        if body.startswith("=") and not body.startswith("=="):
            body, offset = body[1:], offset + 1
        self.text = text
        self.tree = parse_expression(body, ARITIES, offset=offset)
        compiler = Compiler()
        self._run = compiler.compile(self.tree)
        self.names = frozenset(compiler.reads.names)
        self.filter_names = frozenset(compiler.reads.filter_names)
        self.paths = frozenset(compiler.reads.paths)
        self.functions = frozenset(compiler.reads.functions)

    def __call__(self, scope: Mapping[str, object], run: Run | None = None) -> object:
        """Evaluate over `scope`. run: the budget of the move; without one a budget of its own.

        Raises FeelStopped when the budget is used up or a value grows too large.
        """
        return self._run(scope, run or Run())


class UnaryTests:
    """The checked tests of one cell of a decision table; call them with the input value and the variables."""

    __slots__ = ("_run", "functions", "names", "text", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parse_unary_tests(text, ARITIES)
        compiler = Compiler()
        self._run = compiler.compile_tests(self.tree)
        self.names = frozenset(compiler.reads.names)
        self.functions = frozenset(compiler.reads.functions)

    def __call__(self, value: object, scope: Mapping[str, object], run: Run | None = None) -> bool | None:
        """Say whether `value` passes; None when that cannot be known, which counts as no."""
        return self._run(value, scope, run or Run())


@lru_cache(_KEPT)
def compile_expression(text: str) -> Expression:
    """Check and compile an expression; compiled ones are kept.

    Raises FeelRefused with the position of the fault, also for texts over 2,000 characters, 400 parts or 40 levels.
    """
    return Expression(text)


@lru_cache(_KEPT)
def compile_unary_tests(text: str) -> UnaryTests:
    """Check and compile the tests of a cell such as `< 10, > 40`, `not("A")`, `? > 3` or `-`. Raises FeelRefused."""
    return UnaryTests(text)


def evaluate_unary_tests(text: str, value: object, scope: Mapping[str, object]) -> bool:
    """Say whether `value` passes the tests of a cell; what cannot be known does not pass. Raises FeelRefused."""
    return compile_unary_tests(text)(value, scope) is True
