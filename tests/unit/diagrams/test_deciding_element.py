"""A result needs a decision on every way to it, also when the decision is drawn in a sub-process."""

import pytest

from app.diagrams.check_diagram import check_diagram
from app.settings import ROOT
from tests.unit.diagrams.naming import PUBLISHED

SHIPPED = (ROOT / "bpmn" / "patterns" / "committed" / "process.bpmn").read_text(encoding="utf-8")
TO_REVIEW = '<bpmn:sequenceFlow id="flow_begin_review" sourceRef="begin" targetRef="review" />'
TO_DECISION = '<bpmn:sequenceFlow id="flow_review_decide" sourceRef="review" targetRef="decide" />'


def undecided(source: str) -> set[str]:
    """Return the elements that give a result without a decision."""
    findings = check_diagram(source.encode(), file="x.bpmn", published=PUBLISHED)[1]
    return {item.element for item in findings if item.code == "deciding-element"}


def test_the_shipped_pattern_decides_on_every_way() -> None:
    assert undecided(SHIPPED) == set()


@pytest.mark.parametrize("flow", [TO_REVIEW, TO_DECISION])
def test_a_decision_no_way_leads_to_is_none(flow: str) -> None:
    assert flow in SHIPPED

    found = undecided(SHIPPED.replace(flow, ""))

    assert {"issue_result", "issue_refusal"} <= found


def test_a_way_past_the_decision_inside_its_sub_process_is_told() -> None:
    past = '<bpmn:sequenceFlow id="past" sourceRef="begin" targetRef="done" />'

    found = undecided(SHIPPED.replace(TO_REVIEW, TO_REVIEW + past))

    assert {"issue_result", "issue_refusal"} <= found
