"""A task whose form is not published cannot be shown."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-form"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up every form a task names."""
    for node in graph.nodes.values():
        form = node.lb("form")
        if form and form not in published.forms:
            yield finding(CODE, SEVERITY, node, form=form)
