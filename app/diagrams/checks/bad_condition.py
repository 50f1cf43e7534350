"""A condition that cannot be read would be found only when a case stands at it."""

from collections.abc import Iterable, Iterator

from app.diagrams.findings import finding
from app.diagrams.foreign import as_feel
from app.diagrams.graph import GATEWAYS, Graph, Node, local
from app.domain.diagram import Finding, Published
from app.domain.feel import FeelRefused, compile_expression

CODE = "bad-condition"
SEVERITY = "error"
OF_STEPS = ("input", "correlation")
OF_MARKERS = frozenset({"completionCondition", "loopCondition", "loopCardinality", "loopDataInputRef"})


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Compile every condition, the collection of several instances, the input of a step and the key of a message."""
    for node in graph.nodes.values():
        for place, text in _expressions(node):
            try:
                compile_expression(as_feel(text))
            except FeelRefused as fault:
                yield finding(CODE, SEVERITY, node, flow=place, text=text, reason=fault.code)


def _expressions(node: Node) -> Iterator[tuple[str, str]]:
    """Yield what is evaluated at a node, with the flow it stands at or the kind of its place."""
    is_asked = node.kind not in GATEWAYS or (len(node.outgoing) > 1 and node.kind != "parallelGateway")
    default = node.element.get("default")
    if is_asked:
        yield from ((flow.id, flow.condition) for flow in node.outgoing if flow.condition and flow.id != default)
    yield from ((f"lb:{name}", node.lb(name)) for name in OF_STEPS if node.lb(name))
    for part in node.element:
        for inner in part:
            is_condition = local(part) == "conditionalEventDefinition" and local(inner) == "condition"
            if is_condition or (local(inner) in OF_MARKERS and inner.text):
                yield local(inner), (inner.text or "").strip()
