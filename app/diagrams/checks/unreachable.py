"""A step no flow leads to is never done."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published

CODE = "unreachable"
SEVERITY = "warning"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Walk from the starts of every scope and name what was not reached."""
    for scope in graph.scopes:
        nodes = graph.in_scope(scope)
        waiting = [node for node in nodes if node.kind == "startEvent"]
        if not waiting:
            continue
        reached = {node.id for node in waiting}
        while waiting:
            for following in graph.successors(waiting.pop()):
                if following.id not in reached:
                    reached.add(following.id)
                    waiting.append(following)
        for node in nodes:
            if node.id not in reached and not _needs_no_flow(node):
                yield finding(CODE, SEVERITY, node)


def _needs_no_flow(node: Node) -> bool:
    """Say whether a trigger begins it, or whether it is refused anyway."""
    return node.element.get("triggeredByEvent") == "true" or node.element.get("isForCompensation") == "true"
