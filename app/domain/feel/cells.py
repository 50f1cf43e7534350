"""Tests of a cell of a decision table as closures of the value, the variables and the run."""

from collections.abc import Sequence

from app.domain.feel.access import equal_counted, matches
from app.domain.feel.run import INPUT, Closure, Run, Scope, TestClosure
from app.domain.feel.values import ORDERS, compare


def anything(_value: object, _scope: Scope, _run: Run) -> bool:
    """Accept every value, as `-` does."""
    return True


def one_of(parts: Sequence[TestClosure]) -> TestClosure:
    """One test has to hold; when none does and one cannot be known, neither can the whole."""

    def evaluate(value: object, scope: Scope, run: Run) -> bool | None:
        found: bool | None = False
        for part in parts:
            result = part(value, scope, run)
            if result is True:
                return True
            if result is None:
                found = None
        return found

    return evaluate


def operator_test(operator: str, operand: Closure) -> TestClosure:
    """Compare the value with the operand."""
    if operator in ORDERS:
        order = ORDERS[operator]
        return lambda value, scope, run: compare(value, operand(scope, run), order)
    wanted = operator == "="

    def evaluate(value: object, scope: Scope, run: Run) -> bool | None:
        found = equal_counted(value, operand(scope, run), run)
        return None if found is None else found is wanted

    return evaluate


def none_of(test: TestClosure) -> TestClosure:
    """Turn a test round; what cannot be known stays so."""

    def evaluate(value: object, scope: Scope, run: Run) -> bool | None:
        found = test(value, scope, run)
        return None if found is None else not found

    return evaluate


def value_test(operand: Closure) -> TestClosure:
    """Compare with a value, or look into a list or range."""
    return lambda value, scope, run: matches(value, operand(scope, run), run)


def condition_test(operand: Closure) -> TestClosure:
    """Ask a condition that reads the value as `?`."""

    def evaluate(value: object, scope: Scope, run: Run) -> bool | None:
        found = operand({**scope, INPUT: value}, run)
        return found if isinstance(found, bool) else None

    return evaluate
