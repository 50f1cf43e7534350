"""The order of the members of a joint case (联办事项先后), read from where its diagram opens them."""

from app.diagrams.graph import Graph, build_graph
from app.diagrams.reader import read
from app.domain.bundle_order import circle_among, order_among

CALL = "callActivity"
MATTER = "matter:"


def order_of_members(xml: bytes) -> dict[str, tuple[str, ...]]:
    """Return every member a diagram opens, each with those it waits for directly; by matter code.

    Raises DiagramRefused for a diagram that cannot be read.
    """
    order = _as_drawn(xml)
    return order_among(order, order.keys())


def circle_of_members(xml: bytes) -> tuple[str, ...]:
    """Return the members a diagram lets wait for each other, by matter code. Raises DiagramRefused as above."""
    return circle_among(_as_drawn(xml))


def _as_drawn(xml: bytes) -> dict[str, tuple[str, ...]]:
    graph = build_graph(read(xml, file="diagram").root)
    called = {node.id: _matter_of(graph, node.id) for node in graph.nodes.values() if node.kind == CALL}
    members = {node_id: code for node_id, code in called.items() if code}
    return {code: _before(graph, node_id, members) for node_id, code in members.items()}


def _matter_of(graph: Graph, node_id: str) -> str:
    """Return the matter a call activity opens, empty when it opens another process."""
    called = graph.nodes[node_id].element.get("calledElement") or ""
    return called.removeprefix(MATTER) if called.startswith(MATTER) else ""


def _before(graph: Graph, node_id: str, members: dict[str, str]) -> tuple[str, ...]:
    """Return the members from which a path leads here that passes no other member."""
    seen, found, waiting = {node_id}, list[str](), [node_id]
    while waiting:
        node = graph.nodes[waiting.pop()]
        for flow in node.incoming:
            source = graph.nodes.get(flow.source)
            if source is None or source.id in seen:
                continue
            seen.add(source.id)
            if source.id in members:
                found.append(members[source.id])
            else:
                waiting.append(source.host or source.id)
    return tuple(sorted(found))
