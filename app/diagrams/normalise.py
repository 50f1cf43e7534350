"""Normalise a diagram: rewrite it into what the engine executes correctly; ids stay, so positions still show.

What is not executed correctly is an error finding and a manual task in its place, so that the draft still opens.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from app.diagrams.graph import EVENTS, FLOW_NODES, Graph, Node, build_graph, local
from app.diagrams.reader import BPMN, LB, Document
from app.domain.diagram import Finding, Normalised
from app.domain.errors import DiagramRefused

NORMALISER_VERSION = "1"
Q = f"{{{BPMN}}}"
REFUSED_KINDS: Mapping[str, str] = {
    "scriptTask": "script-refused",
    "complexGateway": "unsupported-construct",
    "adHocSubProcess": "unsupported-construct",
    "transaction": "unsupported-construct",
}
REFUSED_EVENTS = frozenset({"compensate", "cancel", "link"})
RESERVED_IDS = frozenset({"Start", "End", "Root"})
KEPT_TAGS = FLOW_NODES | {
    "process",
    "sequenceFlow",
    "definitions",
    "conditionExpression",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "loopCardinality",
    "loopDataInputRef",
    "loopDataOutputRef",
    "inputDataItem",
    "outputDataItem",
    "completionCondition",
    "loopCondition",
    "timerEventDefinition",
    "timeDuration",
    "timeDate",
    "timeCycle",
    "messageEventDefinition",
    "signalEventDefinition",
    "errorEventDefinition",
    "escalationEventDefinition",
    "conditionalEventDefinition",
    "condition",
    "terminateEventDefinition",
    "message",
    "signal",
    "error",
    "escalation",
    "laneSet",
    "lane",
    "flowNodeRef",
    "compensateEventDefinition",
    "cancelEventDefinition",
    "linkEventDefinition",
}


@dataclass(slots=True)
class _Pass:
    document: Document
    root: etree._Element
    findings: list[Finding] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def say(self, severity: str, code: str, node: Node, **facts: object) -> None:
        """Note a finding about a node."""
        self.findings.append(
            Finding(
                severity=severity,
                code=code,
                file=self.document.file,
                line=node.line,
                element=node.id,
                name=node.name,
                facts=facts,
            )
        )

    def add(self, scope: etree._Element, tag: str, node_id: str, origin: str, **attributes: str) -> etree._Element:
        """Add an element and remember which one of the author's it stands for."""
        self.origin[node_id] = origin
        return etree.SubElement(scope, f"{Q}{tag}", {"id": node_id, **attributes})


def normalise(document: Document) -> Normalised:
    """Return the executable form of a diagram, with every finding of the rewriting.

    Raises DiagramRefused `no-process` when there is nothing that could run. Deterministic: equal input, equal bytes.
    """
    work = _Pass(document=document, root=copy.deepcopy(document.root))
    _strip(work.root)
    for process in list(work.root.iter(f"{Q}process")):
        if not any(local(child) in FLOW_NODES for child in process):
            _remove(process)
    processes = list(work.root.iter(f"{Q}process"))
    if not processes:
        finding = {"severity": "error", "code": "no-process", "file": document.file, "line": 1}
        raise DiagramRefused("definition_refused", items=(finding,), count=1)
    _rename_reserved(work)
    for node in list(build_graph(work.root).nodes.values()):
        _replace_refused(work, node)
    _complete(work, build_graph(work.root))
    marked = [item for item in processes if item.get("isExecutable") == "true"] or processes[:1]
    return Normalised(
        xml=etree.tostring(work.root, method="c14n"),
        processes=tuple(item.get("id") or "" for item in marked),
        name=marked[0].get("name") or "",
        starts={item.get("id") or "": _starts(item) for item in marked},
        origin=work.origin,
        findings=tuple(work.findings),
        choices=work.choices,
    )


def _strip(root: etree._Element) -> None:
    """Drop what does not run: documentation, drawings, data, foreign extensions and their attributes."""
    for element in list(root.iter()):
        if element is not root and local(element) not in KEPT_TAGS:
            _remove(element)
            continue
        for name in list(element.attrib):
            namespace = etree.QName(str(name)).namespace
            if namespace not in (None, LB):
                del element.attrib[name]


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _rename_reserved(work: _Pass) -> None:
    """The engine library has inner nodes of these names; a drawn node of the same id would run them instead."""
    renamed: dict[str, str] = {}
    for element in work.root.iter():
        node_id = element.get("id")
        if node_id in RESERVED_IDS:
            renamed[node_id] = f"{node_id}__node"
            work.origin[renamed[node_id]] = node_id
            element.set("id", renamed[node_id])
    if not renamed:
        return
    for element in work.root.iter():
        for name in ("sourceRef", "targetRef", "attachedToRef", "default"):
            if element.get(name) in renamed:
                element.set(name, renamed[element.get(name) or ""])
        if local(element) == "flowNodeRef" and (element.text or "").strip() in renamed:
            element.text = renamed[(element.text or "").strip()]


def _replace_refused(work: _Pass, node: Node) -> None:
    """Put a manual task in the place of what is not executed correctly, so that the draft still opens."""
    element, code = node.element, REFUSED_KINDS.get(node.kind, "")
    construct = node.kind
    if node.kind == "subProcess" and element.get("triggeredByEvent") == "true":
        code, construct = "unsupported-construct", "eventSubProcess"
    if node.kind in EVENTS:
        kinds = [
            local(child).removesuffix("EventDefinition")
            for child in element
            if local(child).endswith("EventDefinition")
        ]
        refused = [kind for kind in kinds if kind in REFUSED_EVENTS]
        if refused:
            code, construct = "unsupported-construct", f"{refused[0]}Event"
        elif len(kinds) > 1:
            code, construct = "unsupported-construct", "multipleEvent"
    if node.kind == "task":
        work.say("warning", "untyped-task", node)
        element.tag = f"{Q}manualTask"
    if not code:
        return
    work.say("error", code, node, construct=construct)
    for child in list(element):
        element.remove(child)
    for name in ("triggeredByEvent", "attachedToRef", "cancelActivity"):
        if name in element.attrib:
            del element.attrib[name]
    element.tag = f"{Q}endEvent" if node.kind == "endEvent" else f"{Q}manualTask"


def _complete(work: _Pass, graph: Graph) -> None:
    for node in graph.nodes.values():
        if node.kind in ("exclusiveGateway", "inclusiveGateway"):
            _complete_choice(work, node)
        elif node.kind not in ("parallelGateway", "eventBasedGateway", "endEvent"):
            _split_flows(work, node)
        _end_dead_end(work, graph, node)
    for flow in graph.flows.values():
        if flow.condition.startswith("${"):
            condition = flow.element.find(f"{Q}conditionExpression")
            if condition is not None:
                condition.text = _feel_of(flow.condition)
    for scope_id, scope in graph.scopes.items():
        _begin_scope(work, graph, scope_id, scope)


def _complete_choice(work: _Pass, node: Node) -> None:
    """One flow without a condition is the default; several are a fault."""
    default = node.element.get("default")
    bare = [flow for flow in node.outgoing if not flow.condition and flow.id != default]
    if len(node.outgoing) <= 1 or not bare:
        return
    if len(bare) == 1 and default is None:
        node.element.set("default", bare[0].id)
        work.say("note", "default-assumed", node, flow=bare[0].id)
        return
    work.choices[node.id] = tuple(flow.id for flow in bare)
    work.say("error", "missing-condition", node, count=len(bare), of=len(node.outgoing))
    node.element.set("default", bare[0].id)
    for flow in bare[1:]:
        etree.SubElement(flow.element, f"{Q}conditionExpression").text = "false"


def _split_flows(work: _Pass, node: Node) -> None:
    """Several flows out of a task or event are a gateway nobody drew: parallel, or inclusive where they have conditions."""
    if len(node.outgoing) <= 1 and not any(flow.condition for flow in node.outgoing):
        return
    scope = node.element.getparent()
    assert scope is not None
    has_conditions = any(flow.condition for flow in node.outgoing)
    gateway_id = f"{node.id}__split"
    gateway = work.add(scope, "inclusiveGateway" if has_conditions else "parallelGateway", gateway_id, node.id)
    default = node.element.get("default")
    if default is not None:
        del node.element.attrib["default"]
        if has_conditions:
            gateway.set("default", default)
    for flow in node.outgoing:
        flow.element.set("sourceRef", gateway_id)
    work.add(scope, "sequenceFlow", f"{node.id}__to_split", node.id, sourceRef=node.id, targetRef=gateway_id)


def _end_dead_end(work: _Pass, graph: Graph, node: Node) -> None:
    if node.outgoing or node.kind == "endEvent":
        return
    scope = node.element.getparent()
    assert scope is not None
    if node.kind != "startEvent" or len(graph.in_scope(node.scope)) > 1:
        work.say("warning", "dead-end", node)
    end_id = f"{node.id}__end"
    work.add(scope, "endEvent", end_id, node.id)
    work.add(scope, "sequenceFlow", f"{node.id}__to_end", node.id, sourceRef=node.id, targetRef=end_id)


def _begin_scope(work: _Pass, graph: Graph, scope_id: str, scope: etree._Element) -> None:
    """A scope without a start event begins at every node nothing leads to."""
    nodes = graph.in_scope(scope_id)
    if any(node.kind == "startEvent" for node in nodes) or not nodes:
        return
    first = [node for node in nodes if not node.incoming and not node.host]
    if not first:
        first = nodes[:1]
    work.say("warning", "missing-start", first[0], scope=scope_id)
    start_id = f"{scope_id}__start"
    work.add(scope, "startEvent", start_id, first[0].id)
    source = start_id
    if len(first) > 1:
        source = f"{scope_id}__fork"
        work.add(scope, "parallelGateway", source, first[0].id)
        work.add(scope, "sequenceFlow", f"{start_id}__to_fork", first[0].id, sourceRef=start_id, targetRef=source)
    for node in first:
        work.add(scope, "sequenceFlow", f"{source}__to__{node.id}", node.id, sourceRef=source, targetRef=node.id)


def _feel_of(juel: str) -> str:
    """Return a condition of another tool (`${a && b == 'x'}`) as FEEL; what cannot be read is refused by the checks."""
    body = juel.removeprefix("${").removesuffix("}")
    for other, ours in (("&&", " and "), ("||", " or "), ("==", "="), ("'", '"')):
        body = body.replace(other, ours)
    return f"={body.strip()}"


def _starts(process: etree._Element) -> tuple[str, ...]:
    return tuple(child.get("id") or "" for child in process if local(child) == "startEvent")
