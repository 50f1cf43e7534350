"""The order of members, and what a bundle promises, is read from the diagram of the joint case alone."""

from collections.abc import Iterable

from app.diagrams.calls import key_of_call, matters_below
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "members-in-call"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Name every call of a process that opens member cases, itself or by what it calls."""
    for node in graph.nodes.values():
        key = key_of_call(graph, node)
        matters = matters_below(published, key) if key and not key.startswith(MATTER) else ()
        if matters:
            yield finding(CODE, SEVERITY, node, called=key, matters=", ".join(matters))
