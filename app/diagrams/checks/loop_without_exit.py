"""A ring nothing leads out of never ends, however often people go round in it."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published

CODE = "loop-without-exit"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Walk back from every end; what is reached from a start and not from an end goes round for ever."""
    ending = [node for node in graph.nodes.values() if not any(True for _following in graph.successors(node))]
    before: dict[str, list[Node]] = {}
    for node in graph.nodes.values():
        for following in graph.successors(node):
            before.setdefault(following.id, []).append(node)
    leaving, waiting = {node.id for node in ending}, list(ending)
    while waiting:
        for earlier in before.get(waiting.pop().id, ()):
            if earlier.id not in leaving:
                leaving.add(earlier.id)
                waiting.append(earlier)
    caught = {node.id: node for node in graph.nodes.values() if node.id not in leaving}
    if caught:
        yield finding(CODE, SEVERITY, _on_ring(graph, next(iter(caught.values()))), count=len(caught))


def _on_ring(graph: Graph, node: Node) -> Node:
    """Follow the flow until a node comes again; every way from here leads round for ever."""
    seen: set[str] = set()
    while node.id not in seen:
        seen.add(node.id)
        node = next(graph.successors(node))
    return node
