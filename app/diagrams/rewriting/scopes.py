"""Beginning and end of a scope, and what nothing leads to."""

from app.diagrams.graph import local
from app.diagrams.rewriting.sheet import Scope, Sheet, clear_triggers, trigger_kinds


def begin_scope(sheet: Sheet, scope: Scope) -> tuple[str, ...]:
    """Leave one start event without a trigger. Returns those drawn, first the one that is taken."""
    starts = scope.of_kind("startEvent")
    if scope.is_handler:
        _begin_handler(sheet, scope)
        return ()
    if not starts:
        _add_start(sheet, scope)
        return ()
    wanted = [node_id for node_id, _node in starts if sheet.origin.get(node_id, node_id) == sheet.start]
    plain = [node_id for node_id, node in starts if not trigger_kinds(node)]
    chosen = (wanted or plain or [starts[0][0]])[0]
    if len(starts) > 1:
        is_process = local(scope.element) == "process"
        severity, code = ("note", "several-starts") if is_process else ("error", "starts-of-subprocess")
        sheet.say(severity, code, scope.nodes[chosen] if is_process else scope.element, count=len(starts))
    for node_id, _node in starts:
        if node_id != chosen:
            scope.drop_node(node_id)
    clear_triggers(scope.nodes[chosen])
    return tuple(sheet.origin.get(node_id, node_id) for node_id in (chosen, *(i for i, _n in starts if i != chosen)))


def _begin_handler(sheet: Sheet, scope: Scope) -> None:
    starts = scope.of_kind("startEvent")
    for node_id, _node in starts[1:]:
        scope.drop_node(node_id)
    if not starts:
        _add_start(sheet, scope)


def _add_start(sheet: Sheet, scope: Scope) -> None:
    """Begin at every node nothing leads to, as BPMN has it."""
    first = [node_id for node_id in scope.nodes if _may_begin(scope, node_id)]
    drawn = list(scope.nodes)
    if drawn and not first:
        sheet.say("error", "no-beginning", scope.element)
        first = [node_id for node_id, node in scope.nodes.items() if local(node) != "boundaryEvent"][:1]
    elif drawn and not scope.is_handler:
        sheet.say("warning", "missing-start", scope.nodes[first[0]], scope=sheet.origin.get(scope.id, scope.id))
    start_id = f"{scope.id}__start"
    sheet.add(scope, "startEvent", start_id, scope.id)
    for node_id in first:
        sheet.link(scope, start_id, node_id, scope.id)


def _may_begin(scope: Scope, node_id: str) -> bool:
    element = scope.nodes[node_id]
    return (
        not scope.into(node_id)
        and local(element) != "boundaryEvent"
        and element.get("triggeredByEvent") != "true"
        and element.get("isForCompensation") != "true"
    )


def end_scope(sheet: Sheet, scope: Scope) -> None:
    """Add an end where nothing follows."""
    for node_id, node in list(scope.nodes.items()):
        kind = local(node)
        if kind == "endEvent" or scope.out(node_id) or node.get("triggeredByEvent") == "true":
            continue
        if node_id not in sheet.origin and node.get("isForCompensation") != "true":
            sheet.say("warning", "dead-end", node)
        sheet.add(scope, "endEvent", f"{node_id}__end", node_id)
        sheet.link(scope, node_id, f"{node_id}__end", node_id)


def prune(scope: Scope) -> None:
    """Take out what no token can reach; the check `unreachable` names it."""
    attached: dict[str, list[str]] = {}
    for node_id, node in scope.of_kind("boundaryEvent"):
        attached.setdefault(node.get("attachedToRef") or "", []).append(node_id)
    reached: set[str] = set()
    waiting = [node_id for node_id, _node in scope.of_kind("startEvent")]
    while waiting:
        node_id = waiting.pop()
        if node_id not in reached:
            reached.add(node_id)
            waiting.extend(flow.get("targetRef") or "" for flow in scope.out(node_id))
            waiting.extend(attached.get(node_id, ()))
    for node_id, node in list(scope.nodes.items()):
        if node_id not in reached and node.get("triggeredByEvent") != "true":
            scope.drop_node(node_id)
