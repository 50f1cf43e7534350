"""A diagram as a graph: nodes and flows of each scope, indexed once."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from app.diagrams.reader import BPMN, LB

LBQ = f"{{{LB}}}"
BPMN_TAG = f"{{{BPMN}}}"
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
    }
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
LINK_SOURCES = frozenset({"intermediateThrowEvent", "endEvent"})
TIMES = frozenset({"timeDuration", "timeDate", "timeCycle"})
FLOW_NODES = TASKS | SUB_PROCESSES | GATEWAYS | EVENTS


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. condition: FEEL text, empty when it has none."""

    id: str
    source: str
    target: str
    condition: str
    element: etree._Element = field(repr=False)


@dataclass(slots=True)
class Node:
    """A flow node. scope: id of the process or sub-process it lies in; host: of a boundary event."""

    id: str
    kind: str
    name: str
    line: int
    scope: str
    element: etree._Element = field(repr=False)
    host: str = ""
    outgoing: list[Flow] = field(default_factory=list)
    incoming: list[Flow] = field(default_factory=list)

    def lb(self, name: str) -> str:
        """Return the text of an attribute of ours, empty when absent."""
        return (self.element.get(f"{LBQ}{name}") or "").strip()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes a user task offers."""
        return tuple(part.strip() for part in self.lb("outcomes").split(",") if part.strip())

    def event_kind(self) -> str:
        """Return what an event is about: timer, message, ... or empty for a plain one."""
        definitions = [local(child) for child in self.element if local(child).endswith("EventDefinition")]
        return definitions[0].removesuffix("EventDefinition") if definitions else ""

    def timer_text(self) -> str:
        """Return the limit expression of a timer event."""
        for timer in self.element.findall(f"{BPMN_TAG}timerEventDefinition"):
            for inner in timer:
                if local(inner) in TIMES:
                    return (inner.text or "").strip()
        return ""


@dataclass(slots=True)
class Graph:
    """All nodes and flows of a document by id; scopes in document order."""

    nodes: dict[str, Node]
    flows: dict[str, Flow]
    scopes: dict[str, etree._Element]
    processes: tuple[str, ...]
    inside: dict[str, list[Node]] = field(default_factory=dict)
    attached: dict[str, list[Node]] = field(default_factory=dict)
    links: dict[tuple[str, str], Node] = field(default_factory=dict)

    def in_scope(self, scope: str) -> list[Node]:
        """Return the nodes directly inside a process or sub-process."""
        return self.inside.get(scope, [])

    def process_of(self, node: Node) -> str:
        """Return the id of the process a node lies in, however deep."""
        scope = node.scope
        while scope in self.nodes:
            scope = self.nodes[scope].scope
        return scope

    def boundaries(self, node_id: str) -> list[Node]:
        """Return the boundary events of an activity."""
        return self.attached.get(node_id, [])

    def successors(self, node: Node) -> Iterator[Node]:
        """Return what may follow a node directly: along flows and links, and over its boundary events."""
        for flow in node.outgoing:
            if flow.target in self.nodes:
                yield self.nodes[flow.target]
        if node.kind in LINK_SOURCES and node.event_kind() == "link":
            target = self.links.get((node.scope, link_name(node.element)))
            if target is not None:
                yield target
        yield from self.boundaries(node.id)


def local(element: etree._Element) -> str:
    """Return the tag of a BPMN element without its namespace; empty for what is not BPMN."""
    tag = str(element.tag)
    return tag.removeprefix(BPMN_TAG) if tag.startswith(BPMN_TAG) else ""


def link_name(node: etree._Element) -> str:
    """Return the name a link event is joined by: that of the link, else that of the event."""
    link = node.find(f"{BPMN_TAG}linkEventDefinition")
    named = (link.get("name") if link is not None else None) or node.get("name") or ""
    return " ".join(named.split())


def line_of(element: etree._Element) -> int:
    """Return the line an element was read from, 0 when it was not read."""
    return cast("int | None", element.sourceline) or 0


def build_graph(root: etree._Element, *, only: Container[str] | None = None) -> Graph:
    """Index a document. Linear in its nodes. only: ids of the processes to look at, all when left out."""
    graph = Graph(nodes={}, flows={}, scopes={}, processes=())
    processes = [item for item in root.iter(f"{BPMN_TAG}process") if only is None or (item.get("id") or "") in only]
    for process in processes:
        _walk(process, graph)
    graph.processes = tuple(process.get("id") or "" for process in processes)
    for flow in graph.flows.values():
        if flow.source in graph.nodes:
            graph.nodes[flow.source].outgoing.append(flow)
        if flow.target in graph.nodes:
            graph.nodes[flow.target].incoming.append(flow)
    for node in graph.nodes.values():
        graph.inside.setdefault(node.scope, []).append(node)
        if node.host:
            graph.attached.setdefault(node.host, []).append(node)
        if node.kind == "intermediateCatchEvent" and node.event_kind() == "link":
            graph.links[node.scope, link_name(node.element)] = node
    return graph


def _walk(scope: etree._Element, graph: Graph) -> None:
    stack = [(scope, scope.get("id") or "")]
    while stack:
        current, scope_id = stack.pop()
        graph.scopes[scope_id] = current
        for child in current:
            kind = local(child)
            if kind == "sequenceFlow":
                _add_flow(child, graph)
            elif kind in FLOW_NODES:
                node_id = child.get("id") or f"{kind}-line-{child.sourceline}"
                if node_id in graph.nodes or node_id in graph.scopes:  # an id used twice must not close a circle
                    node_id = f"{node_id}__{len(graph.nodes)}"
                graph.nodes[node_id] = Node(
                    id=node_id,
                    kind=kind,
                    name=" ".join((child.get("name") or "").split()),
                    line=line_of(child),
                    scope=scope_id,
                    element=child,
                    host=(child.get("attachedToRef") or "") if kind == "boundaryEvent" else "",
                )
                if kind in SUB_PROCESSES:
                    stack.append((child, node_id))


def _add_flow(element: etree._Element, graph: Graph) -> None:
    condition = element.find(f"{{{BPMN}}}conditionExpression")
    flow_id = element.get("id") or f"flow-line-{element.sourceline}"
    graph.flows[flow_id] = Flow(
        id=flow_id,
        source=element.get("sourceRef") or "",
        target=element.get("targetRef") or "",
        condition=(condition.text or "").strip() if condition is not None else "",
        element=element,
    )
