"""Work without a mouse: keys of the worklist, focus, error summaries, drafts."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Site, Visit
from tests.browser.test_accessibility import with_classes

FOCUSED = "() => getComputedStyle(document.activeElement).outlineStyle"


@pytest.fixture
def worklist(visit: Visit, site: Site) -> Page:
    """The worklist of a window clerk with three tasks that nobody claimed."""
    for _ in range(3):
        site.world.apply("restaurant-food")
    return visit("/worklist", "window.enshi")


def current(page: Page) -> int:
    rows = page.locator("[data-row]").all()
    return next(index for index, row in enumerate(rows) if row.get_attribute("data-current") is not None)


def test_j_and_k_move_and_show_where_one_is(worklist: Page) -> None:
    for key in "jjjjk":
        worklist.keyboard.press(key)

    assert current(worklist) == 1
    assert worklist.evaluate(FOCUSED) == "solid"


def test_enter_opens_a_row_and_c_claims_it(worklist: Page) -> None:
    worklist.keyboard.press("j")
    worklist.keyboard.press("c")
    expect(worklist.get_by_text("已领取，可以办理。")).to_be_visible()
    worklist.wait_for_load_state("load")

    worklist.keyboard.press("j")
    worklist.keyboard.press("Enter")

    expect(worklist.get_by_role("heading", level=1)).to_contain_text("完备性核查")


def test_x_selects_rows_that_are_claimed_together(worklist: Page) -> None:
    expect(worklist.locator("[data-selection-bar]")).to_be_hidden()
    for key in "jxjx":
        worklist.keyboard.press(key)
    expect(worklist.locator("[data-selection-count]")).to_have_text("2")

    worklist.locator("[data-selection-bar] button").click()

    worklist.goto("/worklist?queue=mine")
    expect(worklist.locator("[data-row]")).to_have_count(2)


def test_e_goes_to_the_form_and_n_to_the_next_task(worklist: Page) -> None:
    worklist.keyboard.press("j")
    worklist.keyboard.press("e")
    worklist.wait_for_url("**/tasks/*#act")

    worklist.goto("/worklist")
    worklist.keyboard.press("n")

    worklist.wait_for_url("**/tasks/*")


def test_slash_searches_and_letters_typed_there_do_nothing_else(worklist: Page) -> None:
    worklist.keyboard.press("/")
    worklist.keyboard.type("jx?")

    assert worklist.locator("[data-search]").input_value() == "jx?"
    expect(worklist.locator("[data-current]")).to_have_count(0)
    expect(worklist.locator("#keys")).to_be_hidden()


def test_question_mark_shows_the_keys_and_escape_closes_them(worklist: Page) -> None:
    worklist.keyboard.press("?")
    expect(worklist.locator("#keys")).to_be_visible()

    worklist.keyboard.press("Escape")

    expect(worklist.locator("#keys")).to_be_hidden()


def test_first_tab_leads_past_the_head(worklist: Page) -> None:
    worklist.keyboard.press("Tab")
    expect(worklist.locator(".skip-link")).to_be_focused()
    expect(worklist.locator(".skip-link")).to_be_in_viewport()

    worklist.keyboard.press("Enter")

    expect(worklist.locator("#main")).to_be_focused()


def test_tabs_of_a_case_move_by_arrows(visit: Visit, site: Site) -> None:
    page = visit(f"/cases/{site.world.apply('restaurant-food')}", "window.enshi")
    page.get_by_role("tab", name="时间线").focus()

    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="申请材料")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="申请材料")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="时间线")).to_be_hidden()


def test_refused_form_takes_the_focus_and_leads_to_the_field(visit: Visit) -> None:
    page = visit("/apply/restaurant-food?region=422801", "applicant1", size=PHONE)
    page.get_by_label("经营地址").fill("舞阳大道1号")
    page.get_by_label("手机号码").fill("12")
    page.get_by_label("主体类型").select_option(value="limited")
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".error-summary")).to_be_focused()

    page.locator(".error-summary").get_by_role("link").filter(has_text="手机").click()

    expect(page.get_by_label("手机号码")).to_be_focused()
    expect(page.get_by_label("手机号码")).to_have_value("12")
    expect(page.get_by_label("经营地址")).to_have_value("舞阳大道1号")
    expect(page.get_by_label("主体类型")).to_have_value("limited")


@pytest.mark.parametrize(
    ("page_of_act", "button", "control"),
    [
        ("acceptance-error", "登记", "reason"),
        ("reclassification", "调整类别", "class"),
        ("restart", "重新起算", "document_no"),
    ],
)
def test_refused_act_on_a_clock_takes_the_focus_and_leads_to_its_field(
    visit: Visit, site: Site, page_of_act: str, button: str, control: str
) -> None:
    page = visit(f"/cases/{with_classes(site)}/{page_of_act}", "reviewer.enshi")
    page.get_by_role("button", name=button, exact=True).press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()

    page.locator(".error-summary").get_by_role("link").first.press("Enter")

    expect(page.locator(f"[name={control}]")).to_be_focused()


def test_sign_in_that_fails_keeps_the_login(visit: Visit) -> None:
    page = visit("/sign-in")
    page.get_by_label("账号").fill("window.enshi")
    page.get_by_label("密码").fill("wrong-password")
    page.keyboard.press("Enter")

    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("账号")).to_have_value("window.enshi")


@pytest.fixture
def task(visit: Visit, site: Site) -> Page:
    """A claimed review task, opened by its reviewer."""
    case_no = site.world.apply("restaurant-food")
    site.world.complete(case_no, "check", "window.enshi", "accept")
    page = visit(f"/tasks/{site.world.open_task(case_no, 'review').id}", "reviewer.enshi")
    page.get_by_role("button", name="领取任务").click()
    page.get_by_label("审查意见").wait_for()
    return page


def test_draft_is_saved_while_typing_and_comes_back(task: Page) -> None:
    task.get_by_label("不予", exact=True).check()
    task.get_by_label("审查意见").fill("尚未写完的意见")
    told = task.locator("[data-draft-told]")
    expect(told).to_have_text("草稿已保存 09:30")
    assert told.get_attribute("aria-live") == "polite"

    task.goto("/worklist")
    task.go_back()
    task.reload()

    expect(task.get_by_label("审查意见")).to_have_value("尚未写完的意见")
    expect(task.get_by_label("不予", exact=True)).to_be_checked()
    expect(told).to_have_text("已带出您上次没有提交的内容。")


def test_draft_is_saved_again_and_again(task: Page) -> None:
    for text in ("第一句", "第一句，第二句"):
        with task.expect_response("**/draft") as answer:
            task.get_by_label("审查意见").fill(text)
        assert answer.value.ok

    task.reload()

    expect(task.get_by_label("审查意见")).to_have_value("第一句，第二句")


def test_draft_typed_before_the_scripts_have_come_is_saved(task: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    task.route("**/app-*.js", hold)
    task.reload(wait_until="commit")
    task.get_by_label("审查意见").fill("网速很慢时写的")
    while not held:
        task.wait_for_timeout(20)

    with task.expect_response("**/draft"):
        held[0].continue_()

    expect(task.locator("[data-draft-told]")).to_contain_text("草稿已保存")


def test_untouched_form_saves_no_draft(task: Page) -> None:
    sent: list[str] = []
    task.on("request", lambda request: sent.append(request.url))

    task.reload(wait_until="load")
    task.wait_for_timeout(1_800)

    assert not [url for url in sent if url.endswith("/draft")]


def test_draft_of_another_window_is_not_written_over(task: Page, site: Site) -> None:
    other = task.context.new_page()
    other.goto(task.url)
    with other.expect_response("**/draft"):
        other.get_by_label("审查意见").fill("另一个窗口")
    expect(other.locator("[data-draft-told]")).to_contain_text("草稿已保存")

    task.get_by_label("审查意见").fill("这个窗口")

    expect(task.locator("[data-draft-told]")).to_contain_text("另一个窗口")
    assert [complaint.partition(" ")[0] for complaint in site.complaints] == ["412"]
    site.complaints.clear()
