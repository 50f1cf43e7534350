"""A case never waits for what nobody brings, and sends nothing that nobody carries."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import BPMN_TAG, Graph, Node
from app.domain.diagram import Finding, Published

CODE = "not-delivered"
SEVERITY = "error"
CATCHES = frozenset({"intermediateCatchEvent", "boundaryEvent"})
THROWS = frozenset({"intermediateThrowEvent", "endEvent"})


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Refuse messages and signals whose other end lies outside the diagram."""
    thrown = {_signal(node) for node in graph.nodes.values() if node.kind in THROWS and node.event_kind() == "signal"}
    caught = {_signal(node) for node in graph.nodes.values() if _catches(node, graph) and node.event_kind() == "signal"}
    for node in graph.nodes.values():
        is_catch, is_throw = _catches(node, graph), node.kind in THROWS
        if (
            node.kind == "receiveTask"
            or (node.kind == "sendTask" and not node.lb("operation") and not node.lb("external"))
            or ((is_catch or is_throw) and node.event_kind() == "message")
            or (node.event_kind() == "signal" and is_catch and _signal(node) not in thrown)
            or (node.event_kind() == "signal" and is_throw and _signal(node) not in caught)
        ):
            yield finding(CODE, SEVERITY, node)


def _catches(node: Node, graph: Graph) -> bool:
    """Say whether an event is caught while a case runs; the start of a process only begins one."""
    return node.kind in CATCHES or (node.kind == "startEvent" and node.scope not in graph.processes)


def _signal(node: Node) -> str:
    """Return the name of a signal event, by which both ends know each other; its id where it has no name."""
    event = node.element.find(f"{BPMN_TAG}signalEventDefinition")
    reference = (event.get("signalRef") or "") if event is not None else ""
    for signal in node.element.getroottree().iter(f"{BPMN_TAG}signal"):
        if signal.get("id") == reference.rpartition(":")[2]:
            return signal.get("name") or reference
    return reference
