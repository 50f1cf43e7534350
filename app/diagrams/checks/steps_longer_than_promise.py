"""Steps whose limits add up to more than the promise of the matter break it even if everybody is in time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.diagrams.findings import finding
from app.diagrams.foreign import as_limit
from app.diagrams.graph import TASKS, Graph, Node
from app.diagrams.longest_path import Onward, first_nodes, longest_paths, onward_of, reachable
from app.domain.diagram import Finding, Promise, Published
from app.domain.errors import InvalidInput
from app.domain.limit import DurationLimit, LimitExpression, NamedLimit, TimeLimit, format_limit, parse_limit
from app.domain.vocabulary import ClockName, LimitUnit

PROMISES = frozenset({ClockName.PROMISED.value, ClockName.BUNDLE_PROMISED.value})
ACCEPTING = frozenset({"accept_case", "accept_by_silence"})
SUSPENDING, RESUMING = "suspend_clock", "resume_clock"
WHOLE = 100
SECONDS_A_DAY = 86_400

# (unit of a step, unit of the promise) -> (so many of the first, take at least so many of the second). No office is
# open longer than 24 hours a day, and any fourteen days hold three working days, also around the longest holidays; a
# plan does not reckon with weeks of closure. What is not named here may take no time at all.
LEAST: Mapping[tuple[LimitUnit, LimitUnit], tuple[int, int]] = {
    (LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY): (24, 1),
    (LimitUnit.DAY, LimitUnit.WORKING_DAY): (14, 3),
    (LimitUnit.HOUR, LimitUnit.WORKING_DAY): (14 * 24, 3),
    (LimitUnit.SECOND, LimitUnit.WORKING_DAY): (14 * SECONDS_A_DAY, 3),
    (LimitUnit.MONTH, LimitUnit.WORKING_DAY): (1, 6),
    (LimitUnit.WORKING_DAY, LimitUnit.DAY): (1, 1),
    (LimitUnit.WORKING_HOUR, LimitUnit.DAY): (24, 1),
    (LimitUnit.HOUR, LimitUnit.DAY): (24, 1),
    (LimitUnit.SECOND, LimitUnit.DAY): (SECONDS_A_DAY, 1),
    (LimitUnit.MONTH, LimitUnit.DAY): (1, 28),
    (LimitUnit.WORKING_HOUR, LimitUnit.HOUR): (1, 1),
    (LimitUnit.SECOND, LimitUnit.HOUR): (3600, 1),
}

CODE = "steps-longer-than-promise"
SEVERITY = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """What the limits of a way are held against. unit: of the promise; None for shares of it."""

    most: int
    promise: str
    unit: LimitUnit | None = None

    def weigh(self, limit: LimitExpression) -> int:
        """Return what a limit takes at least; 0 for one that says nothing in this measure."""
        if self.unit is not None:
            return _least(limit, self.unit)
        is_share = isinstance(limit, NamedLimit) and limit.clock in PROMISES and limit.offset is None
        return (limit.percent or WHOLE) if isinstance(limit, NamedLimit) and is_share else 0

    def say(self, limits: list[LimitExpression], total: int) -> str:
        """Return a sum as it is written on paper, `3WD + 3WD = 6WD`."""
        unit = self.unit or "%"
        texts = [format_limit(limit) if self.unit else f"{self.weigh(limit)}%" for limit in limits]
        is_exact = all(text == f"{self.weigh(limit)}{unit}" for text, limit in zip(texts, limits, strict=True))
        if is_exact and len(texts) == 1:
            return texts[0]
        return f"{' + '.join(texts)} {'=' if is_exact else '≥'} {total}{unit}"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Add the limits along the longest way on which the promise runs, every ring once; name the step that exceeds it.

    Shares (`promised 50%`) are added to at most 100%; amounts to at most the shortest promise of the matters the diagram
    is for, each counted as the least it can take in the unit of the promise, so that nothing is reported that may hold.
    """
    onward = onward_of(graph)
    starts = _starts(graph, onward)
    inside = reachable(starts, onward, until=lambda item: graph.nodes[item].lb("decides") == "true")
    counted = inside - _while_suspended(graph, onward)
    limits = {node: limit for node in counted if (limit := _limit_of(graph, graph.nodes[node])) is not None}
    for measure in _measures(published.promises) if limits else ():
        weights = {node: measure.weigh(limit) for node, limit in limits.items()}
        paths = longest_paths(graph, starts, onward, weights)
        for node, weight in weights.items():
            total = paths.total[node]
            if total - weight <= measure.most < total:
                way = paths.way_to(node)
                yield finding(
                    CODE,
                    SEVERITY,
                    graph.nodes[node],
                    path=" → ".join(graph.nodes[step].name or step for step in way),
                    total=measure.say([limits[step] for step in way], total),
                    promise=measure.promise,
                )


def _measures(promises: Iterable[Promise]) -> Iterator[_Measure]:
    """Yield the whole of any promise, and the shortest promise of each unit."""
    yield _Measure(most=WHOLE, promise=f"{WHOLE}%")
    shortest: dict[LimitUnit, Promise] = {}
    for promise in promises:
        before = shortest.setdefault(promise.limit.unit, promise)
        if promise.limit.amount < before.limit.amount:
            shortest[promise.limit.unit] = promise
    for unit, promise in shortest.items():
        text = f"{promise.name} {format_limit(promise.limit)}"
        yield _Measure(most=promise.limit.amount, promise=text, unit=unit)


def _starts(graph: Graph, onward: Onward) -> tuple[str, ...]:
    """Return what follows the acceptance, which starts the promise; the beginning where no acceptance is drawn."""
    accepting = [node.id for node in graph.nodes.values() if _accepts(node)]
    if accepting:
        deciding = {node for node in accepting if graph.nodes[node].lb("decides") == "true"}
        return tuple(following for node in accepting if node not in deciding for following in onward[node])
    return tuple(node.id for process in graph.processes for node in first_nodes(graph, process))


def _accepts(node: Node) -> bool:
    clocks = {part.strip() for part in node.lb("startsClock").split(",")}
    return bool(clocks & PROMISES) or node.lb("operation") in ACCEPTING


def _while_suspended(graph: Graph, onward: Onward) -> frozenset[str]:
    """Return what is done between a suspension and its end, when the promise stands still."""
    stopped = [node.id for node in graph.nodes.values() if node.lb("operation") == SUSPENDING]
    return reachable(stopped, onward, until=lambda item: graph.nodes[item].lb("operation") == RESUMING)


def _limit_of(graph: Graph, node: Node) -> LimitExpression | None:
    """Return the limit of a step, or how long a timer on the way waits; None where there is none that can be read.

    A timer at a step, or beside a message that is waited for, leads away from what comes in time: it is not counted.
    """
    waits = node.kind == "intermediateCatchEvent" and node.event_kind() == "timer" and not _is_beside(graph, node)
    text = node.timer_text() if waits else node.lb("limit") if node.kind in TASKS else ""
    try:
        return parse_limit(as_limit(text)) if text else None
    except InvalidInput:
        return None


def _is_beside(graph: Graph, node: Node) -> bool:
    before = (graph.nodes.get(flow.source) for flow in node.incoming)
    return any(item is not None and item.kind == "eventBasedGateway" for item in before)


def _least(limit: LimitExpression, unit: LimitUnit) -> int:
    """Return how much of a unit a limit takes at least; 0 for what is no amount of its own."""
    if isinstance(limit, DurationLimit):
        limit = TimeLimit(amount=limit.seconds, unit=LimitUnit.SECOND)
    if not isinstance(limit, TimeLimit):
        return 0
    if limit.unit == unit:
        return limit.amount
    of, takes = LEAST.get((limit.unit, unit), (1, 0))
    return limit.amount // of * takes
