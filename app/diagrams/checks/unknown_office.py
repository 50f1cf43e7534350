"""A task for an office that does not exist would wait in nobody's list."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

PARTS = frozenset({"intake", "owner", "applicant"})
MEMBER = "member:"

CODE = "unknown-office"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the office of every step: a part of the case, a member of the joint case, or a department."""
    for node in graph.nodes.values():
        office = node.lb("office")
        if not office or office in PARTS or office in published.departments:
            continue
        if not office.startswith(MEMBER) or office.removeprefix(MEMBER) not in published.matters:
            yield finding(CODE, SEVERITY, node, office=office)
