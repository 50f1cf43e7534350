"""Two versions of a definition beside each other, by API and on a page."""

import pytest

from app.settings import ROOT
from tests.web.api_world import Body, Call, app, call, done, refused, site
from tests.web.conftest import Browse
from tests.web.test_definition_pages import FIRST, KEY, SOUND, upload

__all__ = ["app", "call", "site"]

RULES = "decision:site_visit"
CHANGED = SOUND.replace('lb:role="reviewer"', 'lb:role="reviewer" lb:limit="3WD"', 1)
PATH = f"/definitions/{KEY}/versions/1/diff/2"


def element(answer: Body, element_id: str) -> Body:
    return next(change for change in answer["changes"] if change["element_id"] == element_id)


def test_api_says_every_difference_in_both_languages(browse: Browse, call: Call) -> None:
    upload(browse(FIRST), CHANGED)

    answer = done(call(FIRST).get(PATH))

    assert (answer["from_version"], answer["to_version"], answer["is_layout_only"]) == (1, 2, False)
    review = element(answer, "review")
    assert (review["type"], review["change"], review["is_moved"]) == ("userTask", "changed", False)
    assert review["sentence"]["zh"] == "用户任务“材料审查”"
    said = {item["field"]: item["sentence"] for item in review["fields"]}
    assert said["name"]["zh"] == "名称：审查 → 材料审查"
    assert said["limit"] == {"zh": "环节时限：3WD（原来没有）", "en": "Time limit of the step: 3WD (there was none)"}


def test_api_says_that_only_the_drawing_differs(browse: Browse, call: Call) -> None:
    upload(browse(FIRST), SOUND)
    first = done(call(FIRST).get(PATH))
    moved = SOUND.replace('<dc:Bounds x="', '<dc:Bounds x="9', 1)
    upload(browse(FIRST), moved.replace('"材料审查"', '"审查"', 1))

    answer = done(call(FIRST).get(PATH))

    assert not first["is_layout_only"]
    assert answer["is_layout_only"]
    assert [(change["change"], change["is_moved"], change["fields"]) for change in answer["changes"]] == [
        ("moved", True, [])
    ]


@pytest.mark.parametrize(
    "path", [f"/definitions/{KEY}/versions/1/diff/9", "/definitions/pattern:none/versions/1/diff/2"]
)
def test_unknown_version_is_not_found(call: Call, path: str) -> None:
    refused(call(FIRST).get(path), 404, "definition_unknown")


def test_only_readers_of_definitions_compare(call: Call) -> None:
    refused(call("reviewer.enshi").get(PATH), 403, "not_permitted")


def test_page_marks_both_drawings_and_lists_the_changes(browse: Browse) -> None:
    first = browse(FIRST)
    version = first.get(upload(first, CHANGED))

    page = first.get(f"/definitions/{KEY}/versions/1/diff/2")

    assert f"/definitions/{KEY}/versions/1/diff/2" in version.text
    assert page.text.count("data-changed=") == 2
    assert "名称：审查 → 材料审查" in page.text
    assert "环节时限：3WD（原来没有）" in page.text
    assert "仅移动 0" in page.text


def test_page_of_equal_versions_says_so(browse: Browse) -> None:
    first = browse(FIRST)

    assert "两个版本没有区别。" in first.get(f"/definitions/{KEY}/versions/1/diff/1").text


def test_page_of_an_unknown_version_is_not_found(browse: Browse) -> None:
    assert browse(FIRST).get(f"/definitions/{KEY}/versions/1/diff/7").status_code == 404


def test_decision_tables_are_compared_rule_by_rule_by_api_and_page(browse: Browse, call: Call) -> None:
    written = (ROOT / "rules/decisions/site_visit.dmn").read_text(encoding="utf-8")
    first = browse(FIRST)
    version = first.get(upload(first, written.replace('<text>"low"</text>', '<text>"medium"</text>', 1), key=RULES))

    answer = done(call(FIRST).get(f"/definitions/{RULES}/versions/1/diff/2"))
    page = first.get(f"/definitions/{RULES}/versions/1/diff/2").text

    rule = element(answer, "risk_3")
    assert (rule["type"], rule["change"], rule["name"]) == ("rule", "changed", "场所风险等级 3")
    (field,) = rule["fields"]
    assert (field["field"], field["column"], field["old"], field["new"]) == ("then", "风险等级", '"low"', '"medium"')
    assert field["sentence"] == {
        "zh": '结果“风险等级”："low" → "medium"',
        "en": 'Result “风险等级”: "low" → "medium"',
    }
    assert f"/definitions/{RULES}/versions/1/diff/2" in version.text
    assert "规则“场所风险等级 3”" in page
    assert page.count('<span class="tag difference__tag">修改</span>') == 3
    assert "data-diagram" not in page
