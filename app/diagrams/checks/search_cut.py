"""A process with very many courses is not looked through to the last one."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.tokens import MOST_MARKINGS, Explored
from app.domain.diagram import Finding

CODE = "search-cut"
SEVERITY = "note"


def check(explored: Explored) -> Iterable[Finding]:
    """Name the start of every process in which the search met its bound."""
    graph = explored.graph
    for scope in explored.cut:
        yield finding(CODE, SEVERITY, graph.in_scope(scope)[0], most=MOST_MARKINGS)
