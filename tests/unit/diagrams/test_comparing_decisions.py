"""Two versions of a decision file: rules added, removed and changed, columns, policies, and what only stands elsewhere."""

from collections.abc import Sequence

import pytest

from app.diagrams.comparing_decisions import compare_decisions
from app.domain.errors import DiagramRefused
from app.settings import ROOT

SHIPPED = (ROOT / "rules/decisions/site_visit.dmn").read_bytes()
Rule = tuple[str, str, str]
RULES: tuple[Rule, ...] = (("r1", "< 10", '"low"'), ("r2", "[10..50]", '"medium"'), ("r3", "> 50", '"high"'))


def cell(tag: str, text: str) -> str:
    return f"<{tag}><text>{text.replace('<', '&lt;')}</text></{tag}>"


def table(
    rules: Sequence[Rule] = RULES, *, policy: str = "UNIQUE", inputs: str = "", extra: str = "", name: str = "风险"
) -> bytes:
    """Return a file of one table: the input `area`, the output `risk`. extra: an entry for a further input, of every rule."""
    rows = "".join(
        f"<rule {key}>{cell('inputEntry', asked)}{extra}{cell('outputEntry', given)}</rule>"
        for key, asked, given in ((f'id="{key}"' if key else "", asked, given) for key, asked, given in rules)
    )
    area = f'<input id="in_area" label="面积">{cell("inputExpression", "area")}</input>{inputs}'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="risk" name="{name}"><decisionTable hitPolicy="{policy}">{area}'
        f'<output id="out" name="risk"/>{rows}</decisionTable></decision></definitions>'
    ).encode()


def changes(old: bytes, new: bytes) -> list[tuple[str, str, str, list[tuple[str, str, str, str]]]]:
    """Return type, name, kind and fields of each change."""
    return [
        (item.type, item.name, item.kind.value, [(part.field, part.name, part.old, part.new) for part in item.fields])
        for item in compare_decisions(old, new).changes
    ]


def test_equal_versions_have_no_difference_however_they_are_written() -> None:
    rewritten = SHIPPED.replace(b"<text>", b"<text> ").replace(b"\n      ", b"\n")

    assert changes(SHIPPED, SHIPPED) == changes(SHIPPED, rewritten) == []


def test_rule_that_decides_otherwise_says_the_cell() -> None:
    new = (RULES[0], ("r2", "[10..80]", '"high"'), RULES[2])

    assert changes(table(), table(new)) == [
        (
            "rule",
            "风险 2",
            "changed",
            [("when", "面积", "[10..50]", "[10..80]"), ("then", "risk", '"medium"', '"high"')],
        )
    ]


def test_added_and_removed_rules_are_told_and_those_behind_them_are_not() -> None:
    new = (("r0", "< 1", '"none"'), *RULES[:2])

    assert changes(table(), table(new)) == [
        ("rule", "风险 1", "added", [("when", "面积", "", "< 1"), ("then", "risk", "", '"none"')]),
        ("rule", "风险 3", "removed", []),
    ]


@pytest.mark.parametrize(
    ("policy", "kind", "fields"),
    [
        ("UNIQUE", "moved", []),
        ("ANY", "moved", []),
        ("FIRST", "changed", [("number", "", "3", "1")]),
        ("RULE ORDER", "changed", [("number", "", "3", "1")]),
    ],
)
def test_order_counts_where_it_decides(policy: str, kind: str, fields: list[tuple[str, str, str, str]]) -> None:
    old, new = table(policy=policy), table((RULES[2], *RULES[:2]), policy=policy)

    assert changes(old, new) == [("rule", "风险 1", kind, fields)]
    assert compare_decisions(old, new).is_layout_only == (kind == "moved")


def test_rules_without_ids_are_told_by_their_conditions() -> None:
    plain = [("", asked, given) for _key, asked, given in RULES]
    new = [plain[0], ("", "[10..50]", '"high"'), ("", "> 60", '"high"')]

    assert [(name, kind) for _type, name, kind, _fields in changes(table(plain), table(new))] == [
        ("风险 2", "changed"),
        ("风险 3", "added"),
        ("风险 3", "removed"),
    ]


def test_added_column_is_told_with_what_rules_ask_of_it() -> None:
    column = f'<input id="in_venue" label="场所">{cell("inputExpression", "venue")}</input>'

    asked = changes(table(), table(inputs=column, extra=cell("inputEntry", '"hotel"')))
    anything = changes(table(), table(inputs=column, extra=cell("inputEntry", "-")))

    assert asked[0] == ("decisionInput", "场所", "added", [("name", "", "", "场所"), ("expression", "", "", "venue")])
    assert [(name, fields) for _type, name, _kind, fields in asked[1:]] == [
        (f"风险 {number}", [("when", "场所", "", '"hotel"')]) for number in (1, 2, 3)
    ]
    assert anything == asked[:1]


def test_policy_name_and_needed_decisions_are_told() -> None:
    shipped = SHIPPED.replace(b'<requiredDecision href="#venue_risk" />', b'<requiredDecision href="#other" />')

    assert changes(table(), table(policy="FIRST", name="等级"))[0] == (
        "decision",
        "等级",
        "changed",
        [("name", "", "风险", "等级"), ("policy", "", "UNIQUE", "FIRST")],
    )
    assert changes(SHIPPED, shipped) == [
        ("decision", "是否现场核查", "changed", [("requires", "", "venue_risk", "other")])
    ]


def test_decision_that_went_takes_its_rules_along() -> None:
    without = SHIPPED[: SHIPPED.index(b'<decision id="site_visit"')] + b"</definitions>"

    gone = changes(SHIPPED, without)

    assert {kind for _type, _name, kind, _fields in gone} == {"removed"}
    assert ("decision", "是否现场核查", "removed", []) in gone


def test_faulty_cells_are_compared_as_they_are_written_and_what_is_no_file_is_refused() -> None:
    new = (("r1", "((", '"low"'), *RULES[1:])

    assert changes(table(), table(new)) == [("rule", "风险 1", "changed", [("when", "面积", "< 10", "((")])]
    with pytest.raises(DiagramRefused):
        compare_decisions(table(), b"<broken")
