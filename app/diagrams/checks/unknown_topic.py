"""Work for outside programs is fetched by topic; under one that is not published nobody would come for it."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

CODE = "unknown-topic"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up the topic of every step that is for an outside program."""
    for node in graph.nodes.values():
        topic = node.lb("external")
        if topic and topic not in published.topics:
            yield finding(CODE, SEVERITY, node, topic=topic, known=", ".join(sorted(published.topics)) or "-")
