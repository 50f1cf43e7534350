"""Compare two versions of a diagram as their authors drew them: what is done differently, apart from what is drawn elsewhere.

Elements are told by their ids. Each is laid out as named texts (its condition, its limit, its role, ...), so that the
order of attributes, prefixes and the ids of inner parts make no difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from app.diagrams.attributes import ATTRIBUTES
from app.diagrams.graph import BPMN_TAG, FLOW_NODES, LBQ, local
from app.diagrams.reader import read
from app.domain.diagram_comparison import DiagramComparison, ElementChange, ElementChangeKind, FieldChange

NAMED_PARTS = FLOW_NODES | {"process", "sequenceFlow", "lane", "message", "signal", "error", "escalation"}
# Attributes and inner parts by the name people know them by; the others are told as `other`.
FIELD_OF_ATTRIBUTE = {
    "name": "name",
    "default": "default",
    "attachedToRef": "host",
    "cancelActivity": "interrupting",
    "calledElement": "called",
    "sourceRef": "source",
    "targetRef": "target",
    "isExecutable": "executable",
    "errorCode": "code",
    "escalationCode": "code",
}
FIELD_OF_LB = {item.name: item.field for item in ATTRIBUTES}
FIELD_OF_PART = {
    "conditionExpression": "condition",
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "condition",
    "linkEventDefinition": "link",
    "terminateEventDefinition": "terminate",
    "multiInstanceLoopCharacteristics": "instances",
    "standardLoopCharacteristics": "loop",
    "documentation": "documentation",
}
FIELDS = tuple(
    dict.fromkeys(
        ("type", "scope", "lane", *FIELD_OF_ATTRIBUTE.values(), *FIELD_OF_LB.values(), *FIELD_OF_PART.values(), "other")
    )
)
# What other elements say as well, or what is only drawn.
NOT_COMPARED = frozenset({"incoming", "outgoing", "laneSet", "flowNodeRef", "childLaneSet"})
DI_NUMBERS = 2


@dataclass(slots=True)
class _Drawing:
    """One version: what each element says, and where it is drawn. boxes: x, y, width, height; lines: waypoints."""

    said: dict[str, dict[str, str]] = field(default_factory=dict)
    boxes: dict[str, tuple[float, ...]] = field(default_factory=dict)
    lines: dict[str, tuple[float, ...]] = field(default_factory=dict)


def compare(old: bytes, new: bytes) -> DiagramComparison:
    """Return what `new` says otherwise than `old`; both are BPMN as drawn. Raises DiagramRefused for what is none."""
    before, after = _lay_out(old, "old.bpmn"), _lay_out(new, "new.bpmn")
    shift = _common_shift(before, after)
    changes = [_change(element, before, after, shift) for element in (*after.said, *_gone(before, after))]
    return DiagramComparison(changes=tuple(change for change in changes if change is not None))


def _gone(before: _Drawing, after: _Drawing) -> list[str]:
    return [element for element in before.said if element not in after.said]


def _change(element: str, before: _Drawing, after: _Drawing, shift: tuple[float, float]) -> ElementChange | None:
    old, new = before.said.get(element), after.said.get(element)
    told = new or old or {}
    name, kind_of_element = told.get("name", ""), told["type"]
    if old is None or new is None:
        kind = ElementChangeKind.ADDED if old is None else ElementChangeKind.REMOVED
        return ElementChange(element=element, type=kind_of_element, name=name, kind=kind)
    fields = tuple(
        FieldChange(field=found, old=old.get(found, ""), new=new.get(found, ""))
        for found in FIELDS
        if old.get(found, "") != new.get(found, "")
    )
    moved = _is_moved(element, before, after, shift)
    if not fields and not moved:
        return None
    kind = ElementChangeKind.CHANGED if fields else ElementChangeKind.MOVED
    return ElementChange(element=element, type=kind_of_element, name=name, kind=kind, moved=moved, fields=fields)


def _lay_out(raw: bytes, file: str) -> _Drawing:
    root, drawing = read(raw, file=file).root, _Drawing()
    names = {item.get("id") or "": item.get("name") or "" for item in root.iter() if isinstance(item.tag, str)}
    lanes = _lanes(root)
    for element in root.iter(f"{BPMN_TAG}*"):
        if local(element) in NAMED_PARTS and element.get("id"):
            drawing.said[element.get("id") or ""] = _said(element, lanes, names)
    for shape in root.iter("{*}BPMNShape", "{*}BPMNEdge"):
        _place(shape, drawing)
    return drawing


def _said(element: etree._Element, lanes: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    said = {"type": local(element), "lane": lanes.get(element.get("id") or "", "")}
    scope = element.getparent()
    if scope is not None and local(scope) not in ("definitions", "process", "laneSet"):
        said["scope"] = scope.get("name") or scope.get("id") or ""
    others: list[str] = []
    for attribute, value in sorted(element.attrib.items()):
        text, key = " ".join(str(value).split()), str(attribute)
        found = FIELD_OF_LB.get(key.removeprefix(LBQ)) if key.startswith(LBQ) else FIELD_OF_ATTRIBUTE.get(key)
        if found is not None:
            said[found] = text
        elif key != "id":
            others.append(f"{etree.QName(key).localname}={text}")
    for part in element:
        if not isinstance(part.tag, str) or local(part) in NOT_COMPARED or local(part) in NAMED_PARTS:
            continue
        text, found = _text_of(part, names), FIELD_OF_PART.get(local(part))
        if found is None:
            others.append(f"{etree.QName(part).localname} {text}".strip())
        else:
            said[found] = f"{said[found]}; {text}" if said.get(found) else text or local(part)
    if others:
        said["other"] = "; ".join(others)
    return said


def _text_of(part: etree._Element, names: Mapping[str, str]) -> str:
    """Return an inner part as one line: its text, its attributes without its id, and what lies in it."""
    said = [" ".join((part.text or "").split())]
    for key, value in sorted(part.attrib.items()):
        name = etree.QName(str(key)).localname
        if name in ("id", "type", "language"):
            continue
        text = str(value)
        said.append(names.get(text) or text if name.endswith("Ref") else f"{name}={text}")
    for inner in part:
        if isinstance(inner.tag, str):
            tag, text = etree.QName(inner).localname, _text_of(inner, names)
            said.append(text if tag in ("timeDuration", "timeDate", "timeCycle", "condition") else f"{tag} {text}")
    return " ".join(filter(None, said))


def _lanes(root: etree._Element) -> dict[str, str]:
    return {
        (place.text or "").strip(): lane.get("name") or lane.get("id") or ""
        for lane in root.iter(f"{BPMN_TAG}lane")
        for place in lane.findall(f"{BPMN_TAG}flowNodeRef")
    }


def _place(shape: etree._Element, drawing: _Drawing) -> None:
    element = shape.get("bpmnElement") or ""
    bounds = shape.find("{*}Bounds")
    if bounds is not None:
        drawing.boxes[element] = tuple(_number(bounds, name) for name in ("x", "y", "width", "height"))
    points = list(shape.iterfind("{*}waypoint"))
    if points:
        drawing.lines[element] = tuple(_number(point, name) for point in points for name in ("x", "y"))


def _number(element: etree._Element, name: str) -> float:
    try:
        return round(float(element.get(name) or 0), 1)
    except ValueError:
        return 0.0


def _common_shift(before: _Drawing, after: _Drawing) -> tuple[float, float]:
    """Return by how much the whole drawing was shifted: nobody means by that that every element has another place."""
    shifts = {
        (round(box[0] - before.boxes[element][0], 1), round(box[1] - before.boxes[element][1], 1))
        for element, box in after.boxes.items()
        if element in before.boxes
    }
    return shifts.pop() if len(shifts) == 1 else (0.0, 0.0)


def _is_moved(element: str, before: _Drawing, after: _Drawing, shift: tuple[float, float]) -> bool:
    old_box, new_box = before.boxes.get(element), after.boxes.get(element)
    if old_box is not None and new_box is not None:
        return tuple(_shifted(old_box[:DI_NUMBERS], shift)) + old_box[DI_NUMBERS:] != new_box
    old_line, new_line = before.lines.get(element), after.lines.get(element)
    if old_line is not None and new_line is not None:
        return tuple(_shifted(old_line, shift)) != new_line
    return False


def _shifted(numbers: tuple[float, ...], shift: tuple[float, float]) -> Iterator[float]:
    for place, number in enumerate(numbers):
        yield round(number + shift[place % DI_NUMBERS], 1)
