"""An approval by default interrupts the handling and leads to the act, or it is no approval."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "deemed-path"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look at every boundary event `deemed`: it must interrupt, and the operation approve_by_default must follow."""
    for node in graph.nodes.values():
        if node.kind != "boundaryEvent" or node.timer_text() != "deemed":
            continue
        interrupts = node.element.get("cancelActivity") != "false"
        approves = any(following.lb("operation") == "approve_by_default" for following in graph.successors(node))
        if not interrupts or not approves:
            yield finding(CODE, SEVERITY, node)
