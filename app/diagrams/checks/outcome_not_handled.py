"""A button that leads nowhere, or a condition on an answer nobody can give."""

import re
from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

COMPARED = re.compile(r"outcomes\.(\w+)\s*(?:=|!=|in)\s*\(?\s*\"([^\"]*)\"")

CODE = "outcome-not-handled"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Compare the outcomes a task offers with those the conditions of the diagram ask for."""
    offered = {node.id: set(node.outcomes) for node in graph.nodes.values() if node.kind == "userTask"}
    for flow in graph.flows.values():
        source = graph.nodes.get(flow.source)
        for element, value in COMPARED.findall(flow.condition):
            if source is not None and element in offered and value not in offered[element]:
                yield finding(CODE, SEVERITY, source, task=element, outcome=value)
