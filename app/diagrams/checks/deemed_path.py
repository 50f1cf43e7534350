"""An approval or a renewal by default interrupts the handling and leads to the act, or it is no approval."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "deemed-path"
SEVERITY = "error"
# A limit that decides when nobody did, and the operation that does it.
ACTS = {"deemed": "approve_by_default", "expiry": "renew_by_default"}


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look at every boundary event `deemed` or `expiry`: it must interrupt, and the operation of the act must follow."""
    for node in graph.nodes.values():
        act = ACTS.get(node.timer_text()) if node.kind == "boundaryEvent" else None
        if act is None:
            continue
        interrupts = node.element.get("cancelActivity") != "false"
        acts = any(following.lb("operation") == act for following in graph.successors(node))
        if not interrupts or not acts:
            yield finding(CODE, SEVERITY, node)
