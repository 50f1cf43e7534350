"""Rules about decision tables: overlaps and gaps with an example; the examples of their pages are the cases."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.diagrams.decision_checks import DECISION_CHECKS
from app.diagrams.dmn_reader import read_checked
from app.domain.decision_search import search_table
from app.domain.decisions import DecisionFault, DecisionModel, DecisionTable
from app.domain.diagram import Finding
from tests.unit.diagrams.test_dmn_reader import cell, file, table

EXAMPLES = Path("docs/checks/examples")
CODES = [code for code, _severity, _check in DECISION_CHECKS]


def found(*rows: str, attributes: str = "", inputs: tuple[str, ...] = ("amount", "kind"), **options: str) -> list[str]:
    """The findings of a table, each as `code rules example`."""
    raw = file(table(rows, attributes=attributes, inputs=inputs, **options))
    return [said(item) for item in read_checked({"a.dmn": raw}).findings]


def said(item: Finding) -> str:
    return " ".join(
        str(part) for part in (item.code, item.facts.get("rules", ""), item.facts.get("example", "")) if part
    )


@pytest.mark.parametrize(("code", "severity", "check"), DECISION_CHECKS)
def test_wrong_example_has_the_fault_and_the_right_one_none(code: str, severity: str, check: object) -> None:
    wrong, right = (
        read_checked({side: (EXAMPLES / f"{code}-{side}.dmn").read_bytes()}).findings for side in ("wrong", "right")
    )

    assert {(item.code, item.severity, item.file, item.element) for item in wrong} == {
        (code, severity, "wrong", "fee_class")
    }, check
    assert all(item.line > 0 for item in wrong)
    assert right == ()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (['< 100 | "A" | 1', '[50..200] | "A","B" | 2', "> 200 | - | 3"], 'rules-overlap 1, 2 amount = 50, kind = "A"'),
        (["120 | - | 1", '[100..130] | "A" | 2'], 'rules-overlap 1, 2 amount = 120, kind = "A"'),
        (['- | "A" | 1', '- | not("B") | 2'], 'rules-overlap 1, 2 kind = "A"'),
        (["true | - | 1", "- | - | 2"], "rules-overlap 1, 2 amount = true"),
        (
            ['<= date("2026-01-01") | - | 1', '>= @"2026-01-01" | - | 2'],
            'rules-overlap 1, 2 amount = @"2026-01-01"',
        ),
        (['< @"P2D" | - | 1', '> @"P1D" | - | 2'], 'rules-overlap 1, 2 amount = @"P1DT12H"'),
        (["< 10.5 | - | 1", "[10.5..11] | - | 2", "> 10.9 | - | 3"], "rules-overlap 2, 3 amount = 11"),
    ],
)
def test_overlap_is_told_with_rules_and_values(rows: list[str], expected: str) -> None:
    assert expected in found(*rows)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["< 10 | - | 1", "> 10 | - | 2"], "rules-gap amount = 10"),
        (["< 100 | - | 1", ">= 101 | - | 2"], "rules-gap amount = 100"),
        (['- | "A" | 1', '- | "B" | 2'], 'rules-gap kind = "other"'),
        (["true | - | 1"], "rules-gap amount = false"),
        (['< @"2026-01-01" | - | 1', '> @"2026-01-02" | - | 2'], 'rules-gap amount = @"2026-01-01"'),
        (['< @"09:00:00" | - | 1', '> @"09:00:00" | - | 2'], 'rules-gap amount = @"09:00:00"'),
        (['< @"P1Y" | - | 1', '>= @"P13M" | - | 2'], 'rules-gap amount = @"P1Y"'),
        (['< 100 | "A" | 1', ">= 100 | - | 2", '< 100 | "B" | 3'], 'rules-gap amount = 99, kind = "other"'),
    ],
)
def test_gap_is_told_with_values(rows: list[str], expected: str) -> None:
    assert found(*rows) == [expected]


@pytest.mark.parametrize(
    "rows",
    [
        ["< 100 | - | 1", ">= 100 | - | 2"],
        ['- | "A" | 1', '- | not("A") | 2'],
        ["true | - | 1", "false | - | 2"],
        ['<= @"2026-01-01" | - | 1', '>= @"2026-01-02" | - | 2'],
        ["< n | - | 1", ">= n | - | 2"],
        ["? < 10 | - | 1", "? > 20 | - | 2"],
        ["- | - | 1"],
    ],
)
def test_table_that_is_whole_or_cannot_be_judged_has_no_finding(rows: list[str]) -> None:
    assert found(*rows) == []


def test_other_policies_and_defaults_leave_no_gap_and_no_overlap() -> None:
    rows = ["< 10 | - | 1", "< 5 | - | 2"]
    default = f'<output name="days">{cell("defaultOutputEntry", "9")}</output>'

    assert found(*rows, attributes='hitPolicy="FIRST"') == []
    assert found("< 10 | - | 1", outputs=default) == []


def test_possible_values_and_whole_numbers_bound_what_is_looked_for() -> None:
    whole = file(table(["[0..10] | 1", "[11..20] | 2"], inputs=("n",)))
    bounded = whole.replace(b"<input>", b"<input><inputValues><text>[0..20]</text></inputValues>")
    typed = bounded.replace(b"<inputExpression>", b'<inputExpression typeRef="integer">')

    assert [said(item) for item in read_checked({"a": whole}).findings] == ["rules-gap n = -1"]
    assert [said(item) for item in read_checked({"a": bounded}).findings] == ["rules-gap n = 10.5"]
    assert read_checked({"a": typed}).findings == ()


def test_columns_that_depend_on_each_other_are_left_to_their_author() -> None:
    assert found("< 10 | > 5 | 1", ">= 10 | - | 2", inputs=("a", "a * 2")) == ["rules-not-searched"]
    assert found("< 10 | > 5 | 1", "- | <= 5 | 2", inputs=("form.a", "form.b")) == ["rules-gap form.a = 10, form.b = 6"]
    assert found("< 10 | > 5 | 1", "> 20 | - | 2", inputs=("a", "a")) == ["rules-gap a = 10"]


def test_search_ends_at_its_bound_and_says_so() -> None:
    rows = [f"[{place}..{place + 900}] | [{place * 7 % 1000}..{place * 7 % 1000 + 500}] | 1" for place in range(900)]
    model = read_checked({"a": file(table(rows, attributes='hitPolicy="FIRST"'))}).model
    assert model is not None
    body = model.decisions["limit"].body
    assert isinstance(body, DecisionTable)

    assert search_table(body, most_steps=1000).is_complete is False
    assert len(search_table(body).overlaps) == 20


CELLS = st.sampled_from(["-", "1", "< 1", ">= 1", "[0..2]", "not(1)", "2, 3", "> 2", "null", "<= 3"])
WORDS = st.sampled_from(["-", '"a"', '"b"', 'not("a")', '"a","c"'])
NUMBERS, TEXTS = (-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4), ("a", "b", "c", "d")


@given(rows=st.lists(st.tuples(CELLS, WORDS), min_size=1, max_size=5))
@settings(deadline=None, max_examples=300)
def test_search_finds_what_trying_every_value_finds(rows: list[tuple[str, str]]) -> None:
    raw = file(table([f"{number} | {word} | 1" for number, word in rows]))
    findings = {item.code for item in read_checked({"a": raw}).findings}
    model = read_checked({"a": raw.replace(b"<decisionTable >", b'<decisionTable hitPolicy="COLLECT">')}).model
    assert model is not None
    given_values = list(NUMBERS) + ([None] if any(number == "null" for number, _word in rows) else [])
    hits = [len(hit_rules(model, amount, kind)) for amount, kind in product(given_values, TEXTS)]

    assert ("rules-overlap" in findings) == (max(hits) > 1)
    assert ("rules-gap" in findings) == (min(hits) == 0)


def hit_rules(model: DecisionModel, amount: object, kind: str) -> tuple[int, ...]:
    try:
        return model.decide("limit", {"amount": amount, "kind": kind}).rules
    except DecisionFault:
        return (1, 2)
