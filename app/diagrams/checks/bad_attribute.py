"""An attribute of ours with a value nobody understands would be passed over in silence."""

from collections.abc import Iterable, Iterator

from app.diagrams.findings import finding
from app.diagrams.graph import Graph, Node
from app.domain.diagram import Finding, Published
from app.domain.event_message import MOST_VALUES
from app.domain.feel import is_feel_name

MOST_SIGNATURES = 9
EXAMPLE = "site_visit"
THROWING = frozenset({"intermediateThrowEvent", "endEvent"})
VALUES = "paid_on, receipt_no"
WORDS = {"decides": ("true", "false"), "handledBy": ("internal", "external")}

CODE = "bad-attribute"
SEVERITY = "error"


def check(graph: Graph, published: Published) -> Iterable[Finding]:
    """Read `lb:decides`, `lb:handledBy`, `lb:signatures`, `lb:startsClock`, `lb:result` and those of messages."""
    for node in graph.nodes.values():
        for name, expected in _wrong(node, published):
            yield finding(
                CODE, SEVERITY, node, attribute=f"lb:{name}", text=node.lb(name), expected=expected, flow=name
            )


def _wrong(node: Node, published: Published) -> Iterator[tuple[str, str]]:
    """Yield the attributes that cannot be read, with what may stand there."""
    for name, words in WORDS.items():
        if node.lb(name) and node.lb(name) not in words:
            yield name, ", ".join(words)
    signatures = node.lb("signatures")
    if signatures and not (signatures.isdecimal() and 1 <= int(signatures[:3]) <= MOST_SIGNATURES):
        yield "signatures", f"1-{MOST_SIGNATURES}"
    clocks = [part.strip() for part in node.lb("startsClock").split(",") if part.strip()]
    if not published.clocks.issuperset(clocks):
        yield "startsClock", ", ".join(sorted(published.clocks))
    # Without a name of its own the result stands under that of the decision, where conditions have to find it.
    result = node.lb("result") or node.lb("decision")
    if node.kind == "businessRuleTask" and result and not is_feel_name(result):
        yield "result", EXAMPLE
    yield from _wrong_of_message(node)


def _wrong_of_message(node: Node) -> Iterator[tuple[str, str]]:
    """Yield what of a message stands where no message is, and names of its values nobody could read."""
    is_caught = node.kind == "receiveTask" or (node.event_kind() == "message" and node.kind not in THROWING)
    is_sent = node.kind == "sendTask" or (node.event_kind() == "message" and node.kind in THROWING)
    if node.lb("correlation") and not is_caught and not is_sent:
        yield "correlation", "-"
    names = [part.strip() for part in node.lb("accepts").split(",") if part.strip()]
    if names and not is_caught:
        yield "accepts", "-"
    elif len(names) > MOST_VALUES or not all(map(is_feel_name, names)):
        yield "accepts", VALUES
