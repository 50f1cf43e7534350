"""The longest way through a diagram by what its steps weigh, rings once; sub-processes are walked through, not around."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.diagrams.graph import SUB_PROCESSES, Graph, Node

Onward = Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class LongestPaths:
    """What weighs most on a way to each node. total: with the node itself; last: the last node on it that weighs."""

    total: dict[str, int] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)

    def way_to(self, node_id: str) -> list[str]:
        """Return the nodes that weigh on the longest way to a node, in order."""
        way, at = [], self.last.get(node_id, "")
        while at:
            way.append(at)
            at = self.before[at]
        return way[::-1]


def onward_of(graph: Graph) -> Onward:
    """Return what may follow each node directly: into the first nodes of a sub-process, and out of it behind its last.

    What a boundary event leads to follows its host; the handlers an event starts stand apart, with no way to them.
    """
    return {node.id: tuple(item.id for item in _following(graph, node)) for node in graph.nodes.values()}


def first_nodes(graph: Graph, scope: str) -> list[Node]:
    """Return where a process or sub-process begins: what nothing leads to, its event handlers left out."""
    inside = [item for item in graph.in_scope(scope) if not item.incoming and not item.host]
    return [item for item in inside if not _is_handler(item)]


def reachable(starts: Iterable[str], onward: Onward, *, until: Callable[[str], bool]) -> frozenset[str]:
    """Return what can be reached from nodes, these included. until: says where a way ends; that node still counts."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        node = waiting.pop()
        for following in () if until(node) else onward[node]:
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return frozenset(seen)


def longest_paths(graph: Graph, starts: Iterable[str], onward: Onward, weights: Mapping[str, int]) -> LongestPaths:
    """Return the longest ways from nodes on, a flow back left out. Linear in the flows.

    A boundary event is reached when its host begins: what the host weighs is not on its way.
    """
    found = LongestPaths()
    arrived: dict[str, tuple[int, str]] = {}
    for node_id in _in_order(starts, onward):
        total, last = arrived.get(node_id, (0, ""))
        weight = weights.get(node_id, 0)
        found.total[node_id], found.last[node_id] = total + weight, node_id if weight else last
        found.before[node_id] = last
        for following in onward[node_id]:
            is_beside = graph.nodes[following].host == node_id
            here = (total, last) if is_beside else (found.total[node_id], found.last[node_id])
            if following not in arrived or here[0] > arrived[following][0]:
                arrived[following] = here
    return found


def _following(graph: Graph, node: Node) -> Iterator[Node]:
    first = first_nodes(graph, node.id) if node.kind in SUB_PROCESSES else []
    if first:
        yield from first
        yield from graph.boundaries(node.id)
        return
    yield from graph.successors(node)
    # The last node of a sub-process is followed by what follows the sub-process, as far out as it is the last itself.
    while not node.outgoing and node.scope in graph.nodes and not _is_handler(graph.nodes[node.scope]):
        node = graph.nodes[node.scope]
        yield from (graph.nodes[flow.target] for flow in node.outgoing if flow.target in graph.nodes)


def _is_handler(node: Node) -> bool:
    return node.element.get("triggeredByEvent") == "true"


def _in_order(starts: Iterable[str], onward: Onward) -> list[str]:
    """Return what can be reached so that each node stands behind those before it; a flow back is passed over."""
    done: list[str] = []
    seen: set[str] = set()
    for first in starts:
        stack = [(first, iter(onward[first]))] if first not in seen else []
        seen.add(first)
        while stack:
            node, following = stack[-1]
            nearest = next((item for item in following if item not in seen), None)
            if nearest is None:
                done.append(node)
                stack.pop()
            else:
                seen.add(nearest)
                stack.append((nearest, iter(onward[nearest])))
    return done[::-1]
