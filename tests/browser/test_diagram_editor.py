"""A designer draws in the browser: faults of the server's rules at once, and a draft that keeps what was written before."""

from playwright.sync_api import Dialog, Locator, Page, expect

from app.diagrams.comparing import compare
from app.operations.define import save_definition
from app.queries.definitions import get_version
from tests.browser.conftest import Site, Visit
from tests.browser.test_accessibility import check
from tools.build_assets import ROOT

KEY = "pattern:committed"
DRAWN = (ROOT / "bpmn" / "patterns" / "committed" / "process.bpmn").read_bytes()


def opened(page: Page) -> None:
    page.locator("[data-editor][data-state=open]").wait_for()


def element(page: Page, element_id: str) -> Locator:
    return page.locator(f'.djs-element[data-element-id="{element_id}"]')


def choose_line(page: Page, element_id: str) -> None:
    """Click on the middle of a straight line, which has no area a browser would call visible."""
    box = element(page, element_id).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def finding(page: Page, code: str) -> Locator:
    return page.locator("[data-findings] li").filter(has=page.locator("code", has_text=code))


def fill(page: Page, label: str, text: str) -> None:
    field = page.locator("[data-panel]").get_by_label(label)
    field.fill(text)
    field.press("Tab")


def test_what_is_drawn_is_checked_at_once_and_saved_with_everything_written_before(visit: Visit, site: Site) -> None:
    page = visit(f"/definitions/{KEY}/versions/1", "designer.es")
    page.get_by_role("link", name="在线编辑").click()
    opened(page)

    choose_line(page, "flow_review_decide")
    page.locator('.djs-context-pad [data-action="delete"]').click()

    fault = finding(page, "unreachable").first
    expect(fault).to_contain_text("警告")
    expect(fault.locator("[data-part=remedy]")).not_to_be_empty()
    fault.locator('[data-element="decide"]').click()
    expect(page.locator('.mark-fault.selected[data-element-id="decide"]')).to_have_count(1)
    assert check(page) == []
    page.get_by_role("button", name="撤销").click()
    expect(finding(page, "unreachable")).to_have_count(0)

    element(page, "review").click()
    fill(page, "角色 lb:role", "")
    expect(finding(page, "unknown-role").locator('[data-element="review"]')).to_be_visible()
    fill(page, "角色 lb:role", "reviewer")
    fill(page, "环节时限 lb:limit", "3WD")
    expect(finding(page, "unknown-role")).to_have_count(0)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存。")).to_be_visible()
    page.get_by_role("link", name="查看草稿版本").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("承诺件 v2")
    with site.world.container.context.database.read() as connection:
        saved = get_version(connection, KEY, 2).source
    changes = compare(DRAWN, saved).changes
    assert [(item.element, [(said.field, said.new) for said in item.fields]) for item in changes] == [
        ("review", [("limit", "3WD")])
    ]


def test_stale_save_keeps_the_drawing_and_leaving_it_warns(visit: Visit, site: Site) -> None:
    page = visit(f"/definitions/{KEY}/versions/1/editor", "designer.es")
    opened(page)
    element(page, "review").click()
    fill(page, "名称", "审核")
    other = site.world.person("designer2.es")
    save_definition(site.world.container.context, other, key=KEY, source=DRAWN, edit=0)

    page.get_by_role("button", name="保存草稿").click()

    expect(page.get_by_text("草稿已被他人修改，未保存")).to_be_visible()
    expect(element(page, "review")).to_contain_text("审核")
    with page.expect_download() as kept:
        page.get_by_role("button", name="下载副本").click()
    assert 'name="审核"' in kept.value.path().read_text(encoding="utf-8")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto("/definitions")
    assert asked == ["beforeunload"]
    assert [complaint.partition(" ")[0] for complaint in site.complaints] == ["412"]
    site.complaints.clear()
