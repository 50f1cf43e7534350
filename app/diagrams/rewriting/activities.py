"""Activities: what is not executed gets a stand-in, several instances and loops get what they run over."""

from collections.abc import Container

from lxml import etree

from app.diagrams.foreign import MATTER, as_feel, called_key, called_process
from app.diagrams.graph import FLOW_NODES, local
from app.diagrams.rewriting.cleaning import MARKERS, NO_NODES
from app.diagrams.rewriting.sheet import (
    Q,
    Scope,
    Sheet,
    children,
    drop_attribute,
    put_text,
    remove,
    text_in,
    trigger_kinds,
)
from app.domain.feel import FeelRefused, compile_expression

DEEPEST = 12
STAND_IN = "manualTask"
HAND_BACK = ("cancel", "compensate")


def replace_containers(sheet: Sheet) -> None:
    """Make sub-processes of transactions, and manual tasks of ad-hoc sub-processes, whose inside is not looked at.

    Without anything to take back a transaction is a sub-process; taking back is not executed.
    """
    for node in list(sheet.root.iter(f"{Q}transaction")):
        parent = node.getparent()
        inside = node.iter(f"{Q}endEvent", f"{Q}intermediateThrowEvent")
        beside = [] if parent is None else parent.findall(f"{Q}boundaryEvent")
        own = [event for event in beside if event.get("attachedToRef") == node.get("id")]
        if any(kind in HAND_BACK for event in (*inside, *own) for kind in trigger_kinds(event)):
            sheet.say("error", "transaction", node)
        node.tag = f"{Q}subProcess"
    for node in list(sheet.root.iter(f"{Q}adHocSubProcess")):
        sheet.say("error", "ad-hoc", node)
        _empty(node)


def replace_unsupported(sheet: Sheet, scope: Scope) -> None:
    """Put in the place of what is not executed correctly what lets the draft open, and say what to draw instead."""
    for element in children(scope.element, *NO_NODES):
        sheet.say("error", "unsupported-construct", element, construct=local(element))
        remove(element)
    if scope.depth > DEEPEST:
        sheet.say("error", "nested-too-deep", scope.element, most=DEEPEST)
    for node in scope.nodes.values():
        if node.get("isForCompensation") == "true":
            sheet.say("error", "compensation", node)
        match local(node):
            case "scriptTask":
                sheet.say("error", "script-refused", node)
                node.tag = Q + STAND_IN
            case "task":
                sheet.say("warning", "untyped-task", node)
                node.tag = Q + STAND_IN
            case "complexGateway":
                sheet.say("error", "complex-gateway", node)
                node.tag = f"{Q}inclusiveGateway"


def _empty(node: etree._Element) -> None:
    for child in children(node, *FLOW_NODES, *MARKERS, "sequenceFlow", "laneSet", "completionCondition"):
        remove(child)
    drop_attribute(node, "triggeredByEvent")
    node.tag = Q + STAND_IN


def complete_activities(sheet: Sheet, scope: Scope, processes: frozenset[str], called: Container[str]) -> None:
    """Resolve calls and markers. processes: ids of this document; called: keys of definitions that may be called."""
    for _node_id, node in scope.of_kind("callActivity"):
        text = node.get("calledElement") or ""
        if text.startswith(MATTER):
            continue
        name = called_process(text, processes) or called_key(text)
        if name in processes or name in called:
            node.set("calledElement", name)
        else:
            _empty(node)
    for node in scope.nodes.values():
        for marker in children(node, "multiInstanceLoopCharacteristics"):
            _complete_instances(sheet, node, marker)
        for marker in children(node, "standardLoopCharacteristics"):
            _complete_loop(sheet, node, marker)


def _complete_instances(sheet: Sheet, node: etree._Element, marker: etree._Element) -> None:
    collection = text_in(marker, "loopDataInputRef") or text_in(marker, "loopCardinality")
    if not readable(collection):
        if not collection:
            sheet.say("error", "instances", node)
        node.remove(marker)
        return
    for child in children(marker, "loopDataInputRef", "loopCardinality"):
        marker.remove(child)
    put_text(marker, "loopDataInputRef", as_feel(collection))
    for child in children(marker, "completionCondition"):
        if readable(child.text or ""):
            child.text = as_feel(child.text or "")
        else:
            marker.remove(child)
    for child in children(marker, "inputDataItem", "outputDataItem"):
        if not (child.get("name") or child.get("id")):
            marker.remove(child)


def _complete_loop(sheet: Sheet, node: etree._Element, marker: etree._Element) -> None:
    condition, most = text_in(marker, "loopCondition"), marker.get("loopMaximum") or ""
    if not condition and not most.isdecimal():
        sheet.say("error", "loop-without-end", node)
        node.remove(marker)
    elif condition and not readable(condition):
        node.remove(marker)
    elif condition:
        put_text(marker, "loopCondition", as_feel(condition))
    if not most.isdecimal():
        drop_attribute(marker, "loopMaximum")


def readable(text: str) -> bool:
    """Say whether an expression can be compiled once it is written as FEEL."""
    if not text.strip():
        return False
    try:
        compile_expression(as_feel(text))
    except FeelRefused:
        return False
    return True
