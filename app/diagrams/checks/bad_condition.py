"""A condition that cannot be read would be found only when a case stands at it."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published
from app.domain.feel import FeelRefused, compile_expression

CODE = "bad-condition"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Compile every condition of every flow."""
    for flow in graph.flows.values():
        source = graph.nodes.get(flow.source)
        if not flow.condition or source is None or flow.condition.startswith("${"):
            continue
        try:
            compile_expression(flow.condition)
        except FeelRefused as fault:
            yield finding(CODE, SEVERITY, source, flow=flow.id, text=flow.condition, reason=fault.code)
