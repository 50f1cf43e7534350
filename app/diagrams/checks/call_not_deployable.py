"""What calls a process with errors is deployed no sooner than that one."""

from collections.abc import Iterable

from app.diagrams.calls import has_errors, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "call-not-deployable"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Name every call of a process that has errors, or calls one that has."""
    for node in graph.nodes.values():
        key = key_of_call(graph, node)
        if key and not key.startswith(MATTER) and has_errors(published, key):
            yield finding(CODE, SEVERITY, node, called=key)
