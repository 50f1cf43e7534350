"""Without a step that decides the clocks never stop; with two on one path the law has two decisions."""

from collections.abc import Container, Iterable

from app.diagrams.calls import decides, key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import LBQ, Graph, Node
from app.domain.diagram import Finding, Published

RESULTS = frozenset({"issue_result", "issue_refusal"})
THROWN = frozenset({"error", "escalation"})

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
        steps = _steps_that_decide(graph, deciding)
        for given in _given_without(graph, inside, steps):
            yield finding(CODE, SEVERITY, given, count=0)


def _steps_that_decide(graph: Graph, deciding: Iterable[Node]) -> set[str]:
    """Return the deciding elements and, from the inside out, the sub-processes nobody leaves without a decision."""
    steps: set[str] = set()
    waiting = list(deciding)
    while waiting:
        node = waiting.pop()
        steps.add(node.id)
        around = graph.nodes.get(node.scope)
        if around is not None and around.id not in steps and not _is_left_undecided(graph, around, steps):
            waiting.append(around)
    return steps


def _is_left_undecided(graph: Graph, scope: Node, steps: Container[str]) -> bool:
    """Say whether a way through a sub-process ends normally without a decision. Thrown errors leave by their event."""
    inside = [node for node in graph.in_scope(scope.id) if not node.incoming and not node.host]
    waiting = [node for node in inside if node.kind == "startEvent"] or inside
    seen = {node.id for node in waiting}
    while waiting:
        node = waiting.pop()
        if node.id in steps:
            continue
        following = [item for item in graph.successors(node) if item.timer_text() != "deemed"]
        if not following and node.event_kind() not in THROWN:
            return True
        fresh = [item for item in following if item.id not in seen]
        seen.update(item.id for item in fresh)
        waiting.extend(fresh)
    return False


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
