"""A step no flow leads to is never done."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unreachable"
SEVERITY = "warning"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Walk from the starts of every scope and name what was not reached."""
    for scope in graph.scopes:
        nodes = graph.in_scope(scope)
        starts = [node for node in nodes if node.kind == "startEvent"]
        if not starts:
            continue
        reached = {node.id for node in starts}
        waiting = list(starts)
        while waiting:
            for following in graph.successors(waiting.pop()):
                if following.id not in reached:
                    reached.add(following.id)
                    waiting.append(following)
        for node in nodes:
            if node.id not in reached and node.element.get("triggeredByEvent") != "true":
                yield finding(CODE, SEVERITY, node)
