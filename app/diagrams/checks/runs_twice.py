"""Branches that run side by side and meet without a join let everything behind the meeting happen once for each."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.tokens import Explored
from app.domain.diagram import Finding

CODE = "runs-twice"
SEVERITY = "warning"


def check(explored: Explored) -> Iterable[Finding]:
    """Name the first node behind each such meeting."""
    twice = explored.twice
    for node in twice.values():
        if not node.incoming or any(flow.source not in twice for flow in node.incoming):
            yield finding(CODE, SEVERITY, node, count=len(node.incoming))
