"""Events: one trigger each, a limit or condition that can be read, and flows only where an event may have them."""

from lxml import etree

from app.diagrams.foreign import as_feel, as_limit
from app.diagrams.graph import EVENTS, TIMES, local
from app.diagrams.rewriting.activities import readable
from app.diagrams.rewriting.sheet import (
    Q,
    Scope,
    Sheet,
    children,
    clear_triggers,
    definitions,
    put_text,
    text_in,
    trigger_kinds,
)
from app.domain.errors import InvalidInput
from app.domain.limit import parse_limit

THROWN = frozenset({"message", "signal", "escalation"})
ENDING = frozenset({"message", "error", "escalation", "terminate"})
STAND_IN_LIMIT = "1D"


def complete_events(sheet: Sheet, scope: Scope) -> None:
    """Bring every event of a scope into the form the engine runs."""
    for node_id, node in list(scope.nodes.items()):
        if local(node) not in EVENTS:
            continue
        was_refused = _keep_one_trigger(sheet, node)
        match local(node):
            case "boundaryEvent":
                _complete_boundary(sheet, scope, node_id, was_refused=was_refused)
            case "intermediateCatchEvent":
                _complete_catch(sheet, node)
            case "intermediateThrowEvent":
                _complete_throw(sheet, node)
            case "endEvent":
                _complete_end(sheet, scope, node_id, node)
            case "startEvent":
                _complete_start(sheet, scope, node_id, node)


def _keep_one_trigger(sheet: Sheet, node: etree._Element) -> bool:
    """Take off what is never executed, and all triggers but the first. Returns whether something was taken off."""
    drawn, kinds = definitions(node), trigger_kinds(node)
    if "compensate" in kinds:
        sheet.say("error", "compensation", node)
    elif len(drawn) > 1:
        sheet.say("error", "several-triggers", node, count=len(drawn))
    refused = [one for number, one in enumerate(drawn) if number or kinds[number] in ("compensate", "cancel")]
    for definition in refused:
        node.remove(definition)
    return bool(refused)


def _complete_boundary(sheet: Sheet, scope: Scope, node_id: str, *, was_refused: bool) -> None:
    """An event for a compensation or a cancellation goes; so does one that hangs on nothing or waits for nothing."""
    node = scope.nodes[node_id]
    kinds = trigger_kinds(node)
    for flow in scope.into(node_id):
        sheet.say("error", "into-start", node, flow=flow.get("id") or "")
        scope.drop_flow(flow)
    if node.get("attachedToRef") not in scope.nodes:
        sheet.say("error", "loose-boundary", node)
        scope.drop_node(node_id)
    elif not kinds or kinds[0] in ("link", "terminate"):
        if not was_refused:
            sheet.say("error", "empty-event", node)
        scope.drop_node(node_id)
    else:
        read_trigger(node)


def _complete_catch(sheet: Sheet, node: etree._Element) -> None:
    if not trigger_kinds(node):
        sheet.say("error", "empty-event", node)
        node.tag = f"{Q}intermediateThrowEvent"
        return
    read_trigger(node)


def read_trigger(node: etree._Element) -> None:
    """Write limit or condition of an event as the engine reads it; the checks say what cannot be read."""
    definition, kind = definitions(node)[0], trigger_kinds(node)[0]
    if kind == "timer":
        drawn = list(children(definition, *TIMES))
        text = as_limit(drawn[0].text or "") if drawn else ""
        for child in drawn:
            definition.remove(child)
        put_text(definition, "timeDuration", text if is_limit(text) else STAND_IN_LIMIT)
    elif kind == "conditional":
        text = text_in(definition, "condition")
        put_text(definition, "condition", as_feel(text) if readable(text) else "true")


def is_limit(text: str) -> bool:
    """Say whether a time limit can be read."""
    try:
        parse_limit(text)
    except InvalidInput:
        return False
    return True


def _complete_throw(sheet: Sheet, node: etree._Element) -> None:
    kinds = trigger_kinds(node)
    if kinds and kinds[0] not in THROWN:
        sheet.say("error", "not-thrown", node, kind=kinds[0])
        clear_triggers(node)


def _complete_end(sheet: Sheet, scope: Scope, node_id: str, node: etree._Element) -> None:
    """A signal is thrown before the end. Nothing can follow an end."""
    for flow in scope.out(node_id):
        sheet.say("error", "after-end", node, flow=flow.get("id") or "")
        scope.drop_flow(flow)
    kinds = trigger_kinds(node)
    if kinds == ["signal"]:
        node.tag = f"{Q}intermediateThrowEvent"
        sheet.add(scope, "endEvent", f"{node_id}__end", node_id)
        sheet.link(scope, node_id, f"{node_id}__end", node_id)
    elif kinds and kinds[0] not in ENDING:
        clear_triggers(node)


def _complete_start(sheet: Sheet, scope: Scope, node_id: str, node: etree._Element) -> None:
    """Whoever begins an instance begins it, whatever trigger is drawn; only an event sub-process waits for its own."""
    for flow in scope.into(node_id):
        sheet.say("error", "into-start", node, flow=flow.get("id") or "")
        scope.drop_flow(flow)
    if scope.is_handler:
        return
    if trigger_kinds(node):
        sheet.say("note", "start-trigger", node, kind=trigger_kinds(node)[0])
