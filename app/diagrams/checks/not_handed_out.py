"""A program sees only what its topic hands out; anything else a step would give it is left out without a word."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.foreign import as_feel
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published
from app.domain.feel import FeelRefused, compile_expression
from app.domain.feel.syntax import Context

CODE = "not-handed-out"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Compare the names a step writes in `lb:input` with those its topic hands out."""
    for node in graph.nodes.values():
        topic = node.lb("external")
        for name in _given(node.lb("input")) if topic in published.topics else ():
            if name not in published.topics[topic]:
                known = ", ".join(sorted(published.topics[topic])) or "-"
                yield finding(CODE, SEVERITY, node, given=name, topic=topic, known=known, flow=name)


def _given(text: str) -> tuple[str, ...]:
    """Return the names of a context that is written down; one that is computed is known at run time only."""
    if not text:
        return ()
    try:
        tree = compile_expression(as_feel(text)).tree
    except FeelRefused:
        return ()
    return tuple(name for name, _value in tree.entries) if isinstance(tree, Context) else ()
