"""Calls of functions: of the published table, and of those the host lends for one move."""

from collections.abc import Sequence

from app.domain.feel.functions import Function
from app.domain.feel.run import Closure, Run, Scope

CALL_COST = 4


def published_call(function: Function, arguments: Sequence[Closure]) -> Closure:
    """Return the closure of a call; arguments of other kinds than the function takes give null."""
    run_function, takes_null, accepts = function.run, function.takes_null, function.accepts

    def evaluate(scope: Scope, run: Run) -> object:
        given = [argument(scope, run) for argument in arguments]
        if not takes_null and None in given:
            return None
        run.spend(CALL_COST)
        for value in given:
            if isinstance(value, str | list | tuple):
                run.spend(len(value) ** 2 if function.is_quadratic else len(value))
        if not accepts(given):
            return None
        try:
            return run_function(*given)
        except (ArithmeticError, TypeError, ValueError):
            # Arguments of the right kind and an impossible value, such as the 30th of February, give null.
            return None

    return evaluate


def host_call(name: str, arguments: Sequence[Closure]) -> Closure:
    """Return the closure of a call the host answers; without a host it is null."""

    def evaluate(scope: Scope, run: Run) -> object:
        given = [argument(scope, run) for argument in arguments]
        host = run.hosts.get(name)
        return None if host is None or None in given else host(*given)

    return evaluate
