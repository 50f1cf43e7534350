"""A time limit that cannot be read, or a clock nobody knows, would never fire."""

from collections.abc import Iterable, Iterator

from app.diagrams.findings import finding
from app.diagrams.foreign import as_limit
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published
from app.domain.errors import InvalidInput
from app.domain.limit import NamedLimit, parse_limit
from app.domain.messages import Word

A_CLOCK = Word("clock.limit_expected.clock")
DERIVED = frozenset({"decided", "deemed"})
# The end of a certificate is an instant without a share, and nothing is counted from it.
BARE = "expiry"

CODE = "bad-limit"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Read every timer and every `lb:limit`, and look its clock up."""
    for node in graph.nodes.values():
        for text in _limits_of(graph, node):
            try:
                limit = parse_limit(as_limit(text))
            except InvalidInput as fault:
                yield finding(CODE, SEVERITY, node, text=text, **_place(fault))
                continue
            if isinstance(limit, NamedLimit) and not _is_known(limit, published):
                yield finding(CODE, SEVERITY, node, text=text, column=1, expected=A_CLOCK)


def _limits_of(graph: Graph, node: Node) -> Iterator[str]:
    """Yield what stands at a node. The trigger of a start is not watched, except that of an event sub-process."""
    if node.lb("limit"):
        yield node.lb("limit")
    is_watched = node.kind != "startEvent" or graph.scopes[node.scope].get("triggeredByEvent") == "true"
    if node.event_kind() == "timer" and is_watched:
        yield node.timer_text()


def _is_known(limit: NamedLimit, published: Published) -> bool:
    if limit.clock == BARE:
        return limit.offset is None and limit.percent is None
    return limit.clock in published.clocks | DERIVED


def _place(fault: InvalidInput) -> dict[str, object]:
    return {"column": fault.facts.get("column", 1), "expected": fault.facts.get("expected", A_CLOCK)}
