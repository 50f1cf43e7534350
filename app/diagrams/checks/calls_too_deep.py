"""Processes that call each other too deep are stopped by the engine in the middle of a case."""

from collections.abc import Iterable

from app.diagrams.calls import DEEPEST, calls_of, depth_below, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "calls-too-deep"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Add up how deep each called definition lies and how deep its own processes lie in each other."""
    called = calls_of(graph, {}).called
    for node in graph.nodes.values():
        key = key_of_call(graph, node)
        if not key or key.startswith(MATTER):
            continue
        depth = called[key] + 1 + depth_below(published, key)
        if depth > DEEPEST:
            yield finding(CODE, SEVERITY, node, called=key, depth=depth, most=DEEPEST)
