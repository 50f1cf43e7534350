"""A service task may ask only for a published host operation, never for code."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-operation"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the operation of every service and send task that is not for an outside worker."""
    for node in graph.nodes.values():
        asks = node.kind == "serviceTask" or (node.kind == "sendTask" and node.lb("operation"))
        if not asks or node.lb("external"):
            continue
        if node.lb("operation") not in published.operations:
            yield finding(CODE, SEVERITY, node, operation=node.lb("operation") or "-")
