"""A task for a role that does not exist would reach nobody."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-role"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the role of every user task; one without a role is a fault too."""
    for node in graph.nodes.values():
        if node.kind == "userTask" and node.lb("role") not in published.roles:
            yield finding(CODE, SEVERITY, node, role=node.lb("role") or "-")
