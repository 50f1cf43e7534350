"""What other tools write is read as what was meant."""

import pytest

from app.diagrams.check_diagram import check_diagram
from app.diagrams.decision_names import decisions_named
from app.diagrams.foreign import as_feel, as_limit
from tests.unit.diagrams.naming import PUBLISHED


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('=amount > 30 and kind = "A"', '=amount > 30 and kind = "A"'),
        ("${approved}", "=approved"),
        ("${!approved}", "=not(approved)"),
        ("#{a && b == 'x'}", '=a  and  b = "x"'),
        ("${ a || b != 'x' }", '=a  or  b != "x"'),
    ],
)
def test_conditions_become_feel(written: str, read: str) -> None:
    assert as_feel(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5WD", "5WD"),
        ('"PT2H"', "PT2H"),
        ("${due}", "=due"),
        ("R3/2026-01-01T00:00:00Z/P1D", "R3/P1D"),
        ("R3/P1D", "R3/P1D"),
        ("2026-01-05T09:00:00", "2026-01-05T09:00:00+08:00"),
        ("2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"),
    ],
)
def test_time_limits_become_ours(written: str, read: str) -> None:
    assert as_limit(written) == read


CAMUNDA = '<businessRuleTask id="x" name="x" camunda:decisionRef="guidance" camunda:resultVariable="members"/>'
ZEEBE = (
    '<businessRuleTask id="x" name="x"><extensionElements><zeebe:calledDecision decisionId="guidance" '
    'resultVariable="members"/></extensionElements></businessRuleTask>'
)
OURS = '<businessRuleTask id="x" name="x" lb:decision="guidance" lb:result="members" camunda:decisionRef="theirs"/>'


@pytest.mark.parametrize("task", [CAMUNDA, ZEEBE, OURS], ids=["camunda", "zeebe", "ours first"])
def test_decision_named_by_another_tool_is_ours(task: str) -> None:
    raw = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" '
        f'targetNamespace="t"><process id="p" isExecutable="true"><startEvent id="s"/>{task}<endEvent id="e"/>'
        '<sequenceFlow id="a" sourceRef="s" targetRef="x"/><sequenceFlow id="b" sourceRef="x" targetRef="e"/>'
        "</process></definitions>"
    )

    normalised, findings = check_diagram(raw.encode(), file="x", published=PUBLISHED)
    unknown = check_diagram(raw.replace("guidance", "nothing").encode(), file="x", published=PUBLISHED)[1]

    assert findings == ()
    assert decisions_named(normalised.xml) == ("guidance",)
    assert b'lb:result="members"' in normalised.xml
    assert [(item.code, item.facts["decision"]) for item in unknown] == [("unknown-decision", "nothing")]
