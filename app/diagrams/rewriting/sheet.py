"""The sheet the rewriting works on: every scope with its nodes, and its flows by source and by target."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.diagrams.graph import FLOW_NODES, SUB_PROCESSES, line_of, local
from app.diagrams.reader import BPMN
from app.domain.diagram import Finding

Q = f"{{{BPMN}}}"
DEFINITION = "EventDefinition"


@dataclass(slots=True)
class Scope:
    """A process or sub-process. nodes: by id, in the order drawn. Flows are found by their ends without a search."""

    element: etree._Element
    depth: int
    nodes: dict[str, etree._Element] = field(default_factory=dict)
    leaving: dict[str, list[etree._Element]] = field(default_factory=dict)
    entering: dict[str, list[etree._Element]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the process or sub-process."""
        return self.element.get("id") or ""

    @property
    def is_handler(self) -> bool:
        """An event sub-process (事件子流程)."""
        return self.element.get("triggeredByEvent") == "true"

    def of_kind(self, *kinds: str) -> list[tuple[str, etree._Element]]:
        """Return the nodes of these kinds with their ids."""
        return [(node_id, node) for node_id, node in self.nodes.items() if local(node) in kinds]

    def out(self, node_id: str) -> list[etree._Element]:
        """Return the flows that leave a node."""
        return list(self.leaving.get(node_id, ()))

    def into(self, node_id: str) -> list[etree._Element]:
        """Return the flows that lead to a node."""
        return list(self.entering.get(node_id, ()))

    def keep_flow(self, flow: etree._Element) -> None:
        """Index a flow of this scope."""
        self.leaving.setdefault(flow.get("sourceRef") or "", []).append(flow)
        self.entering.setdefault(flow.get("targetRef") or "", []).append(flow)

    def drop_flow(self, flow: etree._Element) -> None:
        """Take a flow out."""
        self._forget(flow)
        remove(flow)

    def drop_node(self, node_id: str) -> None:
        """Take a node out with the flows at it."""
        for flow in {id(flow): flow for flow in (*self.out(node_id), *self.into(node_id))}.values():
            self.drop_flow(flow)
        remove(self.nodes.pop(node_id))

    def redirect(self, flow: etree._Element, *, source: str = "", target: str = "") -> None:
        """Give a flow another source, target or both."""
        self._forget(flow)
        flow.set("sourceRef", source or flow.get("sourceRef") or "")
        flow.set("targetRef", target or flow.get("targetRef") or "")
        self.keep_flow(flow)

    def _forget(self, flow: etree._Element) -> None:
        self.leaving[flow.get("sourceRef") or ""].remove(flow)
        self.entering[flow.get("targetRef") or ""].remove(flow)


@dataclass(slots=True)
class Sheet:
    """A document on its way to the executable form. scopes: inner ones before those they lie in."""

    root: etree._Element
    file: str
    start: str = ""
    scopes: list[Scope] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    count: int = 0

    def say(self, severity: str, code: str, element: etree._Element, **facts: object) -> None:
        """Note a finding about an element the author drew, by the author's id."""
        element_id = element.get("id") or ""
        self.findings.append(
            Finding(
                severity=severity,
                code=code,
                file=self.file,
                line=line_of(element),
                element=self.origin.get(element_id, element_id),
                name=" ".join((element.get("name") or "").split()),
                facts=facts,
            )
        )

    def add(self, scope: Scope, kind: str, node_id: str, origin: str, **attributes: str) -> etree._Element:
        """Add a node and remember which one of the author's it stands for."""
        self.origin[node_id] = self.origin.get(origin, origin)
        node = etree.SubElement(scope.element, Q + kind, {"id": node_id, **attributes})
        scope.nodes[node_id] = node
        return node

    def link(self, scope: Scope, source: str, target: str, origin: str) -> etree._Element:
        """Add a flow."""
        self.count += 1
        flow_id = f"{source}__{self.count}"
        self.origin[flow_id] = self.origin.get(origin, origin)
        ends = {"id": flow_id, "sourceRef": source, "targetRef": target}
        flow = etree.SubElement(scope.element, f"{Q}sequenceFlow", ends)
        scope.keep_flow(flow)
        return flow

    def index(self) -> None:
        """Find every scope, its nodes and its flows. Linear in the document."""
        waiting = [(process, 0) for process in self.root.iter(f"{Q}process")]
        found: list[Scope] = []
        while waiting:
            element, depth = waiting.pop()
            scope = Scope(element=element, depth=depth)
            for child in element:
                kind = local(child)
                if kind in FLOW_NODES:
                    scope.nodes[child.get("id") or ""] = child
                    if kind in SUB_PROCESSES:
                        waiting.append((child, depth + 1))
            found.append(scope)
        self.scopes = found[::-1]


def definitions(node: etree._Element) -> list[etree._Element]:
    """Return the triggers of an event."""
    return [child for child in node if local(child).endswith(DEFINITION)]


def trigger_kinds(node: etree._Element) -> list[str]:
    """Return what the triggers of an event are about: timer, message, ..."""
    return [local(child).removesuffix(DEFINITION) for child in definitions(node)]


def clear_triggers(node: etree._Element) -> None:
    """Make a plain event of it."""
    for definition in definitions(node):
        node.remove(definition)


def text_in(node: etree._Element, kind: str) -> str:
    """Return the trimmed text of the first child of this kind, empty when there is none."""
    child = node.find(Q + kind)
    return (child.text or "").strip() if child is not None else ""


def put_text(node: etree._Element, kind: str, text: str) -> None:
    """Set the text of the first child of this kind, which is added when there is none."""
    child = node.find(Q + kind)
    if child is None:
        child = etree.SubElement(node, Q + kind)
    child.text = text


def drop_attribute(node: etree._Element, name: str) -> None:
    """Take an attribute off, if it is there."""
    if name in node.attrib:
        del node.attrib[name]


def remove(element: etree._Element) -> None:
    """Take an element out of its document."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def children(node: etree._Element, *kinds: str) -> Iterator[etree._Element]:
    """Yield the direct children of these kinds."""
    return (child for child in list(node) if local(child) in kinds)
