"""Tasks and deadlines keep the place of their step, which has room for so many letters and no more."""

from collections.abc import Iterable

from app.diagrams.calls import key_of_call, longest_place
from app.diagrams.findings import finding
from app.diagrams.foreign import MATTER
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

MOST_LETTERS = 64

CODE = "place-too-long"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Add up the ids of every call and of the steps it leads to."""
    for node in graph.nodes.values():
        key = key_of_call(graph, node)
        if not key or key.startswith(MATTER):
            continue
        letters = len(node.id) + 1 + longest_place(published, key)
        if letters > MOST_LETTERS:
            yield finding(CODE, SEVERITY, node, called=key, letters=letters, most=MOST_LETTERS)
