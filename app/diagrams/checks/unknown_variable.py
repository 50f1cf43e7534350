"""A condition on the answer of a step that is not drawn, or on a field its form does not have, never holds."""

from collections.abc import Iterable, Iterator

from app.diagrams.calls import key_of_call
from app.diagrams.findings import finding
from app.diagrams.foreign import as_feel
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published
from app.domain.feel import FeelRefused, compile_expression

GIVEN = ("outcomes", "answers")
BROUGHT = "messages"

CODE = "unknown-variable"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Look up every `outcomes.<step>`, `answers.<step>.<field>` and `messages.<event>.<value>` that is read.

    What steps of a called definition gave stands under the call: `outcomes.<call>.<step>`.
    """
    for node in graph.nodes.values():
        for text in _read_at(node):
            for path in _paths_of(text):
                if _is_unknown(graph, published, path.split(".")):
                    yield finding(CODE, SEVERITY, node, path=path, flow=path)


def _read_at(node: Node) -> Iterator[str]:
    yield from (flow.condition for flow in node.outgoing if flow.condition)
    yield from filter(None, (node.lb("input"), node.lb("correlation")))


def _paths_of(text: str) -> list[str]:
    try:
        return sorted(compile_expression(as_feel(text)).paths)
    except FeelRefused:
        return []


def _is_unknown(graph: Graph, published: Published, parts: list[str]) -> bool:
    if parts[0] == BROUGHT:
        return _is_not_brought(graph, parts)
    if parts[0] not in GIVEN or len(parts) < len(GIVEN):
        return False
    step = graph.nodes.get(parts[1])
    if step is None:
        return True
    called = published.calls.get(key_of_call(graph, step))
    if called is not None:
        return len(parts) > len(GIVEN) and parts[len(GIVEN)] not in called.steps
    fields = published.forms.get(step.lb("form"))
    return parts[0] == "answers" and len(parts) > len(GIVEN) and bool(fields) and parts[2] not in (fields or ())


def _is_not_brought(graph: Graph, parts: list[str]) -> bool:
    """Say whether no message brings a value; those of a called definition stand in its own file."""
    node = graph.nodes.get(parts[1]) if len(parts) > 1 else None
    if node is None:
        return len(parts) > 1
    return len(parts) > len(GIVEN) and parts[len(GIVEN)] not in [part.strip() for part in node.lb("accepts").split(",")]
