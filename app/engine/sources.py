"""The documents a definition is built from: its own, and those of the processes it calls."""

from collections.abc import Mapping

from lxml import etree
from lxml.etree import _Element

from app.domain.diagram import Normalised
from app.domain.errors import DiagramRefused
from app.engine.elements import MATTER, PROCESS
from app.engine.node_builder import TAG, NodeBuilder, element_id

FILE_MARK = "#"
NESTED = tuple(TAG + kind for kind in ("subProcess", "transaction", "adHocSubProcess"))


class Source:
    """An executable diagram, read. key: `process:<name>` of a called one, empty for that of the definition itself.

    What lies in a called file is known to the definition by its id after the key: `process:visit#look`.
    """

    def __init__(self, normalised: Normalised, *, key: str = "") -> None:
        """Raises DiagramRefused for what is no XML, or has ids that look like calls."""
        root = _read(normalised.xml)
        self.key = key
        self.main = normalised.processes[0]
        self.origin = dict(normalised.origin)
        self.processes = {element_id(node): node for node in root.iter(TAG + "process")}
        self.lanes = {
            (reference.text or "").strip(): lane.get("name") or ""
            for lane in root.iter(TAG + "lane")
            for reference in lane.findall(TAG + "flowNodeRef")
        }
        self.nodes = NodeBuilder(root)

    def qualified(self, name: str) -> str:
        """Return how the definition knows what has the id `name` here. Raises DiagramRefused for an id like a key."""
        if name.startswith(PROCESS):
            raise DiagramRefused("diagram_not_executable", reason="id_like_a_key", element=name)
        if name == self.main and self.key:
            return self.key
        return prefix_of(self.key) + name

    def qualified_origin(self) -> Mapping[str, str]:
        """Return the origin of what was added here, both by their names in the definition."""
        return {self.qualified(added): self.qualified(drawn) for added, drawn in self.origin.items()}

    def inside(self, node: _Element) -> str:
        """Return the process an activity runs, by its name in the definition; empty for any other node."""
        if node.tag in NESTED:
            return self.qualified(element_id(node))
        called = called_by(node)
        return called if called.startswith(PROCESS) or not called else self.qualified(called)

    def process(self, process_id: str) -> _Element:
        """Return a process of this document. Raises DiagramRefused."""
        found = self.processes.get(process_id)
        if found is None:
            raise DiagramRefused("diagram_not_executable", reason="process_unknown", process=process_id)
        return found


def prefix_of(key: str) -> str:
    """Return what stands before the names of a called file; empty for the own one."""
    return key + FILE_MARK if key else ""


def called_by(node: _Element) -> str:
    """Return the process a call activity calls, as written there; empty for a matter and for any other node."""
    called = node.get("calledElement") or "" if node.tag == TAG + "callActivity" else ""
    return "" if called.startswith(MATTER) else called


def _read(xml: bytes) -> _Element:
    if b"<!DOCTYPE" in xml:
        raise DiagramRefused("diagram_not_executable", reason="unreadable", text="DOCTYPE")
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, reader)
    except etree.XMLSyntaxError as fault:
        raise DiagramRefused("diagram_not_executable", reason="unreadable", text=str(fault)) from fault
