"""A call of a process that is not deployed would begin nothing."""

from collections.abc import Iterable

from app.diagrams.calls import CALL, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER, called_process
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-process"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the process of every call activity: one of this file, else a deployed definition `process:<name>`."""
    for node in graph.nodes.values():
        called = node.element.get("calledElement") or ""
        if node.kind != CALL or called.startswith(MATTER) or called_process(called, graph.processes):
            continue
        if key_of_call(graph, node) not in published.calls:
            yield finding(CODE, SEVERITY, node, called=called or "-")
