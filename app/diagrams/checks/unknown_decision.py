"""A business rule task without a published decision table would decide nothing."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-decision"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the decision of every business rule task."""
    for node in graph.nodes.values():
        if node.kind == "businessRuleTask" and node.lb("decision") not in published.decisions:
            yield finding(CODE, SEVERITY, node, decision=node.lb("decision") or "-")
