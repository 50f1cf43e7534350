"""A parallel join behind a choice waits for a branch that was never taken."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published

CODE = "join-after-choice"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Follow the branches of every exclusive choice; a parallel join that several of them feed can never be complete."""
    for node in graph.nodes.values():
        if node.kind != "exclusiveGateway" or len(node.outgoing) <= 1:
            continue
        fed: dict[str, set[str]] = {}
        for flow in node.outgoing:
            for join_id, entry in _joins_from(graph, flow.target):
                fed.setdefault(join_id, set()).add(f"{flow.id}/{entry}")
        for join_id, entries in fed.items():
            branches = {entry.split("/")[0] for entry in entries}
            ways = {entry.split("/")[1] for entry in entries}
            if len(branches) > 1 and len(ways) > 1:
                yield finding(CODE, SEVERITY, graph.nodes[join_id], choice=node.name or node.id)


def _joins_from(graph: Graph, start: str) -> set[tuple[str, str]]:
    """Return the parallel joins reached from a node without passing another gateway that merges, with the flow used."""
    found: set[tuple[str, str]] = set()
    seen, waiting = {start}, [start]
    while waiting:
        node = graph.nodes.get(waiting.pop())
        if node is None or (node.kind == "parallelGateway" and len(node.incoming) > 1 and node.id != start):
            continue
        for flow in node.outgoing:
            target = graph.nodes.get(flow.target)
            if target is None:
                continue
            if target.kind == "parallelGateway" and len(target.incoming) > 1:
                found.add((target.id, flow.id))
            elif target.id not in seen and not _merges(target):
                seen.add(target.id)
                waiting.append(target.id)
    return found


def _merges(node: Node) -> bool:
    return len(node.incoming) > 1 and node.kind != "parallelGateway"
