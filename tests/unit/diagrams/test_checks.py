"""Every rule for diagrams: what it refuses, where, and what it accepts; the examples of its page are the cases."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from app.catalogue.messages import read_messages
from app.diagrams.check_diagram import check_diagram
from app.diagrams.checks import CHECKS, COURSE_CHECKS
from app.diagrams.findings import say_finding
from app.domain.diagram import Finding
from app.domain.errors import DiagramRefused
from tests.unit.diagrams.naming import PUBLISHED

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
)
EXAMPLES = Path("docs/checks/examples")
CODES = [code for code, _severity, _check in (*CHECKS, *COURSE_CHECKS)]
FOLLOWING = {"join-after-choice": {"never-happens"}, "never-happens": {"join-after-choice"}}
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
ACCEPTED = diagram(
    task("a", 'lb:form="review" lb:limit="promised 50%"')
    + '<exclusiveGateway id="g" name="ok?" default="f_g_end"/>'
    + END
    + '<serviceTask id="s" lb:operation="issue_result"/>'
    + chain("start", "a", "g", "end")
    + flow("g", "s", '=outcomes.a = "pass"')
    + flow("s", "end")
)


def findings_of(name: str) -> tuple[Finding, ...]:
    return check_diagram((EXAMPLES / f"{name}.bpmn").read_bytes(), file=name, published=PUBLISHED)[1]


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_has_the_fault_and_no_other(code: str) -> None:
    findings = findings_of(f"{code}-wrong")

    found = [item for item in findings if item.code == code]
    assert found
    assert {item.code for item in findings} - FOLLOWING.get(code, set()) == {code}
    assert all(item.line > 0 and item.element and item.file == f"{code}-wrong" for item in found)


@pytest.mark.parametrize("code", CODES)
def test_the_right_example_has_no_fault(code: str) -> None:
    assert findings_of(f"{code}-right") == ()


@pytest.mark.parametrize(("code", "severity", "check"), [*CHECKS, *COURSE_CHECKS])
def test_a_rule_weighs_as_much_as_it_says(code: str, severity: str, check: object) -> None:
    found = [item.severity for item in findings_of(f"{code}-wrong") if item.code == code]

    assert set(found) == {severity}, check


def test_a_sound_diagram_has_no_finding() -> None:
    normalised, findings = check_diagram(ACCEPTED, file="x.bpmn", published=PUBLISHED)

    assert findings == ()
    assert normalised.is_deployable


def test_process_that_a_tool_has_put_inside_something_else_is_read() -> None:
    nested = ACCEPTED.replace(b"<process", b'<process id="c"><process').replace(b"</process>", b"</process></process>")

    normalised, findings = check_diagram(nested, file="x.bpmn", published=PUBLISHED)

    assert findings == ()
    assert normalised.is_deployable


def test_all_faults_come_at_once() -> None:
    raw = diagram('<userTask id="u" lb:role="chief" lb:limit="soon"/>' + END + chain("start", "u", "end"))

    normalised, findings = check_diagram(raw, file="x.bpmn", published=PUBLISHED)

    assert {item.code for item in findings} >= {"unknown-role", "bad-limit"}
    assert not normalised.is_deployable


@pytest.mark.parametrize("result", ["site visit", "site-visit", "for", "2nd"])
def test_result_of_a_decision_needs_a_name_conditions_can_read(result: str) -> None:
    named = '<businessRuleTask id="x" lb:decision="guidance" lb:result="{}"/>' + END + chain("start", "x", "end")

    wrong = check_diagram(diagram(named.format(result)), file="x.bpmn", published=PUBLISHED)[1]
    right = check_diagram(diagram(named.format("核查")), file="x.bpmn", published=PUBLISHED)[1]

    assert [(item.code, item.facts["attribute"]) for item in wrong] == [("bad-attribute", "lb:result")]
    assert right == ()


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


SIGNAL = '<signalEventDefinition signalRef="{}"/>'
CATCH, THROW = "intermediateCatchEvent", "intermediateThrowEvent"


def event(kind: str, element: str, trigger: str) -> str:
    return f'<{kind} id="{element}">{trigger}</{kind}>'


@pytest.mark.parametrize(
    "construct",
    [
        f'<sendTask id="x" name="{"长" * 201}"/>',
        event(CATCH, "x", SIGNAL.format("paid")),
        event(THROW, "x", SIGNAL.format("paid")),
    ],
)
def test_what_nobody_brings_or_carries_is_refused(construct: str) -> None:
    raw = diagram(construct + END + chain("start", "x", "end"))

    normalised, findings = check_diagram(raw, file="x.bpmn", published=PUBLISHED)

    assert ("not-delivered", "x") in {(item.code, item.element) for item in findings}
    assert not normalised.is_deployable


@pytest.mark.parametrize(("operation", "codes"), [("issue_result", []), ("send_sms", ["unknown-operation"])])
def test_send_task_asks_for_a_published_operation(operation: str, codes: list[str]) -> None:
    raw = diagram(f'<sendTask id="x" lb:operation="{operation}"/>' + END + chain("start", "x", "end"))

    findings = check_diagram(raw, file="x.bpmn", published=PUBLISHED)[1]

    assert [item.code for item in findings] == codes


@pytest.mark.parametrize(("thrown", "refused"), [("paid", set()), ("lost", {"tell", "hear"})])
def test_signal_is_carried_between_the_steps_of_one_diagram(thrown: str, refused: set[str]) -> None:
    both = event(THROW, "tell", SIGNAL.format(thrown)) + event(CATCH, "hear", SIGNAL.format("paid"))
    raw = diagram(both + END + chain("start", "tell", "end") + chain("start", "hear", "end"))

    findings = check_diagram(raw, file="x.bpmn", published=PUBLISHED)[1]

    assert {item.element for item in findings if item.code == "not-delivered"} == refused


@pytest.mark.parametrize("kind", [CATCH, THROW])
def test_published_signal_may_have_its_other_end_in_another_diagram(kind: str) -> None:
    raw = diagram(event(kind, "x", SIGNAL.format("paid")) + END + chain("start", "x", "end"))

    normalised, findings = check_diagram(raw, file="x.bpmn", published=replace(PUBLISHED, signals=frozenset({"paid"})))

    assert "not-delivered" not in {item.code for item in findings}
    assert normalised.is_deployable


def test_unknown_signal_is_told_with_its_element_line_and_what_is_published() -> None:
    drawn = event(CATCH, "x", SIGNAL.format("lost"))
    raw = diagram("\n" + drawn + END + chain("start", "x", "end"))

    findings = check_diagram(raw, file="x.bpmn", published=replace(PUBLISHED, signals=frozenset({"paid"})))[1]

    found = next(item for item in findings if item.code == "not-delivered")
    line = raw[: raw.index(drawn.encode())].count(b"\n") + 1
    assert (found.element, found.line, found.facts["known"]) == ("x", line, "paid")
    assert "paid" in say_finding(found, read_messages(Path("rules")), "en")


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
