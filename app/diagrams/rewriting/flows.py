"""Flows: loose ends, links, choices without conditions, and gateways nobody drew."""

from collections.abc import Iterable

from lxml import etree

from app.diagrams.foreign import as_feel
from app.diagrams.graph import GATEWAYS, link_name, local
from app.diagrams.rewriting.activities import readable
from app.diagrams.rewriting.sheet import (
    Q,
    Scope,
    Sheet,
    children,
    clear_triggers,
    drop_attribute,
    put_text,
    remove,
    trigger_kinds,
)

CHOICES = ("exclusiveGateway", "inclusiveGateway")


def place_flows(sheet: Sheet) -> None:
    """Index every flow in the scope of its ends; tools write some of them elsewhere, and some lead nowhere."""
    homes = {node_id: scope for scope in sheet.scopes for node_id in scope.nodes}
    for flow in list(sheet.root.iter(f"{Q}sequenceFlow")):
        source, target = homes.get(flow.get("sourceRef") or ""), homes.get(flow.get("targetRef") or "")
        if source is None or source is not target:
            sheet.say("error", "loose-flow", flow)
            remove(flow)
            continue
        if flow.getparent() is not source.element:
            source.element.append(flow)
        source.keep_flow(flow)


def join_links(sheet: Sheet, scope: Scope) -> None:
    """Turn links into flows; both ends stay as events that pass."""
    linked = [(node_id, node) for node_id, node in scope.nodes.items() if "link" in trigger_kinds(node)]
    catching = {link_name(node): node_id for node_id, node in linked if local(node) == "intermediateCatchEvent"}
    for node_id, node in linked:
        if local(node) != "intermediateCatchEvent":
            target = catching.get(link_name(node))
            if target is None:
                sheet.say("error", "link", node, link=link_name(node))
            else:
                sheet.link(scope, node_id, target, node_id)
    for _node_id, node in linked:
        clear_triggers(node)
        node.tag = f"{Q}intermediateThrowEvent"


def complete_gateways(sheet: Sheet, scope: Scope) -> None:
    """Give every choice its conditions and a default, and every event-based gateway events."""
    for node_id, node in list(scope.nodes.items()):
        kind = local(node)
        if kind in CHOICES:
            _complete_choice(sheet, scope, node_id, node)
        elif kind == "eventBasedGateway":
            _complete_race(sheet, scope, node_id, node)
        elif kind == "parallelGateway":
            for flow in scope.out(node_id):
                for condition in children(flow, "conditionExpression"):
                    sheet.say("warning", "parallel-condition", node, flow=flow.get("id") or "")
                    flow.remove(condition)


def _complete_choice(sheet: Sheet, scope: Scope, node_id: str, node: etree._Element) -> None:
    flows = scope.out(node_id)
    default = _default_of(node, flows)
    if len(flows) <= 1:
        drop_attribute(node, "default")
        for flow in flows:
            _drop_condition(flow)
        return
    bare, unread = [], []
    for flow in flows:
        text = _condition_of(flow)
        if flow.get("id") == default:
            _drop_condition(flow)
        elif not text:
            bare.append(flow)
        elif readable(text):
            put_text(flow, "conditionExpression", as_feel(text))
        else:
            unread.append(flow)
    if len(bare) == 1 and not default and not unread:
        node.set("default", bare[0].get("id") or "")
        sheet.say("note", "default-assumed", node, flow=bare[0].get("id") or "")
        return
    if bare:
        sheet.say("error", "missing-condition", node, count=len(bare), of=len(flows))
    if bare or unread:
        _stand_in(sheet, node, node_id, [*bare, *unread])


def _stand_in(sheet: Sheet, node: etree._Element, node_id: str, flows: Iterable[etree._Element]) -> None:
    """Ask for the variable `choice` where no condition can be read, so that the draft can be played."""
    names = tuple(flow.get("id") or "" for flow in flows)
    sheet.choices[sheet.origin.get(node_id, node_id)] = names
    is_one = local(node) == "exclusiveGateway"
    for flow in flows:
        put_text(flow, "conditionExpression", f'choice = "{flow.get("id")}"' if is_one else "true")


def _complete_race(sheet: Sheet, scope: Scope, node_id: str, node: etree._Element) -> None:
    if node.get("instantiate") == "true" or not scope.into(node_id):
        sheet.say("warning", "event-start", node)
    for flow in scope.out(node_id):
        target = flow.get("targetRef") or ""
        if _may_follow_race(scope.nodes[target]) and len(scope.into(target)) == 1:
            continue
        flow_id = flow.get("id") or ""
        sheet.say("error", "event-gateway", node, flow=flow_id)
        event = sheet.add(scope, "intermediateCatchEvent", f"{flow_id}__event", node_id, name=flow_id)
        etree.SubElement(event, f"{Q}signalEventDefinition")
        scope.redirect(flow, target=f"{flow_id}__event")
        sheet.link(scope, f"{flow_id}__event", target, node_id)


def _may_follow_race(node: etree._Element) -> bool:
    return local(node) == "receiveTask" or (local(node) == "intermediateCatchEvent" and bool(trigger_kinds(node)))


def split_flows(sheet: Sheet, scope: Scope) -> None:
    """Several flows out of a task or event are a gateway nobody drew: parallel, inclusive where they have conditions."""
    for node_id, node in list(scope.nodes.items()):
        flows = scope.out(node_id)
        if local(node) in GATEWAYS or not (len(flows) > 1 or any(_condition_of(flow) for flow in flows)):
            continue
        has_conditions = any(_condition_of(flow) for flow in flows)
        gateway_id = f"{node_id}__split"
        kind = "inclusiveGateway" if has_conditions else "parallelGateway"
        gateway = sheet.add(scope, kind, gateway_id, node_id)
        default = _default_of(node, flows)
        drop_attribute(node, "default")
        for flow in flows:
            scope.redirect(flow, source=gateway_id)
        if has_conditions:
            _set_conditions(sheet, gateway, flows, default)
        sheet.link(scope, node_id, gateway_id, node_id)


def _set_conditions(sheet: Sheet, gateway: etree._Element, flows: list[etree._Element], default: str) -> None:
    """A flow of a task without condition is always taken. When none has to be, nothing is left to do there."""
    if default:
        gateway.set("default", default)
    unread = []
    for flow in flows:
        text = _condition_of(flow)
        if flow.get("id") == default:
            _drop_condition(flow)
        elif not text:
            put_text(flow, "conditionExpression", "true")
        elif readable(text):
            put_text(flow, "conditionExpression", as_feel(text))
        else:
            unread.append(flow)
    if unread:
        _stand_in(sheet, gateway, gateway.get("id") or "", unread)


def _default_of(node: etree._Element, flows: list[etree._Element]) -> str:
    default = node.get("default") or ""
    if default and default not in {flow.get("id") for flow in flows}:
        del node.attrib["default"]
        return ""
    return default


def _condition_of(flow: etree._Element) -> str:
    condition = flow.find(f"{Q}conditionExpression")
    return (condition.text or "").strip() if condition is not None else ""


def _drop_condition(flow: etree._Element) -> None:
    for condition in children(flow, "conditionExpression"):
        flow.remove(condition)
