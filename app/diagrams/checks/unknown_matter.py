"""A member case can open only for a matter of the catalogue."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-matter"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the matter of every call activity that opens a member case."""
    for node in graph.nodes.values():
        called = node.element.get("calledElement") or ""
        if (
            node.kind == "callActivity"
            and called.startswith(MATTER)
            and called.removeprefix(MATTER) not in published.matters
        ):
            yield finding(CODE, SEVERITY, node, called=called)
