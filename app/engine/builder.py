"""Build the specs of a process, and of all it calls: first all nodes of a scope, then the flows between them."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml.etree import _Element

from app.domain.errors import DiagramRefused
from app.engine.elements import Element, read_element
from app.engine.expressions import Condition
from app.engine.library_fixes import CaseProcessSpec
from app.engine.node_builder import FLOW_NODES, TAG, child, text_of
from app.engine.sources import Source, called_by
from app.engine.specs.gateways import CaseExclusiveGateway, CaseInclusiveGateway
from app.engine.specs.node import SPLIT_SUFFIX, BoundarySplit
from app.engine.specs.waits import CaseStartEvent


class DefinitionBuilder:
    """Reads the documents of a definition. `elements` fills while processes are built."""

    def __init__(self, main: Source, called: Mapping[str, Source]) -> None:
        self.elements: dict[str, Element] = {}
        self._main, self._called = main, called
        self._specs: dict[str, CaseProcessSpec] = {}
        self._open: list[tuple[str, Source, _Element, str]] = []

    def build(self, process_id: str) -> tuple[CaseProcessSpec, dict[str, CaseProcessSpec]]:
        """Return the spec of the process and those of everything inside it or called by it, by their names.

        The process itself is among them, because one of them may call it.
        """
        self._want(process_id, self._main, self._main.process(process_id), "")
        while self._open:
            name, source, scope, lane = self._open.pop()
            self._build_scope(self._specs[name], source, scope, lane)
        return self._specs[process_id], self._specs

    def _want(self, name: str, source: Source, scope: _Element, lane: str) -> None:
        if name not in self._specs:
            self._specs[name] = CaseProcessSpec(name, file=source.key, origin=source.origin)
            self._open.append((name, source, scope, lane))

    def _build_scope(self, spec: CaseProcessSpec, source: Source, scope: _Element, outer_lane: str) -> None:
        nodes = {node.get("id", ""): node for node in scope if _local(node) in FLOW_NODES}
        attached: dict[str, list[_Element]] = {}
        for node in nodes.values():
            if _local(node) == "boundaryEvent":
                attached.setdefault(node.get("attachedToRef", ""), []).append(node)
        built: dict[str, Any] = {}
        for element_id, node in nodes.items():
            built[element_id] = self._build_node(spec, source, node, outer_lane)
        entries = dict(built)
        for element_id, events in attached.items():
            entries[element_id] = _attach(spec, element_id, built, events)
        self._begin(spec, scope, entries)
        self._connect(scope, nodes, built, entries)
        for node_spec in built.values():
            if isinstance(node_spec, CaseInclusiveGateway):
                node_spec.seal()

    def _build_node(self, spec: CaseProcessSpec, source: Source, node: _Element, outer_lane: str) -> Any:
        element_id, inside = node.get("id", ""), source.inside(node)
        element = read_element(
            node,
            author_id=source.origin.get(element_id, element_id),
            lane=source.lanes.get(element_id) or outer_lane,
            inside=inside,
        )
        self.elements[source.qualified(element_id)] = element
        called = called_by(node)
        if inside and not called:
            self._want(inside, source, node, element.lane)
        elif inside in self._called:
            self._want(inside, self._called[inside], self._called[inside].process(self._called[inside].main), "")
        elif inside:
            self._want(inside, source, source.process(called), "")
        return source.nodes.build(spec, node, element)

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
