"""Event sub-processes become boundary events on a sub-process around the rest of their scope.

Those that interrupt hang on an outer one, the others on an inner one, so that an interrupting event ends them too.
"""

from lxml import etree

from app.diagrams.graph import FLOW_NODES, LBQ, local
from app.diagrams.rewriting.events import read_trigger
from app.diagrams.rewriting.sheet import Scope, Sheet, definitions, trigger_kinds

OF_WAIT = (f"{LBQ}correlation", f"{LBQ}accepts")
HANDLED = frozenset({"timer", "message", "signal", "error", "escalation", "conditional"})


def wrap_handlers(sheet: Sheet, scope: Scope) -> None:
    """Rewrite the event sub-processes of a scope."""
    handlers = [(node_id, node) for node_id, node in scope.nodes.items() if node.get("triggeredByEvent") == "true"]
    usable: list[tuple[str, etree._Element, etree._Element]] = []
    for node_id, node in handlers:
        start = _trigger_of(node)
        if start is None:
            sheet.say("error", "event-subprocess", node)
            scope.drop_node(node_id)
            continue
        del node.attrib["triggeredByEvent"]
        usable.append((node_id, node, start))
    calm = [item for item in usable if item[2].get("isInterrupting") == "false"]
    urgent = [item for item in usable if item[2].get("isInterrupting") != "false"]
    if calm:
        _wrap(sheet, scope, calm, beside=urgent, layer="inner")
    if urgent:
        _wrap(sheet, scope, urgent, beside=[], layer="outer")


def _trigger_of(handler: etree._Element) -> etree._Element | None:
    """Return the start event that waits, None when there is none the engine could wait for."""
    for child in handler:
        if local(child) == "startEvent":
            kinds = trigger_kinds(child)
            return child if kinds and kinds[0] in HANDLED else None
    return None


def _wrap(
    sheet: Sheet,
    scope: Scope,
    group: list[tuple[str, etree._Element, etree._Element]],
    *,
    beside: list[tuple[str, etree._Element, etree._Element]],
    layer: str,
) -> None:
    staying = {node_id for node_id, _node, _start in (*group, *beside)}
    moved = [
        child
        for child in scope.element
        if local(child) == "sequenceFlow" or (local(child) in FLOW_NODES and child.get("id") not in staying)
    ]
    name = f"{scope.id}__{layer}"
    wrapper = sheet.add(scope, "subProcess", name, scope.id)
    for child in moved:
        scope.nodes.pop(child.get("id") or "", None)
        wrapper.append(child)
    scope.leaving.clear()
    scope.entering.clear()
    sheet.add(scope, "startEvent", f"{name}_start", scope.id)
    sheet.add(scope, "endEvent", f"{name}_end", scope.id)
    sheet.link(scope, f"{name}_start", name, scope.id)
    sheet.link(scope, name, f"{name}_end", scope.id)
    for node_id, _node, start in group:
        _attach(sheet, scope, node_id, start, wrapper=name, is_interrupting=layer == "outer")


def _attach(
    sheet: Sheet, scope: Scope, handler_id: str, start: etree._Element, *, wrapper: str, is_interrupting: bool
) -> None:
    start_id = start.get("id") or ""
    boundary = sheet.add(
        scope,
        "boundaryEvent",
        f"{start_id}__on",
        start_id,
        attachedToRef=wrapper,
        cancelActivity="true" if is_interrupting else "false",
        name=start.get("name") or start_id,
        **{name: start.get(name) or "" for name in OF_WAIT if start.get(name)},
    )
    for definition in definitions(start):
        boundary.append(definition)
    read_trigger(boundary)
    sheet.link(scope, f"{start_id}__on", handler_id, handler_id)
    sheet.link(scope, handler_id, f"{wrapper}_end", handler_id)
