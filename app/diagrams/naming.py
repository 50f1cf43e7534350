"""What the steps and events of a diagram are called, for people who choose among them."""

from dataclasses import dataclass

from app.diagrams.graph import FLOW_NODES, local
from app.diagrams.reader import read


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNode:
    """A flow node as drawn. kind: its BPMN tag, such as `userTask`."""

    id: str
    kind: str
    name: str


def list_nodes(raw: bytes) -> tuple[DrawnNode, ...]:
    """Return the flow nodes of a diagram in the order of its document. Raises DiagramRefused for what is none."""
    root = read(raw, file="diagram.bpmn").root
    return tuple(
        DrawnNode(id=node.get("id") or "", kind=local(node), name=node.get("name") or "")
        for node in root.iter()
        if isinstance(node.tag, str) and local(node) in FLOW_NODES and node.get("id")
    )
