"""Two versions of a diagram, element by element: what is done differently, and what is only drawn elsewhere."""

import pytest

from app.diagrams.comparing import FIELDS, compare
from app.domain.diagram_comparison import ElementChange, ElementChangeKind
from app.domain.errors import DiagramRefused
from app.settings import ROOT

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:dd="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="t" id="d">'
)
REVIEW = '<userTask id="review" name="审查" lb:role="reviewer" lb:limit="3WD" lb:form="opinion"/>'
BODY = (
    '<startEvent id="s"/>'
    + REVIEW
    + '<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="review"/>'
    + '<sequenceFlow id="f2" sourceRef="review" targetRef="e">'
    + '<conditionExpression id="c1">amount &gt; 10</conditionExpression></sequenceFlow>'
)
PLACES = {"s": (10, 10, 36, 36), "review": (100, 10, 100, 80), "e": (300, 10, 36, 36)}


def drawn(body: str = BODY, places: dict[str, tuple[int, int, int, int]] = PLACES, more: str = "") -> bytes:
    shapes = "".join(
        f'<di:BPMNShape id="{element}_di" bpmnElement="{element}">'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></di:BPMNShape>'
        for element, (x, y, width, height) in places.items()
    )
    plane = f'<di:BPMNDiagram><di:BPMNPlane bpmnElement="p">{shapes}{more}</di:BPMNPlane></di:BPMNDiagram>'
    return f'{HEAD}<process id="p" isExecutable="true">{body}</process>{plane}</definitions>'.encode()


def line(*points: tuple[int, int]) -> str:
    return (
        '<di:BPMNEdge id="f1_di" bpmnElement="f1">'
        + "".join(f'<dd:waypoint x="{x}" y="{y}"/>' for x, y in points)
        + "</di:BPMNEdge>"
    )


def only(old: bytes, new: bytes) -> ElementChange:
    (change,) = compare(old, new).changes
    return change


def test_equal_versions_differ_in_nothing() -> None:
    found = compare(drawn(), drawn())

    assert found.changes == ()
    assert found.is_layout_only


@pytest.mark.parametrize(
    ("old", "new", "element", "field", "before", "after"),
    [
        ('name="审查"', 'name="材料审查"', "review", "name", "审查", "材料审查"),
        ('lb:limit="3WD"', 'lb:limit="5WD"', "review", "limit", "3WD", "5WD"),
        (' lb:limit="3WD"', "", "review", "limit", "3WD", ""),
        ('lb:role="reviewer"', 'lb:role="decider"', "review", "role", "reviewer", "decider"),
        ('lb:form="opinion"', 'lb:form="site_visit"', "review", "form", "opinion", "site_visit"),
        ("&gt; 10", "&gt; 20", "f2", "condition", "amount > 10", "amount > 20"),
        ('targetRef="e"', 'targetRef="s"', "f2", "target", "e", "s"),
        ('<userTask id="review"', '<manualTask id="review"', "review", "type", "userTask", "manualTask"),
    ],
)
def test_change_is_told_with_its_field(old: str, new: str, element: str, field: str, before: str, after: str) -> None:
    found = only(drawn(), drawn(BODY.replace(old, new)))

    assert (found.element, found.kind, found.moved) == (element, ElementChangeKind.CHANGED, False)
    assert [(item.field, item.old, item.new) for item in found.fields] == [(field, before, after)]


@pytest.mark.parametrize(
    ("part", "field", "text"),
    [
        ("<timerEventDefinition><timeDuration>5WD</timeDuration></timerEventDefinition>", "timer", "5WD"),
        ("<documentation>依据</documentation>", "documentation", "依据"),
        (
            "<standardLoopCharacteristics loopMaximum='3'/>",
            "loop",
            "loopMaximum=3",
        ),
    ],
)
def test_inner_part_is_told_by_its_name(part: str, field: str, text: str) -> None:
    found = only(drawn(), drawn(BODY.replace('form="opinion"/>', f'form="opinion">{part}</userTask>')))

    assert [(item.field, item.old, item.new) for item in found.fields] == [(field, "", text)]


def test_what_is_known_by_no_name_is_told_as_other() -> None:
    found = only(drawn(), drawn(BODY.replace('id="review"', 'id="review" startQuantity="2"')))

    assert [(item.field, item.new) for item in found.fields] == [("other", "startQuantity=2")]


def test_added_and_removed_elements_keep_their_names() -> None:
    without = BODY.replace(REVIEW, "").replace('targetRef="review"', 'targetRef="e"')

    added, removed = compare(drawn(without), drawn()), compare(drawn(), drawn(without))

    assert [(item.element, item.name) for item in added.of_kind(ElementChangeKind.ADDED)] == [("review", "审查")]
    assert [(item.element, item.name) for item in removed.of_kind(ElementChangeKind.REMOVED)] == [("review", "审查")]
    assert not removed.is_layout_only


def test_place_alone_is_told_apart_from_what_is_done() -> None:
    elsewhere = drawn(places={**PLACES, "review": (150, 40, 100, 80)})

    found = compare(drawn(), elsewhere)

    assert [(item.element, item.kind) for item in found.changes] == [("review", ElementChangeKind.MOVED)]
    assert found.is_layout_only


def test_changed_element_also_says_that_it_was_moved() -> None:
    body = BODY.replace('lb:limit="3WD"', 'lb:limit="1WD"')

    found = only(drawn(), drawn(body, {**PLACES, "review": (150, 40, 100, 80)}))

    assert (found.kind, found.moved) == (ElementChangeKind.CHANGED, True)


def test_line_with_another_bend_is_moved() -> None:
    found = only(drawn(more=line((46, 28), (100, 28))), drawn(more=line((46, 28), (70, 5), (100, 28))))

    assert (found.element, found.kind) == ("f1", ElementChangeKind.MOVED)


def test_drawing_shifted_as_a_whole_has_moved_nothing() -> None:
    shifted = {element: (x + 40, y - 5, width, height) for element, (x, y, width, height) in PLACES.items()}

    assert (
        compare(drawn(more=line((46, 28), (100, 28))), drawn(places=shifted, more=line((86, 23), (140, 23)))).changes
        == ()
    )


def test_step_moved_into_a_subprocess_changes_its_scope() -> None:
    inside = BODY.replace(REVIEW, f'<subProcess id="room" name="审查阶段">{REVIEW}</subProcess>')

    found = {item.element: item for item in compare(drawn(), drawn(inside)).changes}

    assert [(item.field, item.new) for item in found["review"].fields] == [("scope", "审查阶段")]
    assert found["room"].kind == ElementChangeKind.ADDED


def test_other_prefixes_and_orders_of_attributes_make_no_difference() -> None:
    other = (
        drawn()
        .replace(b"xmlns:lb=", b"xmlns:ours=")
        .replace(b"lb:", b"ours:")
        .replace(b'sourceRef="s" targetRef="review"', b'targetRef="review"   sourceRef="s"')
        .replace(b'id="c1"', b'id="c2"')
    )

    assert compare(drawn(), other).changes == ()


def test_what_is_no_diagram_is_refused() -> None:
    with pytest.raises(DiagramRefused):
        compare(drawn(), b"<broken")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_has_a_word(language: str) -> None:
    text = (ROOT / "rules" / "messages" / language / "versions.toml").read_text(encoding="utf-8")

    assert [field for field in FIELDS if f"\n{field} = " not in text] == []
