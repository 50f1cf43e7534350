"""Play a definition at random: whether its tokens reach the end, whatever its conditions say.

Choices, loops and collections are thrown with dice, because a diagram of another system names variables nobody here
knows. So a walk proves the flow of tokens and nothing about conditions.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from app.domain.errors import CaseworkError
from app.domain.feel import FeelStopped
from app.engine import runner
from app.engine.faults import LoopLimit
from app.engine.library_fixes import CaseTask
from app.engine.parser import Definition
from app.engine.specs.activities import HUMAN_TASKS, MemberCase, ServiceCall
from app.engine.specs.decisions import DecisionTask
from app.engine.specs.gateways import CaseExclusiveGateway, CaseInclusiveGateway
from app.engine.specs.instances import ParallelInstances, SequentialInstances
from app.engine.specs.thrown import Throw
from app.engine.specs.waits import Wait, fire, open_waits
from app.engine.steps import advance

MOST_MOVES = 400
TWO_ITEMS = ["x", "y"]
WAIT_SHARE = 0.3
HALF = 0.5
ENDED, STUCK, GOES_ON, STOPPED = "ended", "stuck", "goes_on", "stopped"


class _Dice:
    """Stands where a condition stood."""

    def __init__(self, throw: Callable[[], object]) -> None:
        self._throw = throw

    def holds(self, _task: object) -> bool:
        """Say yes or no at random."""
        return self._throw() is True

    def value(self, _task: object) -> object:
        """Return what was thrown."""
        return self._throw()


def load_dice(definition: Definition, random: Random) -> None:
    """Put dice in the place of every condition. The definition is spoilt for cases; parse another one for them."""
    coin = _Dice(lambda: random.random() < HALF)
    for process in definition.subprocess_specs.values():
        for spec in process.task_specs.values():
            _load(spec, coin, random)


def _load(spec: Any, coin: _Dice, random: Random) -> None:
    kind = type(spec)
    if issubclass(kind, CaseExclusiveGateway):
        spec.targets = lambda _task: [random.choice(spec.cond_task_specs)[1]]
    elif issubclass(kind, CaseInclusiveGateway):
        spec.targets = lambda _task: _some([name for _condition, name in spec.cond_task_specs], random)
    elif issubclass(kind, ParallelInstances | SequentialInstances):
        spec.collection = _Dice(lambda: list(TWO_ITEMS))
        spec.completion = None
    elif issubclass(kind, ServiceCall):
        spec.input_expression = None
    elif issubclass(kind, DecisionTask):
        spec._run_hook = lambda _task: True  # noqa: SLF001
    if getattr(spec, "repeats_while", None) is not None:
        spec.repeats_while = coin
    trigger: Any = getattr(spec, "event_definition", None)
    if issubclass(type(trigger), Wait) and trigger.condition is not None:
        trigger.condition = _Dice(lambda: False)
    if issubclass(type(trigger), Throw):
        trigger.correlation, trigger.inputs = None, None


def _some(names: list[str], random: Random) -> list[str]:
    return [name for name in names if random.random() < HALF] or names[:1]


def walk(definition: Definition, random: Random) -> str:
    """Play one instance of a definition whose conditions are dice: people, waits and services in any order.

    Returns `ended`; `stuck` when nothing was left to do before the end; `goes_on` when the moves were used up; `stopped`
    when the engine refused to go on.
    """
    try:
        instance = runner.begin(definition, {})
    except LoopLimit:
        return GOES_ON
    except (CaseworkError, FeelStopped):
        return STOPPED
    return walk_on(instance, random)[0]


def walk_on(
    instance: runner.Instance,
    random: Random,
    *,
    most_moves: int = MOST_MOVES,
    keep: Callable[[runner.Instance], runner.Instance] = lambda instance: instance,
) -> tuple[str, runner.Instance]:
    """Play an instance on from where it stands. Returns how that ended, as `walk` does, and the instance.

    keep: what is done with the instance before each move, such as saving and loading it; its answer is played on.
    """
    try:
        for _ in range(most_moves):
            instance = keep(instance)
            if instance.ended:
                return ENDED, instance
            moves = list(_moves(instance))
            if not moves:
                return STUCK, instance
            waits = [move for is_wait, move in moves if is_wait]
            acts = [move for is_wait, move in moves if not is_wait]
            chosen = waits if not acts or (waits and random.random() < WAIT_SHARE) else acts
            random.choice(chosen)()
            instance.workflow.begin_move()
            advance(instance.workflow)
    except LoopLimit:
        return GOES_ON, instance
    except (CaseworkError, FeelStopped):
        return STOPPED, instance
    return (ENDED if instance.ended else GOES_ON), instance


def _moves(instance: runner.Instance) -> Iterator[tuple[bool, Callable[[], object]]]:
    """Yield what may happen next, and whether it is something that is waited for."""
    for task in instance.workflow.live_tasks():
        spec = task.task_spec
        if task.is_ready and isinstance(spec, (*HUMAN_TASKS, MemberCase)):
            yield False, task.run
        elif task.is_started and isinstance(spec, ServiceCall):
            yield False, task.complete
        for wait in open_waits(task):
            yield True, _firing(task, wait.key)


def _firing(task: CaseTask, key: str) -> Callable[[], object]:
    return lambda: fire(task, key)
