"""Build the spec of one flow node: its class, trigger, and the marker of several instances."""

from collections.abc import Mapping
from typing import Any

from lxml.etree import _Element
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from app.domain.errors import DiagramRefused
from app.engine.elements import Element
from app.engine.expressions import Condition
from app.engine.library_fixes import CaseProcessSpec
from app.engine.specs import activities, decisions, gateways, instances, thrown, waits

TAG = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
INSTANCE_SUFFIX = "/instance"
TIME_TAGS = ("timeDuration", "timeDate", "timeCycle")
REFERENCES = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
SIMPLE: Mapping[str, type] = {
    "userTask": activities.CaseUserTask,
    "manualTask": activities.CaseManualTask,
    "task": activities.CaseNoneTask,
    "serviceTask": activities.ServiceCall,
    "businessRuleTask": decisions.DecisionTask,
    "exclusiveGateway": gateways.CaseExclusiveGateway,
    "inclusiveGateway": gateways.CaseInclusiveGateway,
    "parallelGateway": gateways.CaseParallelGateway,
}
CATCHING: Mapping[str, type] = {
    "startEvent": waits.CaseStartEvent,
    "intermediateCatchEvent": waits.CaseCatchEvent,
    "receiveTask": waits.CaseReceiveTask,
    "eventBasedGateway": waits.CaseEventGateway,
}
THROWING: Mapping[str, type] = {
    "intermediateThrowEvent": thrown.CaseThrowEvent,
    "endEvent": thrown.CaseEndEvent,
    "sendTask": thrown.CaseSendTask,
}
REFUSED = frozenset({"scriptTask", "complexGateway", "adHocSubProcess", "transaction"})
FLOW_NODES = frozenset(
    {*SIMPLE, *CATCHING, *THROWING, *REFUSED, "boundaryEvent", "subProcess", "callActivity"},
)


def child(node: _Element, name: str) -> _Element | None:
    """Return the first child of that BPMN name."""
    return node.find(TAG + name)


def text_of(node: _Element | None) -> str:
    """Return the trimmed text of a node, empty when there is none."""
    return (node.text or "").strip() if node is not None else ""


class NodeBuilder:
    """Builds nodes of one document, whose messages, signals, errors and escalations it knows."""

    def __init__(self, root: _Element) -> None:
        self._known = {
            (kind, element_id(node)): node.get(attribute) or node.get("name") or element_id(node)
            for kind, attribute in REFERENCES.items()
            for node in root.findall(TAG + kind)
        }

    def build(self, spec: CaseProcessSpec, node: _Element, element: Element) -> Any:
        """Return the spec of `node`, added to `spec`; with a marker the marker. Raises DiagramRefused."""
        several, loop = child(node, "multiInstanceLoopCharacteristics"), child(node, "standardLoopCharacteristics")
        if several is None and loop is None:
            return self._plain(spec, node, element, name=element_id(node))
        inner = self._plain(spec, node, element, name=element_id(node) + INSTANCE_SUFFIX)
        marker = _instances(spec, node, several) if several is not None else _loop(spec, node, loop)
        marker.element = element
        inner.inputs = [marker]
        return marker

    def _plain(self, spec: CaseProcessSpec, node: _Element, element: Element, *, name: str) -> Any:
        tag = str(node.tag).removeprefix(TAG)
        built = self._of_tag(spec, node, element, tag=tag, name=name)
        built.element, built.bpmn_id, built.bpmn_name = element, element_id(node), element.name
        if isinstance(built, activities.ServiceCall | decisions.DecisionTask) and element.input:
            built.input_expression = Condition(element.input)
        return built

    def _of_tag(self, spec: CaseProcessSpec, node: _Element, element: Element, *, tag: str, name: str) -> Any:
        if (element.operation or element.topic) and tag in THROWING:
            return activities.ServiceCall(spec, name)
        if tag in THROWING:
            return THROWING[tag](spec, name, event_definition=_thrown(self._throw(node), element))
        if tag in CATCHING:
            return CATCHING[tag](spec, name, event_definition=_caught(self._catch(node), element))
        if tag == "boundaryEvent":
            return self._boundary(spec, node, element, name)
        return _activity(spec, node, element, tag=tag, name=name)

    def _boundary(self, spec: CaseProcessSpec, node: _Element, element: Element, name: str) -> Any:
        definition = _caught(self._catch(node), element)
        if not isinstance(definition, waits.Wait | waits.CaughtFault):
            raise DiagramRefused(
                "diagram_not_executable", reason="node_not_supported", element=element_id(node), kind="boundaryEvent"
            )
        is_error = isinstance(definition, waits.CaughtFault) and definition.kind == "error"
        is_interrupting = is_error or node.get("cancelActivity", "true") == "true"
        return waits.CaseBoundaryEvent(spec, name, event_definition=definition, cancel_activity=is_interrupting)

    def _catch(self, node: _Element) -> Any:
        kind, trigger = _trigger(node)
        key, name = element_id(node), node.get("name") or element_id(node)
        if kind == "timer" and trigger is not None:
            return _deadline(trigger, key=key, name=name)
        if kind in ("error", "escalation") and trigger is not None:
            return waits.CaughtFault(kind, self._referred(trigger, kind) or None)
        if kind in ("message", "signal") and trigger is not None:
            referred = self._referred(trigger, kind) or name
            return waits.Wait(key=key, kind=kind, name=referred, expression=referred)
        if kind == "conditional" and trigger is not None:
            return waits.Wait(key=key, kind="condition", name=name, expression=text_of(child(trigger, "condition")))
        if node.tag == TAG + "receiveTask":
            referred = self._referred(node, "message") or name
            return waits.Wait(key=key, kind="message", name=referred, expression=referred)
        return NoneEventDefinition()

    def _throw(self, node: _Element) -> thrown.Throw:
        kind, trigger = _trigger(node)
        name = node.get("name") or element_id(node)
        if node.tag == TAG + "sendTask" and trigger is None:
            return thrown.Throw("message", self._referred(node, "message") or name)
        if trigger is None or kind not in (*REFERENCES, "terminate"):
            return thrown.Throw()
        referred = self._referred(trigger, kind) or name
        return thrown.Throw(kind, referred, referred if kind in thrown.FAULTS else "")

    def _referred(self, trigger: _Element, kind: str) -> str:
        reference = (trigger.get(kind + "Ref") or "").rpartition(":")[2]
        if not reference:
            return ""
        return self._known.get((kind, reference), reference)


def element_id(node: _Element) -> str:
    """Return the id of a node; the checks have seen that it has one."""
    return node.get("id") or ""


def _caught(definition: Any, element: Element) -> Any:
    """Give a wait for a message the key it is told by and the names of what it may bring."""
    if isinstance(definition, waits.Wait) and definition.kind == "message":
        definition.correlation = Condition(element.correlation) if element.correlation else None
        definition.accepts = element.accepts
    return definition


def _thrown(definition: thrown.Throw, element: Element) -> thrown.Throw:
    """Give a message that is sent its key and what it brings."""
    if definition.kind == "message":
        definition.correlation = Condition(element.correlation) if element.correlation else None
        definition.inputs = Condition(element.input) if element.input else None
    return definition


def _activity(spec: CaseProcessSpec, node: _Element, element: Element, *, tag: str, name: str) -> Any:
    if element.matter_code and tag == "callActivity":
        return activities.MemberCase(spec, name)
    if tag == "callActivity":
        return activities.CaseCallActivity(spec, name, subworkflow_spec=element.inside)
    if tag == "subProcess" and node.get("triggeredByEvent") != "true":
        return activities.CaseSubProcess(spec, name, subworkflow_spec=element.inside)
    if tag in SIMPLE:
        return SIMPLE[tag](spec, name)
    raise DiagramRefused("diagram_not_executable", reason="node_not_supported", element=element_id(node), kind=tag)


def _trigger(node: _Element) -> tuple[str, _Element | None]:
    found = [item for item in node if str(item.tag).endswith("EventDefinition")]
    if len(found) > 1:
        raise DiagramRefused("diagram_not_executable", reason="several_triggers", element=element_id(node))
    if not found:
        return "", None
    kind = str(found[0].tag).removeprefix(TAG).removesuffix("EventDefinition")
    if kind in ("compensate", "cancel"):
        raise DiagramRefused("diagram_not_executable", reason="node_not_supported", element=element_id(node), kind=kind)
    return kind, found[0]


def _deadline(trigger: _Element, *, key: str, name: str) -> waits.Wait:
    text = next((text_of(item) for item in (child(trigger, tag) for tag in TIME_TAGS) if item is not None), "")
    repeat = 0
    if text.startswith("R") and "/" in text:
        count, text = text[1:].split("/", 1)
        repeat = int(count) if count.isdecimal() else waits.ENDLESS
    return waits.Wait(key=key, kind="deadline", name=name, expression=text, repeat=repeat)


def _instances(spec: CaseProcessSpec, node: _Element, marker: _Element) -> Any:
    collection = text_of(child(marker, "loopDataInputRef")) or text_of(child(marker, "loopCardinality"))
    if not collection:
        raise DiagramRefused("diagram_not_executable", reason="instances_without_collection", element=element_id(node))
    is_sequential = marker.get("isSequential") == "true"
    kind = instances.SequentialInstances if is_sequential else instances.ParallelInstances
    built = kind(spec, element_id(node), task_spec=element_id(node) + INSTANCE_SUFFIX)
    completion = text_of(child(marker, "completionCondition"))
    built.collection = Condition(collection)
    built.item_name = _item(marker, "inputDataItem")
    built.output_item = _item(marker, "outputDataItem")
    built.output_name = text_of(child(marker, "loopDataOutputRef")) or None
    built.completion = Condition(completion) if completion else None
    return built


def _item(marker: _Element, name: str) -> str | None:
    item = child(marker, name)
    return None if item is None else item.get("name") or item.get("id")


def _loop(spec: CaseProcessSpec, node: _Element, marker: _Element | None) -> Any:
    assert marker is not None
    maximum, condition = marker.get("loopMaximum"), text_of(child(marker, "loopCondition"))
    if not maximum and not condition:
        raise DiagramRefused("diagram_not_executable", reason="loop_without_end", element=element_id(node))
    built = instances.CaseLoop(
        spec,
        element_id(node),
        task_spec=element_id(node) + INSTANCE_SUFFIX,
        maximum=int(maximum) if maximum else None,
        condition=None,
        test_before=marker.get("testBefore") == "true",
    )
    built.repeats_while = Condition(condition) if condition else None
    return built
