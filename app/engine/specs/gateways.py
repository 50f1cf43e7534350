"""Gateways. A join holds the tokens that arrived and uses one of each incoming flow; it merges no data."""

from collections import Counter
from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway, ParallelGateway

from app.engine.expressions import Condition
from app.engine.faults import NoMatchingFlow
from app.engine.library_fixes import CaseProcess, CaseTask
from app.engine.places import place_of
from app.engine.specs.node import CaseNode


class _Choice(CaseNode):
    """Mixin of gateways with conditions. The flow without a condition is taken when no condition holds."""

    cond_task_specs: list[tuple[Condition | None, str]]

    def matching(self, my_task: CaseTask) -> Iterator[str]:
        """Yield the targets whose condition holds, in the order drawn."""
        for condition, name in self.cond_task_specs:
            if condition is not None and condition.holds(my_task):
                yield name

    def default(self, my_task: CaseTask) -> str:
        """Return the target without a condition. Raises NoMatchingFlow when there is none."""
        for condition, name in self.cond_task_specs:
            if condition is None:
                return name
        raise NoMatchingFlow(element=place_of(my_task))


class CaseExclusiveGateway(_Choice, ExclusiveGateway):
    """Takes the first flow whose condition holds."""

    def targets(self, my_task: CaseTask) -> list[str]:
        """Choose one."""
        return [next(self.matching(my_task), None) or self.default(my_task)]


class TokenJoin(CaseNode):
    """Mixin of gateways that wait for tokens."""

    _inputs: list[str]
    name: str

    def _update_hook(self, my_task: CaseTask) -> bool:
        if len(self._inputs) == 1:
            return True
        my_task.wait()
        return self.is_joined_by(my_task)

    def is_joined_by(self, _task: CaseTask) -> bool:
        """Say whether the token that arrives now is the last one the join waits for."""
        return False

    def arrivals(self, process: CaseProcess) -> dict[str, list[CaseTask]]:
        """Return the waiting tokens by the node they came from, oldest first."""
        found: dict[str, list[CaseTask]] = {}
        for task in process.live.values():
            if task.task_spec is self and task.is_waiting:
                found.setdefault(task.parent.task_spec.name, []).append(task)
        return found


def _use(tokens: list[CaseTask], survivor: CaseTask) -> None:
    """Melt `tokens` into `survivor`."""
    for token in tokens:
        if token is not survivor:
            token.cancel()


class CaseParallelGateway(TokenJoin, ParallelGateway):
    """Joins when each incoming flow has a token. Surplus tokens stay for the next time."""

    def is_joined_by(self, my_task: CaseTask) -> bool:
        """Join at once when `my_task` was the last; count two flows from one node as two."""
        arrived = self.arrivals(my_task.workflow)
        used: list[CaseTask] = []
        for name, count in Counter(self._inputs).items():
            tokens = arrived.get(name, ())
            if len(tokens) < count:
                return False
            used += tokens[:count]
        _use(used, my_task)
        return True


class CaseInclusiveGateway(_Choice, TokenJoin, InclusiveGateway):
    """Joins when no other token can still reach a flow that has none (BPMN 2.0, section 13.4.3).

    A token that can reach a flow that has one as well does not count. `steps.advance` asks when nothing else moves.
    """

    reach: dict[str, frozenset[str]]
    _wf_spec: BpmnTaskSpec

    def seal(self) -> None:
        """Compute from where each incoming flow can be reached without passing here; once, when parsed."""
        self.reach = {name: self._upstream(name) for name in self._inputs}

    def targets(self, my_task: CaseTask) -> list[str]:
        """Choose every flow whose condition holds."""
        return list(self.matching(my_task)) or [self.default(my_task)]

    def join(self, process: CaseProcess) -> bool:
        """Let the tokens of one activation go on together. Returns whether there was one."""
        arrived = self.arrivals(process)
        missing = [name for name in self.reach if name not in arrived]
        if missing:
            to_missing = frozenset().union(*(self.reach[name] for name in missing))
            to_arrived = frozenset().union(*(self.reach.get(name, frozenset()) for name in arrived))
            blocking = to_missing - to_arrived
            if any(task.task_spec.name in blocking for task in process.live.values()):
                return False
        used = [tokens[0] for tokens in arrived.values()]
        _use(used, used[-1])
        used[-1].ready()
        return True

    def _upstream(self, name: str) -> frozenset[str]:
        specs, found, open_names = self._wf_spec.task_specs, set(), [name]
        while open_names:
            current = open_names.pop()
            if current not in found and current != self.name:
                found.add(current)
                open_names.extend(node.name for node in specs[current].inputs)
        return frozenset(found)
