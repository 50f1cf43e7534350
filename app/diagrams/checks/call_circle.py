"""A process that calls itself, directly or round a few corners, opens cases until the system stops it."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.foreign import called_process
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published

CODE = "call-circle"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Follow the calls between the processes of the document, and name every call that leads back."""
    calls = [
        (_process_of(graph, node), called_process(node.element.get("calledElement") or "", graph.processes), node)
        for node in graph.nodes.values()
        if node.kind == "callActivity"
    ]
    called: dict[str, set[str]] = {}
    for caller, target, _node in calls:
        called.setdefault(caller, set()).add(target)
    for caller, target, node in calls:
        if target and caller in _reached(called, target):
            yield finding(CODE, SEVERITY, node, called=target)


def _process_of(graph: Graph, node: Node) -> str:
    scope = node.scope
    while scope in graph.nodes:
        scope = graph.nodes[scope].scope
    return scope


def _reached(called: dict[str, set[str]], first: str) -> set[str]:
    seen, waiting = {first}, [first]
    while waiting:
        for name in called.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
