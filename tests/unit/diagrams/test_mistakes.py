"""Mistakes designers make: each is named by the right rule at the right element, all of a file at once."""

import re
from pathlib import Path

import pytest

from app.catalogue.messages import read_messages
from app.diagrams.check_diagram import check_diagram
from app.domain.diagram import Finding
from app.domain.messages import LANGUAGES
from tests.unit.diagrams.naming import PUBLISHED

FOLDER = Path("tests/data/mistakes")
MESSAGES = read_messages(Path("rules"))
EXPECTED: dict[str, str] = {
    "01-end-forgotten": "warning dead-end file",
    "02-start-forgotten": "warning missing-start review",
    "03-step-not-connected": "warning unreachable visit",
    "04-conditions-forgotten": "error missing-condition ok",
    "05-default-forgotten": "warning choice-without-default ok",
    "06-condition-in-chinese": "error bad-condition ok",
    "07-outcome-misspelt": "error outcome-not-handled ok",
    "08-step-renamed-condition-not": "error unknown-variable ok",
    "09-field-not-in-form": "error unknown-variable big",
    "10-limit-in-words": "error bad-limit review",
    "11-timer-empty": "error bad-limit late",
    "12-clock-unknown": "error bad-limit review",
    "13-role-of-another-system": "error unknown-role review",
    "14-role-forgotten": "error unknown-role review",
    "15-form-not-published": "error unknown-form review",
    "16-office-unknown": "error unknown-office review",
    "17-operation-unknown": "error unknown-operation sms",
    "18-decision-unknown": "error unknown-decision risk",
    "19-matter-unknown": "error unknown-matter food",
    "20-script": "error script-refused count",
    "21-parallel-join-after-choice": "error join-after-choice meet, warning never-happens end",
    "22-branches-meet-without-join": "warning runs-twice paper",
    "23-ring-without-exit": "error loop-without-exit check",
    "24-ring-without-person": "error loop-without-person send",
    "25-nobody-decides": "error deciding-element start",
    "26-decided-twice": "error deciding-element again",
    "27-shares-over-the-promise": "error steps-longer-than-promise decide",
    "28-deemed-where-others-decide": "error deemed-not-allowed late",
    "29-calls-in-a-circle": "error call-circle look, error call-circle back",
    "30-payment-without-deadline": "warning wait-without-way-out paid",
    "31-undo-by-compensation": "error compensation undo, error compensation back",
    "32-everything-at-once": (
        "error bad-limit review, error unknown-form review, error unknown-office review, error unknown-role review, "
        "error script-refused sum, error bad-condition ok, error missing-condition ok, note gateway-without-name ok, "
        "error ad-hoc some, warning unreachable lost"
    ),
    "34-clock-misspelt": "error bad-attribute check",
    "35-input-unreadable": "error bad-condition issue",
    "33-result-without-decision": "error deciding-element issue",
}


def findings_of(name: str) -> tuple[Finding, ...]:
    return check_diagram((FOLDER / f"{name}.bpmn").read_bytes(), file=f"{name}.bpmn", published=PUBLISHED)[1]


def test_every_file_is_expected_to_say_something() -> None:
    assert {path.stem for path in FOLDER.glob("*.bpmn")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mistake_is_named_at_its_element_and_nothing_else_is(name: str) -> None:
    findings = findings_of(name)

    assert ", ".join(f"{item.severity} {item.code} {item.element}" for item in findings) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mistake_is_found_on_the_line_it_was_drawn(name: str) -> None:
    lines = (FOLDER / f"{name}.bpmn").read_text(encoding="utf-8").splitlines()

    for item in findings_of(name):
        assert re.search(rf'\bid="{item.element}"', lines[item.line - 1]), item


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_mistake_says_what_is_wrong_and_what_to_do(name: str, language: str) -> None:
    for item in findings_of(name):
        for part in ("message", "remedy"):
            sentence = MESSAGES.text(language, f"checks.{item.code}.{part}", **item.facts)
            assert sentence
            assert "…" not in sentence, sentence


def test_the_way_into_a_standstill_is_told() -> None:
    (stuck, _never) = findings_of("21-parallel-join-after-choice")

    way = stuck.facts["way"]
    assert stuck.facts["choice"] == "需要踏勘?"
    assert stuck.facts["path"] == "收件 → 审查 → 需要踏勘? → 书面审查"
    assert isinstance(way, list)
    assert way[-1] == stuck.element
    assert len(way) == len(set(way)) == 5
