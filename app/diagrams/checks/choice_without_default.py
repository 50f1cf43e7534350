"""A choice whose conditions may all be false stops the case with an incident."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "choice-without-default"
SEVERITY = "warning"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Ask for a default flow wherever every way out has a condition."""
    for node in graph.nodes.values():
        if node.kind not in ("exclusiveGateway", "inclusiveGateway") or len(node.outgoing) <= 1:
            continue
        default = node.element.get("default")
        if all(flow.condition and flow.id != default for flow in node.outgoing):
            yield finding(CODE, SEVERITY, node, count=len(node.outgoing))
