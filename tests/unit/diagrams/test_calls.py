"""Calls of processes of other files: what names them, what they add up to, and where they lead back."""

from itertools import pairwise

import pytest

from app.diagrams.calls import processes_called, read_calls
from app.diagrams.check_diagram import check_diagram
from app.domain.diagram import Calls, Finding, Published

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1" targetNamespace="t">'
KEYS = ("process:visit", "process:report")


def process(*parts: str, process_id: str = "p", more: str = "", attributes: str = "") -> bytes:
    """One step after the other; the ids of the steps are x0, x1, ..."""
    steps = ["s", *(f"x{number}" for number in range(len(parts))), "e"]
    flows = "".join(f'<sequenceFlow id="f{a}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(steps))
    drawn = "".join(part.format(id=f"x{number}") for number, part in enumerate(parts))
    inside = f'<startEvent id="s"/>{drawn}<endEvent id="e"/>{flows}'
    return f'{HEAD}<process id="{process_id}" isExecutable="true" {attributes}>{inside}</process>{more}</definitions>'.encode()


def call(called: str) -> str:
    return f'<callActivity id="{{id}}" calledElement="{called}"/>'


def inside(part: str) -> str:
    return (
        '<subProcess id="{id}"><startEvent id="s{id}"/>'
        + part.replace("{id}", "in{id}")
        + '<sequenceFlow id="g{id}" sourceRef="s{id}" targetRef="in{id}"/></subProcess>'
    )


def findings(raw: bytes, published: Published) -> list[Finding]:
    return [item for item in check_diagram(raw, file="x", published=published)[1] if item.severity == "error"]


@pytest.mark.parametrize("name", ["process:visit", "visit", "v:visit"])
def test_a_definition_is_called_by_its_name_whatever_stands_before_it(name: str) -> None:
    published = Published(calls={"process:visit": Calls()})

    normalised, found = check_diagram(process(call(name)), file="x", published=published)

    assert found == ()
    assert b'calledElement="process:visit"' in normalised.xml


def test_a_process_of_the_same_file_goes_before_a_definition_of_its_name() -> None:
    flow = '<sequenceFlow id="fb" sourceRef="b" targetRef="m"/>'
    other = f'<process id="visit"><startEvent id="b"/><manualTask id="m"/>{flow}</process>'
    published = Published(calls={"process:visit": Calls()})

    normalised, _found = check_diagram(process(call("visit"), more=other), file="x", published=published)
    outside, _found = check_diagram(process(call("process:visit"), more=other), file="x", published=published)

    assert b'calledElement="visit"' in normalised.xml
    assert b'calledElement="process:visit"' in outside.xml


def test_calls_are_read_with_how_deep_they_stand() -> None:
    raw = process(call("visit"), inside(inside(call("report"))), call("matter:food"), call("unknown"))

    found = read_calls(raw, called=KEYS)

    assert found.called == {"process:visit": 0, "process:report": 2, "matter:food": 0}
    assert (found.depth, found.decides) == (2, False)
    assert found.steps >= {"x0", "x1", "inx1", "ininx1", "x2"}


def test_the_executable_form_names_what_it_calls_once() -> None:
    raw = process(call("visit"), call("process:report"), call("process:visit"), call("matter:food"))

    normalised, _found = check_diagram(raw, file="x", published=Published(calls=dict.fromkeys(KEYS, Calls())))

    assert processes_called(normalised.xml) == KEYS
    assert processes_called(b"<a/>") == ()


def test_every_unknown_process_is_named_at_its_element_and_line() -> None:
    raw = process(call("process:visit"), "\n" + call("process:nowhere"), "\n" + call(""))

    found = findings(raw, Published(calls={"process:visit": Calls()}))

    assert [(item.code, item.element, item.line, item.facts["called"]) for item in found] == [
        ("unknown-process", "x1", 2, "process:nowhere"),
        ("unknown-process", "x2", 3, "-"),
    ]


def test_what_is_unknown_opens_as_a_draft_with_a_stand_in() -> None:
    normalised, _found = check_diagram(process(call("process:nowhere")), file="x", published=Published())

    assert b"manualTask" in normalised.xml
    assert not normalised.is_deployable


CIRCLE = Published(
    calls={
        "process:a": Calls(),
        "process:b": Calls(called={"process:c": 0, "process:visit": 0}),
        "process:c": Calls(called={"process:a": 0}),
        "process:visit": Calls(),
    },
    own_key="process:a",
)


def test_a_circle_over_files_is_named_from_end_to_end() -> None:
    (found,) = findings(process(call("process:visit"), call("process:b")), CIRCLE)

    assert (found.code, found.element) == ("call-circle", "x1")
    assert found.facts == {"called": "process:b", "circle": "process:a → process:b → process:c → process:a"}


def test_a_definition_that_calls_itself_is_a_circle() -> None:
    (found,) = findings(process(call("a")), CIRCLE)

    assert found.facts["circle"] == "process:a → process:a"


def test_member_cases_that_open_each_other_are_a_circle_too() -> None:
    published = Published(
        matters=frozenset({"food", "licence"}),
        matter_keys={"food": "matter:food", "licence": "pattern:committed"},
        calls={
            "pattern:committed": Calls(),
            "matter:food": Calls(called={"matter:licence": 0}),
        },
        own_key="pattern:committed",
    )

    (found,) = findings(process(call("matter:food")), published)

    assert (found.code, found.element) == ("call-circle", "x0")
    assert found.facts["circle"] == "pattern:committed → matter:food → matter:licence → pattern:committed"


def test_a_matter_of_another_diagram_is_no_circle() -> None:
    published = Published(
        matters=frozenset({"food"}),
        matter_keys={"food": "pattern:committed"},
        calls={"pattern:committed": Calls(), "theme:startup": Calls()},
        own_key="theme:startup",
    )

    assert findings(process(call("matter:food")), published) == []


def test_a_called_process_opens_no_member_cases() -> None:
    published = Published(
        calls={"process:a": Calls(called={"process:b": 0}), "process:b": Calls(called={"matter:food": 0})}
    )

    (found,) = findings(process(call("process:a")), published)

    assert (found.code, found.element, found.facts["matters"]) == ("members-in-call", "x0", "food")


def test_depth_adds_up_over_files() -> None:
    published = Published(
        calls={
            "process:a": Calls(),
            "process:b": Calls(called={"process:c": 4}, depth=4),
            "process:c": Calls(depth=5),
        },
        own_key="process:a",
    )

    assert findings(process(inside(call("process:b"))), published) == []
    (found,) = findings(process(inside(inside(call("process:b")))), published)
    assert (found.code, found.element, found.facts["depth"]) == ("calls-too-deep", "ininx0", 13)


@pytest.mark.parametrize(("letters", "faults"), [(20, []), (21, [("place-too-long", "x0", 65)])])
def test_ids_on_the_way_to_a_step_have_room_for_sixty_four_letters(letters: int, faults: list[object]) -> None:
    published = Published(
        calls={
            "process:b": Calls(called={"process:c": 0}, steps=frozenset({"s", "b" * letters})),
            "process:c": Calls(steps=frozenset({"c" * 40})),
        }
    )

    found = findings(process(call("process:b")), published)

    assert [(item.code, item.element, item.facts["letters"]) for item in found] == faults


def test_what_a_called_process_decides_counts_on_the_path() -> None:
    task = '<userTask id="{id}" lb:role="r" lb:decides="true"/>'
    published = Published(
        roles=frozenset({"r"}),
        calls={"process:b": Calls(called={"process:c": 0}), "process:c": Calls(decides=True)},
    )
    of_a_matter = 'lb:matterKind="committed"'

    assert findings(process(call("process:b"), attributes=of_a_matter), published) == []
    (found,) = findings(process(call("process:b"), task, attributes=of_a_matter), published)
    assert (found.code, found.element) == ("deciding-element", "x1")


def test_a_condition_reads_what_a_called_process_gave_under_its_call() -> None:
    published = Published(calls={"process:b": Calls(steps=frozenset({"look"}))}, operations=frozenset({"work"}))

    known = process(call("process:b"), _reading("look"))
    unknown = process(call("process:b"), _reading("hear"))

    assert findings(known, published) == []
    assert [(item.code, item.facts["path"]) for item in findings(unknown, published)] == [
        ("unknown-variable", "outcomes.x0.hear")
    ]


def _reading(step: str) -> str:
    return f'<serviceTask id="{{id}}" lb:operation="work" lb:input="={{{{a: outcomes.x0.{step}}}}}"/>'
