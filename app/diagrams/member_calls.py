"""Where a diagram opens the members of a joint case (联办事项)."""

from dataclasses import dataclass

from app.diagrams.graph import build_graph
from app.diagrams.member_order import CALL, MATTER
from app.diagrams.reader import read


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCall:
    """A call activity that opens a member case."""

    element: str
    name: str
    matter_code: str
    line: int


def member_calls(xml: bytes) -> tuple[MemberCall, ...]:
    """Return the call activities of a diagram that open members, as drawn. Raises DiagramRefused for one nobody can read."""
    found = [node for node in build_graph(read(xml, file="diagram").root).nodes.values() if node.kind == CALL]
    return tuple(
        MemberCall(element=node.id, name=node.name, matter_code=called.removeprefix(MATTER), line=node.line)
        for node in found
        if (called := node.element.get("calledElement") or "").startswith(MATTER)
    )
