"""What calls a process with errors is deployed no sooner than that one."""

from collections.abc import Iterable

from app.diagrams.calls import find_circle, has_errors, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "call-not-deployable"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Name every call of a process that has errors, or calls one that has; of a circle that is what is told."""
    for node in graph.nodes.values():
        key = key_of_call(graph, node)
        if not key or key.startswith(MATTER) or not has_errors(published, key):
            continue
        if not (published.own_key and find_circle(published, key)):
            yield finding(CODE, SEVERITY, node, called=key)
