"""Designers and administrators: a diagram on its way to use, people, tokens."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from app.operations.continue_migrations import continue_migrations
from tests.browser.conftest import Site, Visit
from tests.new_versions import FOOD_KEY, deploy_changed, renamed
from tools.build_assets import ROOT

GOOD = ROOT / "bpmn" / "patterns" / "committed" / "process.bpmn"


def upload(page: Page, key: str, source: str) -> None:
    page.get_by_role("link", name="上传定义").click()
    page.get_by_label("文件").set_input_files(
        {"name": "process.bpmn", "mimeType": "application/xml", "buffer": source.encode()}
    )
    page.get_by_label("标识").fill(key)
    page.get_by_role("button", name="上传").click()


def test_faulty_diagram_shows_element_and_remedy(visit: Visit) -> None:
    faulty = GOOD.read_text(encoding="utf-8").replace('lb:role="reviewer"', 'lb:role="magician"', 1)
    page = visit("/", "designer.es")

    upload(page, "pattern:committed", faulty)

    finding = page.locator(".findings li").first
    expect(finding).to_contain_text("错误")
    expect(finding.locator("p").nth(1)).not_to_be_empty()
    page.locator("[data-diagram][data-state=open]").wait_for()
    expect(page.locator(".mark-fault")).not_to_have_count(0)
    finding.locator("[data-element]").click()
    expect(page.locator(".djs-element.selected")).to_be_in_viewport()


def test_what_is_no_diagram_is_refused_beside_its_field(visit: Visit) -> None:
    page = visit("/definitions", "designer.es")

    upload(page, "pattern:committed", "no diagram at all")

    expect(page.locator(".error-summary, .findings")).not_to_have_count(0)
    expect(page.get_by_label("标识")).to_have_value("pattern:committed")


def test_good_diagram_is_deployed_with_the_approval_of_a_second_person(visit: Visit) -> None:
    first = visit("/", "designer.es")
    upload(first, "pattern:committed", GOOD.read_text(encoding="utf-8").replace("完备性核查", "材料核查"))
    expect(first.get_by_text("草稿已保存并检查。")).to_be_visible()
    first.get_by_role("button", name="提交审批").click()
    expect(first.get_by_text("上传人不能审批自己的版本")).to_be_visible()
    expect(first.get_by_role("link", name="审批")).to_have_count(0)

    second = visit(first.url, "designer2.es")
    second.get_by_role("link", name="审批").click()
    second.get_by_role("button", name="审批").click()
    expect(second.get_by_text("已审批,可以部署。")).to_be_visible()
    second.get_by_role("link", name="部署").click()
    second.get_by_role("button", name="部署").click()

    expect(second.get_by_text("已部署,新办件按此版本办理。")).to_be_visible()
    second.goto("/definitions")
    expect(second.get_by_role("row", name="承诺件 pattern:committed 流程图")).to_contain_text("v2")


def test_two_versions_stand_beside_each_other_with_their_changes_marked(visit: Visit) -> None:
    page = visit("/", "designer.es")
    limited = GOOD.read_text(encoding="utf-8").replace('lb:role="reviewer"', 'lb:role="reviewer" lb:limit="3WD"', 1)
    upload(page, "pattern:committed", limited)

    page.get_by_role("link", name="比较").click()

    expect(page.locator("[data-diagram][data-state=open]")).to_have_count(2)
    expect(page.locator(".mark-changed")).to_have_count(2)
    expect(page.get_by_text("环节时限：3WD（原来没有）")).to_be_visible()
    page.get_by_role("button", name="用户任务“审查”").click()
    expect(page.locator(".djs-element.selected")).to_have_count(2)


def test_scenarios_are_played_and_what_they_reach_is_drawn(visit: Visit) -> None:
    page = visit("/definitions/pattern:instant/versions/1", "designer.es")

    page.get_by_role("button", name="演练并计算覆盖率").click()

    expect(page.get_by_text("已完成演练。")).to_be_visible()
    expect(page.locator("[data-diagram][data-state=open]")).to_have_count(1)
    expect(page.locator('.mark-reached[data-element-id="handle"]')).to_have_count(1)
    expect(page.locator('.mark-missed[data-element-id="correction"]')).to_have_count(1)
    expect(page.locator(".mark-missed.djs-connection .djs-visual > path").first).to_have_css(
        "stroke", "rgb(168, 35, 27)"
    )
    expect(page.locator(".mark-reached.djs-connection .djs-visual > path").first).to_have_css(
        "stroke", "rgb(23, 105, 63)"
    )
    page.get_by_role("button", name="申请人补正", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator('.djs-element.selected[data-element-id="correction"]')).to_have_count(1)


def test_running_cases_are_tried_migrated_and_taken_back(visit: Visit, site: Site) -> None:
    world = site.world
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    deploy_changed(world, renamed("review", "assess"))
    page = visit(f"/definitions/{FOOD_KEY}/versions/2", "designer.es")

    page.get_by_role("link", name="迁移在办件").click()
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_role("row", name=case_no)).to_contain_text("新版本没有这个图元")
    page.get_by_label("用户任务“审查” review").select_option("assess")
    page.get_by_role("button", name="重新试运行").click()
    expect(page.get_by_role("row", name=case_no)).to_contain_text("可以迁移")
    page.get_by_label("迁移理由").fill("审查改名")
    page.get_by_role("button", name="开始迁移").click()
    expect(page.get_by_text("迁移已开始，1 件在办件等待迁移。")).to_be_visible()
    continue_migrations(world.container.context, budget_s=60)
    page.get_by_role("link", name="刷新进度").click()
    expect(page.get_by_role("row", name=case_no)).to_contain_text("已迁移")

    page.get_by_label("撤回理由").fill("改错了")
    page.get_by_role("button", name="撤回迁移").click()

    expect(page.get_by_text("撤回已开始，逐批迁回原版本。")).to_be_visible()


def test_administrator_adds_a_person_who_can_sign_in(visit: Visit) -> None:
    page = visit("/admin/staff", "admin.es")
    page.get_by_role("link", name="添加工作人员").click()
    page.get_by_label("姓名", exact=True).fill("向红")
    page.get_by_label("账号", exact=True).fill("xianghong")
    page.get_by_label("初始密码").fill("short")
    page.locator("#add").get_by_label("部门").select_option(label="恩施市市场监督管理局")
    page.get_by_label("审查", exact=True).check()
    page.get_by_role("button", name="添加工作人员").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("姓名", exact=True)).to_have_value("向红")
    page.get_by_label("初始密码").fill("a-long-password")
    page.get_by_role("button", name="添加工作人员").click()
    expect(page.get_by_text("已添加 向红。")).to_be_visible()

    newcomer = visit("/sign-in")
    newcomer.get_by_label("账号").fill("xianghong")
    newcomer.get_by_label("密码").fill("a-long-password")
    newcomer.get_by_role("button", name="登录").click()

    expect(newcomer).to_have_url(re.compile("/worklist$"))


def test_disabled_person_is_signed_out_everywhere(visit: Visit) -> None:
    clerk, admin = visit("/worklist", "window.enshi"), visit("/admin/staff?text=window.enshi", "admin.es")

    admin.get_by_role("link", name="黄磊").click()
    admin.get_by_role("link", name="停用").click()
    admin.get_by_role("button", name="停用账号").click()
    expect(admin.get_by_text("已停用该账号。")).to_be_visible()
    clerk.goto("/worklist")

    expect(clerk.get_by_role("heading", level=1)).to_have_text("登录")


def test_token_is_shown_once_works_and_is_revoked(visit: Visit, site: Site, tmp_path: Path) -> None:
    page = visit("/admin/tokens", "admin.es")
    page.get_by_label("用途").fill("省平台对接")
    page.get_by_role("button", name="生成令牌").click()
    token = page.locator(".secret").inner_text()
    program = visit("/apply")
    ask = {"Authorization": f"Bearer {token}"}
    assert program.request.get("/api/v1/definitions", headers=ask).status == 200

    page.goto("/admin/tokens")
    expect(page.locator(".secret")).to_have_count(0)
    page.get_by_role("row", name="省平台对接").get_by_role("link", name="吊销").click()
    page.get_by_role("button", name="吊销令牌").click()

    expect(page.get_by_role("row", name="省平台对接")).to_contain_text("已吊销")
