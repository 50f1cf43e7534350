"""A step that a flow leads to, and that no course of the process ever reaches, is never done."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import GATEWAYS
from app.diagrams.tokens import Explored
from app.domain.diagram import Finding

CODE = "never-happens"
SEVERITY = "warning"


def check(explored: Explored) -> Iterable[Finding]:
    """Name the first steps behind what never completes; where the search met its bound nothing is known."""
    graph = explored.graph
    for node in graph.nodes.values():
        is_first = any(
            graph.nodes[flow.source].kind in GATEWAYS for flow in node.incoming if flow.source in graph.nodes
        )
        if is_first and node.kind not in GATEWAYS and node.id not in explored.passed and node.scope not in explored.cut:
            yield finding(CODE, SEVERITY, node)
