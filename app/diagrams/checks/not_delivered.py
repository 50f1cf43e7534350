"""A case never waits for what nobody brings, and sends nothing that nobody carries."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import BPMN_TAG, Graph, Node
from app.domain.diagram import Finding, Published
from app.domain.event_message import LONGEST_NAME

CODE = "not-delivered"
SEVERITY = "error"
CATCHES = frozenset({"intermediateCatchEvent", "boundaryEvent"})
MESSAGE_TASKS = frozenset({"receiveTask", "sendTask"})
THROWS = frozenset({"intermediateThrowEvent", "endEvent"})


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Refuse signals that neither stay in the diagram nor are published, and messages whose name no door takes."""
    carried = published.signals
    thrown = carried | {
        _signal(node) for node in graph.nodes.values() if node.kind in THROWS and node.event_kind() == "signal"
    }
    caught = carried | {
        _signal(node) for node in graph.nodes.values() if _catches(node, graph) and node.event_kind() == "signal"
    }
    known = ", ".join(sorted(carried)) or "-"
    for node in graph.nodes.values():
        is_catch, is_throw = _catches(node, graph), node.kind in THROWS
        if (
            len(_message(node)) > LONGEST_NAME
            or (node.event_kind() == "signal" and is_catch and _signal(node) not in thrown)
            or (node.event_kind() == "signal" and is_throw and _signal(node) not in caught)
        ):
            yield finding(CODE, SEVERITY, node, known=known)


def _catches(node: Node, graph: Graph) -> bool:
    """Say whether an event is caught while a case runs; the start of a process only begins one."""
    return node.kind in CATCHES or (node.kind == "startEvent" and node.scope not in graph.processes)


def _signal(node: Node) -> str:
    """Return the name of a signal event, by which both ends know each other; its id where it has no name."""
    event = node.element.find(f"{BPMN_TAG}signalEventDefinition")
    return _named(node, "signal", (event.get("signalRef") or "") if event is not None else "")


def _message(node: Node) -> str:
    """Return the name of the message a node sends or waits for; its own where the message has none."""
    event = node.element.find(f"{BPMN_TAG}messageEventDefinition")
    if event is None and node.kind not in MESSAGE_TASKS:
        return ""
    reference = (event if event is not None else node.element).get("messageRef") or ""
    return _named(node, "message", reference) or node.name or node.id


def _named(node: Node, kind: str, reference: str) -> str:
    for item in node.element.getroottree().iter(f"{BPMN_TAG}{kind}"):
        if item.get("id") == reference.rpartition(":")[2]:
            return item.get("name") or reference
    return reference
