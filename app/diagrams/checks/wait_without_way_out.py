"""A case that waits for a message that never comes, or for a program that is down, waits for ever."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "wait-without-way-out"
SEVERITY = "warning"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Ask for a deadline beside every wait for a message or a program: on an event-based gateway, or around it."""
    for node in graph.nodes.values():
        is_wait = (
            node.kind == "receiveTask"
            or (node.kind == "intermediateCatchEvent" and node.event_kind() in ("message", "signal"))
            or bool(node.lb("external"))
        )
        if not is_wait or any(event.event_kind() == "timer" for event in graph.boundaries(node.id)):
            continue
        sources = [graph.nodes[flow.source] for flow in node.incoming if flow.source in graph.nodes]
        gateways = [source for source in sources if source.kind == "eventBasedGateway"]
        has_timer = any(
            following.event_kind() == "timer" for gateway in gateways for following in graph.successors(gateway)
        )
        if not has_timer and not _is_inside_limited(graph, node.scope):
            yield finding(CODE, SEVERITY, node)


def _is_inside_limited(graph: Graph, scope: str) -> bool:
    while scope in graph.nodes:
        if any(event.event_kind() == "timer" for event in graph.boundaries(scope)):
            return True
        scope = graph.nodes[scope].scope
    return False
