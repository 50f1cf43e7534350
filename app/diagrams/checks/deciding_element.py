"""Without a step that decides the clocks never stop; with two on one path the law has two decisions."""

from collections.abc import Container, Iterable

from app.diagrams.calls import decides, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import LBQ, Graph, Node
from app.domain.diagram import Finding, Published

RESULTS = frozenset({"issue_result", "issue_refusal"})

CODE = "deciding-element"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Ask for exactly one deciding element on every path that gives a result, in processes bound to matters."""
    for process in graph.processes:
        if not graph.scopes[process].get(f"{LBQ}matterKind"):
            continue
        deciding = [node for node in graph.nodes.values() if _decides(graph, published, node)]
        inside = graph.in_scope(process)
        if not deciding and inside:
            yield finding(CODE, SEVERITY, inside[0], count=0)
            continue
        for node in deciding:
            second = _second_on_path(graph, node, {item.id for item in deciding})
            if second is not None:
                yield finding(CODE, SEVERITY, second, count=2)
        steps = {step.id for node in deciding for step in _around(graph, node)}
        for given in _given_without(graph, inside, steps):
            yield finding(CODE, SEVERITY, given, count=0)


def _around(graph: Graph, node: Node) -> Iterable[Node]:
    """Yield a node and the sub-processes it lies in."""
    yield node
    while node.scope in graph.nodes:
        node = graph.nodes[node.scope]
        yield node


def _given_without(graph: Graph, nodes: list[Node], deciding: set[str]) -> Iterable[Node]:
    """Yield what gives a result on a path that passes no decision; the approval by default is one of its own."""
    waiting = [node for node in nodes if node.kind == "startEvent"]
    seen = {node.id for node in waiting}
    while waiting:
        node = waiting.pop()
        if node.lb("operation") in RESULTS:
            yield node
        flows = () if node.id in deciding else graph.successors(node)
        events = (event for event in graph.boundaries(node.id) if event.timer_text() != "deemed")
        for following in (*flows, *events):
            if following.id not in seen and following.timer_text() != "deemed":
                seen.add(following.id)
                waiting.append(following)


def _decides(graph: Graph, published: Published, node: Node) -> bool:
    """Say whether an element decides, or the process of another file it calls."""
    key = key_of_call(graph, node)
    return node.lb("decides") == "true" or (bool(key) and not key.startswith(MATTER) and decides(published, key))


def _second_on_path(graph: Graph, first: Node, deciding: Container[str]) -> Node | None:
    """Return a second deciding element behind the first one that is no way back to it."""
    behind = [graph.nodes[flow.target] for flow in first.outgoing if flow.target in graph.nodes]
    seen, waiting = {first.id, *(node.id for node in behind)}, list(behind)
    for node in behind:
        if node.id in deciding:
            return node
    while waiting:
        for following in graph.successors(waiting.pop()):
            if following.id in seen:
                continue
            if following.id in deciding:
                return following
            seen.add(following.id)
            waiting.append(following)
    return None
