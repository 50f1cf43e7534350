"""Steps whose shares of the promise add up to more than the whole break the promise even if everybody is in time."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published
from app.domain.errors import InvalidInput
from app.domain.limit import NamedLimit, parse_limit

PROMISE = "promised"
WHOLE = 100

CODE = "steps-longer-than-promise"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Add the shares along the longest path, taking every ring once; name the step at which they exceed the whole."""
    for scope in graph.scopes:
        nodes = graph.in_scope(scope)
        used: dict[str, int] = {}
        for node in _in_order(graph, nodes):
            before = max((used.get(flow.source, 0) for flow in node.incoming), default=0)
            used[node.id] = before + _share(node)
            if before <= WHOLE < used[node.id]:
                yield finding(CODE, SEVERITY, node, percent=used[node.id])


def _share(node: Node) -> int:
    """Return the percentage of the promise a step takes; 0 where its limit is not one of the promise."""
    try:
        limit = parse_limit(node.lb("limit")) if node.lb("limit") else None
    except InvalidInput:
        return 0
    if not isinstance(limit, NamedLimit) or limit.clock != PROMISE or limit.offset is not None:
        return 0
    return WHOLE if limit.percent is None else limit.percent


def _in_order(graph: Graph, nodes: list[Node]) -> list[Node]:
    """Return the nodes so that each stands behind those before it; a flow back is passed over."""
    done: list[Node] = []
    seen: set[str] = set()
    for first in nodes:
        stack = [(first, iter(list(graph.successors(first))))] if first.id not in seen else []
        seen.add(first.id)
        while stack:
            node, following = stack[-1]
            nearest = next((item for item in following if item.id not in seen), None)
            if nearest is None:
                done.append(node)
                stack.pop()
            else:
                seen.add(nearest.id)
                stack.append((nearest, iter(list(graph.successors(nearest)))))
    return done[::-1]
