"""A time limit that cannot be read, or a clock nobody knows, would never fire."""

from collections.abc import Iterable

from app.diagrams.findings import finding
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published
from app.domain.errors import InvalidInput
from app.domain.limit import NamedLimit, parse_limit
from app.domain.messages import Word

A_CLOCK = Word("clock.limit_expected.clock")
DERIVED = frozenset({"decided", "deemed"})

CODE = "bad-limit"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Read every timer and every `lb:limit`, and look its clock up."""
    for node in graph.nodes.values():
        for text in filter(None, (node.lb("limit"), node.timer_text())):
            try:
                limit = parse_limit(text)
            except InvalidInput as fault:
                yield finding(CODE, SEVERITY, node, text=text, **_place(fault))
                continue
            if isinstance(limit, NamedLimit) and limit.clock not in published.clocks | DERIVED:
                yield finding(CODE, SEVERITY, node, text=text, column=1, expected=A_CLOCK)


def _place(fault: InvalidInput) -> dict[str, object]:
    return {"column": fault.facts.get("column", 1), "expected": fault.facts.get("expected", A_CLOCK)}
