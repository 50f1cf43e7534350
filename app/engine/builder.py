"""Build the specs of a process from its XML: first all nodes of a scope, then the flows between them."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml.etree import _Element

from app.domain.errors import DiagramRefused
from app.engine.elements import MATTER, Element, read_element
from app.engine.expressions import Condition
from app.engine.library_fixes import CaseProcessSpec
from app.engine.node_builder import FLOW_NODES, TAG, NodeBuilder, child, text_of
from app.engine.specs.gateways import CaseExclusiveGateway, CaseInclusiveGateway
from app.engine.specs.node import SPLIT_SUFFIX, BoundarySplit
from app.engine.specs.waits import CaseStartEvent

NESTED = ("subProcess", "transaction", "adHocSubProcess")


class DefinitionBuilder:
    """Reads one document. `elements` fills while processes are built."""

    def __init__(self, root: _Element, origin: Mapping[str, str]) -> None:
        self.elements: dict[str, Element] = {}
        self._origin = origin
        self._processes = {node.get("id", ""): node for node in root.iter(TAG + "process")}
        self._lanes = {
            (reference.text or "").strip(): lane.get("name") or ""
            for lane in root.iter(TAG + "lane")
            for reference in lane.findall(TAG + "flowNodeRef")
        }
        self._nodes = NodeBuilder(root)
        self._specs: dict[str, CaseProcessSpec] = {}
        self._open: list[tuple[str, _Element, str]] = []

    def build(self, process_id: str) -> tuple[CaseProcessSpec, dict[str, CaseProcessSpec]]:
        """Return the spec of the process and those of everything inside it or called by it, by their id.

        The process itself is among them, because one of them may call it.
        """
        self._want(process_id, self._process(process_id), "")
        while self._open:
            name, scope, lane = self._open.pop()
            self._build_scope(self._specs[name], scope, lane)
        return self._specs[process_id], self._specs

    def _process(self, process_id: str) -> _Element:
        node = self._processes.get(process_id)
        if node is None:
            raise DiagramRefused("diagram_not_executable", reason="process_unknown", process=process_id)
        return node

    def _want(self, name: str, scope: _Element, lane: str) -> None:
        if name not in self._specs:
            self._specs[name] = CaseProcessSpec(name)
            self._open.append((name, scope, lane))

    def _build_scope(self, spec: CaseProcessSpec, scope: _Element, outer_lane: str) -> None:
        nodes = {node.get("id", ""): node for node in scope if _local(node) in FLOW_NODES}
        attached: dict[str, list[_Element]] = {}
        for node in nodes.values():
            if _local(node) == "boundaryEvent":
                attached.setdefault(node.get("attachedToRef", ""), []).append(node)
        built: dict[str, Any] = {}
        for element_id, node in nodes.items():
            built[element_id] = self._build_node(spec, node, outer_lane)
        entries = dict(built)
        for element_id, events in attached.items():
            entries[element_id] = _attach(spec, element_id, built, events)
        self._begin(spec, scope, entries)
        self._connect(scope, nodes, built, entries)
        for node_spec in built.values():
            if isinstance(node_spec, CaseInclusiveGateway):
                node_spec.seal()

    def _build_node(self, spec: CaseProcessSpec, node: _Element, outer_lane: str) -> Any:
        element_id = node.get("id", "")
        element = read_element(
            node,
            author_id=self._origin.get(element_id, element_id),
            lane=self._lanes.get(element_id) or outer_lane,
        )
        self.elements[element_id] = element
        called = node.get("calledElement") or ""
        if _local(node) in NESTED:
            self._want(element_id, node, element.lane)
        elif _local(node) == "callActivity" and not called.startswith(MATTER):
            self._want(called, self._process(called), "")
        return self._nodes.build(spec, node, element)

    def _begin(self, spec: CaseProcessSpec, scope: _Element, entries: Mapping[str, Any]) -> None:
        starts = [entry for entry in entries.values() if isinstance(entry, CaseStartEvent)]
        if len(starts) != 1:
            raise DiagramRefused(
                "diagram_not_executable", reason="not_one_start", process=scope.get("id", ""), count=len(starts)
            )
        spec.start = starts[0]

    def _connect(
        self, scope: _Element, nodes: Mapping[str, _Element], built: Mapping[str, Any], entries: Mapping[str, Any]
    ) -> None:
        for flow in scope.findall(TAG + "sequenceFlow"):
            source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
            if source not in built or target not in entries:
                raise DiagramRefused("diagram_not_executable", reason="flow_without_node", flow=flow.get("id", ""))
            node_spec, condition = built[source], text_of(child(flow, "conditionExpression"))
            is_default = nodes[source].get("default") == flow.get("id")
            if isinstance(node_spec, CaseExclusiveGateway | CaseInclusiveGateway):
                node_spec.connect_if(Condition(condition) if condition and not is_default else None, entries[target])
            else:
                node_spec.connect(entries[target])
        for element_id, node_spec in built.items():
            choices = getattr(node_spec, "cond_task_specs", ())
            if sum(condition is None for condition, _ in choices) > 1:
                raise DiagramRefused("diagram_not_executable", reason="flow_without_condition", element=element_id)


def _attach(
    spec: CaseProcessSpec, element_id: str, built: Mapping[str, Any], events: Iterable[_Element]
) -> BoundarySplit:
    if element_id not in built:
        raise DiagramRefused("diagram_not_executable", reason="boundary_without_activity", element=element_id)
    split = BoundarySplit(spec, element_id + SPLIT_SUFFIX)
    split.activity_id = element_id
    split.connect(built[element_id])
    for event in events:
        split.connect(built[event.get("id", "")])
    return split


def _local(node: _Element) -> str:
    tag = node.tag
    return tag.removeprefix(TAG) if isinstance(tag, str) and tag.startswith(TAG) else ""
