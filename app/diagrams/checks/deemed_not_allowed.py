"""What is decided outside, or not by this system at all, can never be approved by default."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import LBQ, Graph, Node
from app.domain.diagram import Finding, Published

OUTSIDE = "external"

CODE = "deemed-not-allowed"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look at the matter kind of the process and at who handles what a boundary event `deemed` hangs on."""
    for node in graph.nodes.values():
        if node.kind != "boundaryEvent" or node.timer_text() != "deemed":
            continue
        reason = _reason(graph, node)
        if reason:
            yield finding(CODE, SEVERITY, node, reason=reason)


def _reason(graph: Graph, event: Node) -> str:
    """Return the kind of matter, or the step handled outside, that bars the approval; empty when nothing does."""
    scope = event.scope
    while scope in graph.nodes:
        scope = graph.nodes[scope].scope
    if graph.scopes[scope].get(f"{LBQ}matterKind") == OUTSIDE:
        return OUTSIDE
    inside = [event.host]
    while inside:
        node_id = inside.pop()
        node = graph.nodes.get(node_id)
        if node is not None and node.lb("handledBy") == OUTSIDE:
            return node.name or node.id
        inside.extend(inner.id for inner in graph.in_scope(node_id))
    return ""
