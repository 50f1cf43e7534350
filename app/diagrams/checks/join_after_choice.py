"""A parallel join behind a choice waits for a branch that was never taken."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.diagrams.tokens import Explored
from app.domain.diagram import Finding

LONGEST = 12
CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})

CODE = "join-after-choice"
SEVERITY = "error"


def check(explored: Explored) -> Iterable[Finding]:
    """Name every join at which a course of the process stops, with the shortest way there."""
    graph = explored.graph
    for stuck in explored.stuck.values():
        steps = [_said(graph, node_id) for node_id in stuck.path if node_id in graph.nodes]
        choices = [node_id for node_id in stuck.path if graph.nodes[node_id].kind in CHOOSING]
        choice = _said(graph, choices[-1]) if choices else steps[-1]
        told = {"choice": choice, "path": " → ".join(_shortened(steps))}
        yield finding(CODE, SEVERITY, stuck.join, **told, way=[*dict.fromkeys((*stuck.path, stuck.join.id))])


def _said(graph: Graph, node_id: str) -> str:
    node = graph.nodes[node_id]
    return node.name or node.id


def _shortened(steps: list[str]) -> list[str]:
    half = LONGEST // 2
    return steps if len(steps) <= LONGEST else [*steps[:half], "…", *steps[-half:]]
