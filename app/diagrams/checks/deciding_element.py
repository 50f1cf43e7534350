"""Without a step that decides the clocks never stop; with two on one path the law has two decisions."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published

CODE = "deciding-element"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Ask for exactly one deciding element on every path of a process that is bound to matters."""
    for process in graph.processes:
        scope = graph.scopes[process]
        if not scope.get("{urn:lianban:bpmn:1}matterKind"):
            continue
        deciding = [node for node in graph.nodes.values() if node.lb("decides") == "true"]
        inside = graph.in_scope(process)
        if not deciding and inside:
            yield finding(CODE, SEVERITY, inside[0], count=0)
        for node in deciding:
            second = _second_on_path(graph, node)
            if second is not None:
                yield finding(CODE, SEVERITY, second, count=2)


def _second_on_path(graph: Graph, first: Node) -> Node | None:
    """Return a second deciding element behind the first one that is no way back to it."""
    behind = [graph.nodes[flow.target] for flow in first.outgoing if flow.target in graph.nodes]
    seen, waiting = {first.id, *(node.id for node in behind)}, list(behind)
    for node in behind:
        if node.lb("decides") == "true":
            return node
    while waiting:
        for following in graph.successors(waiting.pop()):
            if following.id in seen:
                continue
            if following.lb("decides") == "true":
                return following
            seen.add(following.id)
            waiting.append(following)
    return None
