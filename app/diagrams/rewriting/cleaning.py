"""Before anything else: drop what only shows, give every node an id of its own, keep the processes that run."""

from lxml import etree

from app.diagrams.foreign import called_process, local_name
from app.diagrams.graph import FLOW_NODES, local
from app.diagrams.reader import LB
from app.diagrams.rewriting.sheet import DEFINITION, Q, Sheet, children, put_text, remove
from app.domain.errors import DiagramRefused

CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
RESERVED_IDS = frozenset({"Start", "End", "Root"})
REFERRED = ("message", "signal", "error", "escalation")
MARKERS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
TRIGGERS = frozenset(
    f"{kind}{DEFINITION}"
    for kind in (
        *("timer", "message", "signal", "error", "escalation", "conditional"),
        *("terminate", "compensate", "cancel", "link"),
    )
)
PARTS = frozenset(
    {
        *("conditionExpression", "condition", "completionCondition", "loopCondition", "loopCardinality"),
        *("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem"),
        *("timeDuration", "timeDate", "timeCycle", "eventDefinitionRef", "laneSet", "childLaneSet", "lane"),
        "flowNodeRef",
    }
)
NO_NODES = frozenset({"event", "implicitThrowEvent", "choreographyTask", "callChoreography", "subChoreography"})
KEPT = FLOW_NODES | MARKERS | TRIGGERS | PARTS | NO_NODES | {"definitions", "process", "sequenceFlow", *REFERRED}
ENDS = ("sourceRef", "targetRef", "attachedToRef", "default")


def clean(sheet: Sheet) -> None:
    """Leave in the document only what the rewriting and the engine read. Raises DiagramRefused `no-process`."""
    _carry_over_collections(sheet)
    _name_data(sheet)
    _strip(sheet)
    _give_ids(sheet)
    _share_triggers(sheet)
    _choose_processes(sheet)


def _carry_over_collections(sheet: Sheet) -> None:
    """Camunda writes the collection of several instances into attributes of its own."""
    for marker in sheet.root.iter(f"{Q}multiInstanceLoopCharacteristics"):
        collection, item = marker.get(f"{CAMUNDA}collection"), marker.get(f"{CAMUNDA}elementVariable")
        if not collection or marker.find(f"{Q}loopDataInputRef") is not None:
            continue
        put_text(marker, "loopDataInputRef", collection)
        if item:
            etree.SubElement(marker, f"{Q}inputDataItem", {"id": f"{item}__item", "name": item})


def _name_data(sheet: Sheet) -> None:
    """A marker names its collection by the id of a data object; the variable has the name of the object."""
    kinds = (f"{Q}{kind}" for kind in ("dataInput", "dataOutput", "dataObject", "dataObjectReference"))
    names = {item.get("id") or "": item.get("name") or item.get("id") or "" for item in sheet.root.iter(*kinds)}
    for reference in sheet.root.iter(f"{Q}loopDataInputRef", f"{Q}loopDataOutputRef"):
        reference.text = names.get(reference.text or "", reference.text or "")


def _strip(sheet: Sheet) -> None:
    for element in list(sheet.root.iter()):
        if element is not sheet.root and local(element) not in KEPT:
            remove(element)
            continue
        for name in list(element.attrib):
            if etree.QName(str(name)).namespace not in (None, LB):
                del element.attrib[name]


def _give_ids(sheet: Sheet) -> None:
    """Every node needs an id of its own; the names of the engine's inner nodes are not among them."""
    seen: set[str] = set()
    for element in sheet.root.iter():
        if local(element) in FLOW_NODES or local(element) in ("process", "sequenceFlow"):
            drawn = element.get("id") or ""
            if drawn and drawn in seen:
                sheet.say("error", "duplicate-id", element, id=drawn)
            if not drawn or drawn in seen:
                sheet.count += 1
                element.set("id", f"{drawn or local(element)}__{sheet.count}")
                sheet.origin[element.get("id") or ""] = drawn or element.get("id") or ""
            seen.update({drawn} if drawn else ())
    _rename_reserved(sheet, {name: f"{name}__node" for name in RESERVED_IDS & seen})


def _rename_reserved(sheet: Sheet, renamed: dict[str, str]) -> None:
    if not renamed:
        return
    sheet.origin.update({new: old for old, new in renamed.items()})
    for element in sheet.root.iter():
        for name in ("id", *ENDS, "calledElement"):
            if element.get(name) in renamed:
                element.set(name, renamed[element.get(name) or ""])
        if local(element) == "flowNodeRef":
            element.text = renamed.get((element.text or "").strip(), element.text)


def _share_triggers(sheet: Sheet) -> None:
    """Put a shared event definition where it is meant, and drop references that lead nowhere."""
    shared = {child.get("id"): child for child in children(sheet.root, *TRIGGERS)}
    for reference in list(sheet.root.iter(f"{Q}eventDefinitionRef")):
        meant, event = shared.get(local_name(reference.text or "")), reference.getparent()
        if meant is not None and event is not None:
            copied = etree.SubElement(event, meant.tag, {str(name): str(value) for name, value in meant.attrib.items()})
            for part in meant:
                put_text(copied, local(part), part.text or "")
        remove(reference)
    known = {(kind, item.get("id") or "") for kind in REFERRED for item in children(sheet.root, kind)}
    for element in sheet.root.iter():
        for kind in REFERRED:
            reference_text = element.get(f"{kind}Ref")
            if reference_text is not None and local(element) in KEPT:
                _keep_reference(element, kind, reference_text, known)


def _keep_reference(element: etree._Element, kind: str, text: str, known: set[tuple[str, str]]) -> None:
    if (kind, local_name(text)) in known:
        element.set(f"{kind}Ref", local_name(text))
    else:
        del element.attrib[f"{kind}Ref"]


def _choose_processes(sheet: Sheet) -> None:
    """Keep the executable processes and those they call; the largest when none is marked."""
    processes = list(sheet.root.iter(f"{Q}process"))
    filled = [item for item in processes if any(local(child) in FLOW_NODES for child in item)]
    if not filled:
        finding = {"severity": "error", "code": "no-process", "file": sheet.file, "line": 1}
        raise DiagramRefused("definition_refused", items=(finding,), count=1)
    marked = [item for item in filled if item.get("isExecutable") == "true"]
    chosen = marked or [max(filled, key=len)]
    if len(filled) > 1 and not marked:
        sheet.say("warning", "which-process", chosen[0], count=len(filled))
    kept = _with_called(filled, chosen)
    # Some tools put a process inside something else; it is read as if it stood where it belongs.
    for process in kept:
        if process.getparent() is not sheet.root:
            sheet.root.append(process)
    for process in processes:
        if process not in kept:
            remove(process)
    for process in chosen:
        process.set("isExecutable", "true")


def _with_called(filled: list[etree._Element], chosen: list[etree._Element]) -> list[etree._Element]:
    by_id = {item.get("id") or "": item for item in filled}
    kept, waiting = list(chosen), list(chosen)
    while waiting:
        for call in waiting.pop().iter(f"{Q}callActivity"):
            called = by_id.get(called_process(call.get("calledElement") or "", by_id))
            if called is not None and called not in kept:
                kept.append(called)
                waiting.append(called)
    return kept
