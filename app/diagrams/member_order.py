"""The order of the members of a joint case (联办事项先后), read from where its diagram opens them."""

from collections.abc import Collection

from app.diagrams.graph import Graph, build_graph
from app.diagrams.reader import read

CALL = "callActivity"
MATTER = "matter:"


def order_of_members(xml: bytes, chosen: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the chosen members a diagram opens, each with those it waits for directly; by matter code.

    A member that was not chosen is passed over: who waits for it waits for what it would have waited for.
    Raises DiagramRefused for a diagram that cannot be read.
    """
    graph = build_graph(read(xml, file="diagram").root)
    called = {node.id: _matter_of(graph, node.id) for node in graph.nodes.values() if node.kind == CALL}
    members = {node_id: code for node_id, code in called.items() if code in chosen}
    before = {code: _before(graph, node_id, members) for node_id, code in members.items()}
    return {code: _nearest(code, before) for code in before}


def _matter_of(graph: Graph, node_id: str) -> str:
    return (graph.nodes[node_id].element.get("calledElement") or "").removeprefix(MATTER)


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


def _nearest(code: str, before: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Leave out whom another predecessor waits for anyway."""
    return tuple(item for item in before[code] if not any(item in _all(other, before) for other in before[code]))


def _all(code: str, before: dict[str, tuple[str, ...]]) -> set[str]:
    """Return everybody a member waits for, near and far; a circle ends where it began."""
    found, waiting = set[str](), list(before[code])
    while waiting:
        item = waiting.pop()
        if item not in found:
            found.add(item)
            waiting.extend(before[item])
    return found
