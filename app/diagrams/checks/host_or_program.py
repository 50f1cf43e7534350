"""A step is done by the host or by a program outside; where both stand the operation would be left out without a word."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "host-or-program"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look for steps with both `lb:operation` and `lb:external`."""
    for node in graph.nodes.values():
        operation, topic = node.lb("operation"), node.lb("external")
        if operation and topic:
            yield finding(CODE, SEVERITY, node, operation=operation, topic=topic)
