"""A choice without a question is hard to read and impossible to explain to an applicant."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "gateway-without-name"
SEVERITY = "note"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Ask for a name on every gateway that chooses."""
    for node in graph.nodes.values():
        if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1 and not node.name:
            yield finding(CODE, SEVERITY, node)
