"""Every rule for diagrams: what it refuses, where, and what it accepts."""

from itertools import pairwise
from pathlib import Path

import pytest

from app.diagrams.check_diagram import check_diagram
from app.diagrams.checks import CHECKS
from app.domain.diagram import Published
from app.domain.errors import DiagramRefused

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
)
PUBLISHED = Published(
    roles=frozenset({"reviewer", "decider"}),
    forms={"review": frozenset({"opinion"})},
    operations=frozenset({"issue_result", "approve_by_default"}),
    matters=frozenset({"startup-reg"}),
    clocks=frozenset({"promised", "notice5"}),
)
TASK = '<userTask id="{id}" lb:role="reviewer" lb:outcomes="pass,refuse"{more}/>'


def task(element: str, more: str = "") -> str:
    return TASK.format(id=element, more=f" {more}" if more else "")


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def chain(*elements: str) -> str:
    return "".join(flow(one, two) for one, two in pairwise(elements))


def diagram(body: str, *, attributes: str = "") -> bytes:
    start = '<startEvent id="start"/>'
    return (
        f'{HEAD}\n<process id="p" isExecutable="true" {attributes}>\n{start}\n{body}\n</process></definitions>'.encode()
    )


END = '<endEvent id="end"/>'
TIMER = "<timerEventDefinition><timeDuration>{limit}</timeDuration></timerEventDefinition>"
CHOICE = (
    task("a")
    + '<exclusiveGateway id="g" name="ok?" default="f_g_end"/>'
    + END
    + chain("start", "a", "g", "end")
    + task("b")
    + flow("b", "end")
)

REFUSED: dict[str, tuple[bytes, str]] = {
    "bad-condition": (diagram(CHOICE + flow("g", "b", "=outcomes.a = =")), "g"),
    "bad-limit": (diagram(task("a", 'lb:limit="five days"') + END + chain("start", "a", "end")), "a"),
    "deciding-element": (
        diagram(task("a") + END + chain("start", "a", "end"), attributes='lb:matterKind="committed"'),
        "start",
    ),
    "deemed-path": (
        diagram(
            task("a")
            + END
            + chain("start", "a", "end")
            + '<boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
            + TIMER.format(limit="deemed")
            + "</boundaryEvent>"
            + flow("late", "end")
        ),
        "late",
    ),
    "gateway-without-name": (
        diagram(CHOICE.replace(' name="ok?"', "") + flow("g", "b", '=outcomes.a = "refuse"')),
        "g",
    ),
    "join-after-choice": (
        diagram(
            CHOICE.replace("f_g_end", "f_g_c").replace(flow("g", "end"), "").replace(flow("b", "end"), "")
            + task("c")
            + flow("g", "c")
            + flow("g", "b", '=outcomes.a = "refuse"')
            + '<parallelGateway id="join"/>'
            + chain("b", "join", "end")
            + flow("c", "join")
        ),
        "join",
    ),
    "loop-without-person": (
        diagram(
            '<serviceTask id="s" lb:operation="issue_result"/><exclusiveGateway id="g" name="ok?" default="f_g_s"/>'
            + END
            + chain("start", "s", "g")
            + flow("g", "s")
            + flow("g", "end", "=done")
        ),
        "s",
    ),
    "outcome-not-handled": (diagram(CHOICE + flow("g", "b", '=outcomes.a = "maybe"')), "g"),
    "unknown-form": (diagram(task("a", 'lb:form="none"') + END + chain("start", "a", "end")), "a"),
    "unknown-matter": (
        diagram('<callActivity id="c" calledElement="matter:none"/>' + END + chain("start", "c", "end")),
        "c",
    ),
    "unknown-operation": (
        diagram('<serviceTask id="s" lb:operation="run"/>' + END + chain("start", "s", "end")),
        "s",
    ),
    "unknown-role": (diagram('<userTask id="u" lb:role="chief"/>' + END + chain("start", "u", "end")), "u"),
    "unreachable": (diagram(task("a") + task("b") + END + chain("start", "a", "end") + flow("b", "end")), "b"),
    "wait-without-way-out": (
        diagram(
            '<intermediateCatchEvent id="m"><messageEventDefinition/></intermediateCatchEvent>'
            + END
            + chain("start", "m", "end")
        ),
        "m",
    ),
}
ACCEPTED = diagram(
    task("a", 'lb:form="review" lb:limit="promised 50%"')
    + '<exclusiveGateway id="g" name="ok?" default="f_g_end"/>'
    + END
    + '<serviceTask id="s" lb:operation="issue_result"/>'
    + chain("start", "a", "g", "end")
    + flow("g", "s", '=outcomes.a = "pass"')
    + flow("s", "end")
)


@pytest.mark.parametrize("code", [code for code, _severity, _check in CHECKS])
def test_a_fault_names_its_element_and_line(code: str) -> None:
    raw, element = REFUSED[code]

    _normalised, findings = check_diagram(raw, file="x.bpmn", published=PUBLISHED)

    found = [item for item in findings if item.code == code]
    assert [item.element for item in found] == [element], findings
    assert found[0].line > 0
    assert found[0].file == "x.bpmn"


def test_a_sound_diagram_has_no_finding() -> None:
    normalised, findings = check_diagram(ACCEPTED, file="x.bpmn", published=PUBLISHED)

    assert findings == ()
    assert normalised.is_deployable


def test_all_faults_come_at_once() -> None:
    raw = diagram('<userTask id="u" lb:role="chief" lb:limit="soon"/>' + END + chain("start", "u", "end"))

    normalised, findings = check_diagram(raw, file="x.bpmn", published=PUBLISHED)

    assert {item.code for item in findings} >= {"unknown-role", "bad-limit"}
    assert not normalised.is_deployable


@pytest.mark.parametrize("code", [code for code, _severity, _check in CHECKS])
def test_every_rule_has_a_page(code: str) -> None:
    assert (Path("docs/checks") / f"{code}.md").is_file()


@pytest.mark.parametrize(
    ("construct", "code"),
    [
        ('<scriptTask id="x"/>', "script-refused"),
        ('<complexGateway id="x"/>', "complex-gateway"),
        ('<adHocSubProcess id="x"/>', "ad-hoc"),
        ('<intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>', "compensation"),
    ],
)
def test_what_is_not_executed_right_is_refused(construct: str, code: str) -> None:
    normalised, findings = check_diagram(
        diagram(construct + END + chain("start", "x", "end")), file="x.bpmn", published=PUBLISHED
    )

    assert code in {item.code for item in findings}
    assert not normalised.is_deployable


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><definitions/>', "xml-doctype"),
        (b"<broken", "xml-malformed"),
        (b"<html/>", "not-bpmn"),
        (b"<a>" + b"x" * 2_000_001 + b"</a>", "xml-too-large"),
    ],
)
def test_a_hostile_document_is_not_opened(raw: bytes, code: str) -> None:
    with pytest.raises(DiagramRefused) as refused:
        check_diagram(raw, file="x.bpmn", published=PUBLISHED)

    assert [item["code"] for item in refused.value.items] == [code]
