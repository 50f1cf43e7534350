"""A member case can open only for a matter of the catalogue."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER, called_process
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-matter"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up what every call activity calls: a matter, or a process of this document."""
    for node in graph.nodes.values():
        if node.kind != "callActivity":
            continue
        called = node.element.get("calledElement") or ""
        is_known = (
            called.removeprefix(MATTER) in published.matters
            if called.startswith(MATTER)
            else called_process(called, graph.processes)
        )
        if not is_known:
            yield finding(CODE, SEVERITY, node, called=called or "-")
