"""A ring without a person or a wait in it runs until the system stops it."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published

PEOPLE = frozenset({"userTask", "manualTask", "task", "receiveTask", "callActivity", "subProcess"})

CODE = "loop-without-person"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Find rings in which nobody acts and nothing is waited for."""
    moving = {node.id: node for node in graph.nodes.values() if not _waits(node)}
    state: dict[str, int] = {}
    for start in moving:
        if start in state:
            continue
        stack: list[tuple[str, int]] = [(start, 0)]
        state[start] = 1
        while stack:
            current, index = stack.pop()
            outgoing = moving[current].outgoing
            if index == len(outgoing):
                state[current] = 2
                continue
            stack.append((current, index + 1))
            target = outgoing[index].target
            if target not in moving:
                continue
            if state.get(target) == 1:
                yield finding(CODE, SEVERITY, moving[target])
            elif target not in state:
                state[target] = 1
                stack.append((target, 0))


def _waits(node: Node) -> bool:
    return (
        node.kind in PEOPLE
        or node.kind == "eventBasedGateway"
        or (node.kind == "intermediateCatchEvent" and bool(node.event_kind()))
    )
