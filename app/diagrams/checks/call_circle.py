"""A process that calls itself, directly or round a few corners, opens cases until the system stops it."""

from collections.abc import Iterable

from app.diagrams.calls import CALL, find_circle, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import called_process
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "call-circle"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Follow the calls inside the file and over other files and matters, and name every call that leads back."""
    inside = [
        (graph.process_of(node), called_process(node.element.get("calledElement") or "", graph.processes), node)
        for node in graph.nodes.values()
        if node.kind == CALL
    ]
    called: dict[str, list[str]] = {}
    for caller, target, _node in inside:
        called.setdefault(caller, []).append(target)
    for caller, target, node in inside:
        circle = _way_back(called, caller, target) if target else ()
        key = key_of_call(graph, node)
        if key and published.own_key:
            circle = find_circle(published, key)
        if circle:
            yield finding(CODE, SEVERITY, node, called=target or key, circle=" → ".join(circle))


def _way_back(called: dict[str, list[str]], caller: str, first: str) -> tuple[str, ...]:
    """Return the shortest way over processes of one file from the call of `first` back to its caller."""
    ways: dict[str, tuple[str, ...]] = {first: (caller, first)}
    waiting = [first]
    for name in waiting:
        if name == caller:
            return ways[name]
        for following in called.get(name, ()):
            if following and following not in ways:
                ways[following] = (*ways[name], following)
                waiting.append(following)
    return ()
