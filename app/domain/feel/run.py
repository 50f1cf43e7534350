"""What an evaluation carries along: its budget, and functions lent by the host."""

from collections.abc import Callable, Mapping

from app.domain.feel.refusals import FeelStopped

# Ends within half a second, the time a move may take while it holds the lock of its case.
STEP_LIMIT = 500_000
INPUT = "?"


class Run:
    """The budget of one move or one evaluation, and the functions its host lends it.

    steps: how many parts of expressions may be evaluated inside loops; shared by all expressions that get this run.
    hosts: `working days between` and `add working days` with the calendar of the case; without them they give null.
    """

    __slots__ = ("hosts", "left")

    def __init__(self, *, steps: int = STEP_LIMIT, hosts: Mapping[str, Callable[..., object]] | None = None) -> None:
        self.left = steps
        self.hosts = hosts or {}

    def spend(self, steps: int) -> None:
        """Count `steps`. Raises FeelStopped `feel_step_limit` when the budget is used up."""
        self.left -= steps
        if self.left < 0:
            raise FeelStopped("feel_step_limit")


Scope = Mapping[str, object]
Closure = Callable[[Scope, Run], object]
TestClosure = Callable[[object, Scope, Run], bool | None]
