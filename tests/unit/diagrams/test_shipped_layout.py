"""The diagrams that are shipped can be read by people: everything is drawn, in order, and nothing is in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "bpmn").rglob("*.bpmn"))
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
NODES = (
    "startEvent",
    "endEvent",
    "boundaryEvent",
    "userTask",
    "serviceTask",
    "businessRuleTask",
    "callActivity",
    "subProcess",
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
)
Point = tuple[float, float]
Segment = tuple[Point, Point]

pytestmark = pytest.mark.parametrize("path", SHIPPED, ids=[path.parent.name for path in SHIPPED])


@dataclass(frozen=True, kw_only=True)
class Box:
    id: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        is_beside = self.right <= other.left or other.right <= self.left
        return not (is_beside or self.bottom <= other.top or other.bottom <= self.top)

    def contains(self, other: "Box") -> bool:
        is_within_x = self.left < other.left and other.right < self.right
        return is_within_x and self.top < other.top and other.bottom < self.bottom

    def is_cut_by(self, segment: Segment) -> bool:
        (x1, y1), (x2, y2) = segment
        is_in_x = max(x1, x2) > self.left and min(x1, x2) < self.right
        return is_in_x and max(y1, y2) > self.top and min(y1, y2) < self.bottom

    def touches(self, point: Point) -> bool:
        x, y = point
        is_on_side = x in (self.left, self.right) and self.top <= y <= self.bottom
        return is_on_side or (y in (self.top, self.bottom) and self.left <= x <= self.right)


@dataclass(frozen=True, kw_only=True)
class Edge:
    id: str
    source: str
    target: str
    points: tuple[Point, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(pairwise(self.points))


def drawn(path: Path) -> tuple[etree._Element, dict[str, Box], dict[str, Edge]]:
    root = etree.parse(path).getroot()
    boxes = {}
    for shape in root.iterfind(".//bpmndi:BPMNShape", NS):
        bounds = shape.find("dc:Bounds", NS)
        x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
        key = shape.get("bpmnElement")
        boxes[key] = Box(id=key, left=x, top=y, right=x + width, bottom=y + height)
    flows = {flow.get("id"): flow for flow in root.iterfind(".//bpmn:sequenceFlow", NS)}
    edges = {}
    for edge in root.iterfind(".//bpmndi:BPMNEdge", NS):
        key = edge.get("bpmnElement")
        points = tuple((float(point.get("x")), float(point.get("y"))) for point in edge.iterfind("di:waypoint", NS))
        edges[key] = Edge(id=key, source=flows[key].get("sourceRef"), target=flows[key].get("targetRef"), points=points)
    return root, boxes, edges


def elements(root: etree._Element, *tags: str) -> Iterator[etree._Element]:
    for tag in tags:
        yield from root.iterfind(f".//bpmn:{tag}", NS)


def crossing(one: Segment, other: Segment) -> bool:
    """Say whether two upright or level segments meet anywhere but in an end of both."""
    (a, b), (c, d) = one, other
    is_apart_x = max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0])
    is_apart_y = max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1])
    return not (is_apart_x or is_apart_y)


def test_every_node_has_a_shape_and_every_flow_an_edge(path: Path) -> None:
    root, boxes, edges = drawn(path)

    nodes = {node.get("id") for node in elements(root, *NODES)}
    flows = {flow.get("id") for flow in elements(root, "sequenceFlow")}

    assert boxes.keys() == nodes
    assert edges.keys() == flows


def test_shapes_do_not_overlap(path: Path) -> None:
    root, boxes, _edges = drawn(path)
    hosts = {node.get("id"): node.get("attachedToRef") for node in elements(root, "boundaryEvent")}
    inside = {
        child.get("id"): scope.get("id") for scope in elements(root, "subProcess") for child in scope if child.get("id")
    }

    overlapping = [
        (one.id, other.id)
        for one, other in combinations(boxes.values(), 2)
        if one.overlaps(other)
        and hosts.get(one.id) != other.id
        and hosts.get(other.id) != one.id
        and inside.get(one.id) != other.id
        and inside.get(other.id) != one.id
    ]

    assert overlapping == []


def test_a_sub_process_holds_what_belongs_to_it(path: Path) -> None:
    root, boxes, _edges = drawn(path)

    outside = [
        child.get("id")
        for scope in elements(root, "subProcess")
        for child in scope
        if child.get("id") in boxes and not boxes[scope.get("id")].contains(boxes[child.get("id")])
    ]

    assert outside == []


def test_edges_are_upright_or_level_and_join_their_shapes(path: Path) -> None:
    _root, boxes, edges = drawn(path)

    slanting = [edge.id for edge in edges.values() for (x1, y1), (x2, y2) in edge.segments if x1 != x2 and y1 != y2]
    loose = [
        edge.id
        for edge in edges.values()
        if not (boxes[edge.source].touches(edge.points[0]) and boxes[edge.target].touches(edge.points[-1]))
    ]

    assert slanting == []
    assert loose == []


def test_edges_do_not_cross(path: Path) -> None:
    """Flows that leave the same shape, or reach the same one, may share a line."""
    _root, _boxes, edges = drawn(path)

    crossings = [
        (one.id, other.id)
        for one, other in combinations(edges.values(), 2)
        if one.source != other.source and one.target != other.target
        for first in one.segments
        for second in other.segments
        if crossing(first, second)
    ]

    assert crossings == []


def test_edges_do_not_run_through_shapes(path: Path) -> None:
    root, boxes, edges = drawn(path)
    scopes = {scope.get("id") for scope in elements(root, "subProcess")}

    cut = [
        (edge.id, box.id)
        for edge in edges.values()
        for box in boxes.values()
        if box.id not in scopes
        for segment in edge.segments
        if box.is_cut_by(segment)
    ]

    assert cut == []


def test_flows_go_right_unless_they_return_to_work_that_was_begun(path: Path) -> None:
    _root, boxes, edges = drawn(path)
    after: dict[str, set[str]] = {}
    for edge in edges.values():
        after.setdefault(edge.source, set()).add(edge.target)

    leftward = [
        edge.id
        for edge in edges.values()
        if boxes[edge.target].right <= boxes[edge.source].left and not reaches(after, edge.target, edge.source)
    ]

    assert leftward == []


def reaches(after: dict[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            waiting.extend(after.get(node, ()))
    return False


def test_every_task_event_and_choice_has_a_name(path: Path) -> None:
    root, _boxes, _edges = drawn(path)
    choices = [
        gateway
        for gateway in elements(root, "exclusiveGateway", "inclusiveGateway")
        if len(gateway.findall("bpmn:outgoing", NS)) > 1
    ]

    nameless = [
        node.get("id")
        for node in [
            *elements(root, "userTask", "serviceTask", "businessRuleTask", "callActivity", "boundaryEvent"),
            *choices,
        ]
        if not node.get("name")
    ]

    assert nameless == []


def test_every_choice_has_a_way_out(path: Path) -> None:
    root, _boxes, _edges = drawn(path)
    flows = {flow.get("id"): flow for flow in elements(root, "sequenceFlow")}

    stuck = [
        gateway.get("id")
        for gateway in elements(root, "exclusiveGateway", "inclusiveGateway")
        if len(outgoing := [flows[item.text] for item in gateway.iterfind("bpmn:outgoing", NS)]) > 1
        and any(
            (flow.get("id") == gateway.get("default")) == (flow.find("bpmn:conditionExpression", NS) is not None)
            for flow in outgoing
        )
    ]

    assert stuck == []
