"""The page of a case: diagram, clocks with their reasons, history, materials, papers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.busy_town import FOOD, Town, settle
from tests.browser.conftest import PHONE, Site, Visit


@pytest.fixture
def town(site: Site) -> Town:
    return settle(site.world)


def open_diagram(page: Page) -> None:
    page.locator("[data-diagram]").scroll_into_view_if_needed()
    page.locator("[data-diagram][data-state=open]").wait_for()


def test_diagram_shows_where_the_case_stands(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.reviewing}", "reviewer.enshi")

    open_diagram(page)

    expect(page.locator("[data-element-id=review].mark-current")).to_be_in_viewport()
    expect(page.locator("[data-element-id=check].mark-done")).to_have_count(1)
    expect(page.locator("[data-element-id=decide]")).not_to_have_class(re.compile("mark-"))
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_diagram_is_moved_by_its_buttons(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.reviewing}", "reviewer.enshi")
    open_diagram(page)
    view = page.locator(".viewport").first
    before = view.get_attribute("transform")

    page.get_by_role("button", name="放大").click()
    larger = view.get_attribute("transform")
    page.get_by_role("button", name="适合窗口").click()

    assert before != larger
    assert view.get_attribute("transform") != larger
    expect(page.locator("[data-element-id=deliver]")).to_be_in_viewport()


def test_diagram_that_cannot_be_read_says_so_and_offers_the_file(visit: Visit, town: Town) -> None:
    page = visit("/worklist", "reviewer.enshi")
    page.route("**/diagram.bpmn", lambda route: route.fulfill(body="<nothing/>", content_type="application/xml"))
    page.goto(f"/cases/{town.reviewing}")
    page.locator("[data-diagram]").scroll_into_view_if_needed()

    page.locator("[data-diagram][data-state=failed]").wait_for()

    expect(page.locator(".diagram__text")).to_be_visible()


def test_joint_case_shows_its_diagram_and_members(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.joint}", "window.enshi")

    open_diagram(page)

    expect(page.locator(".djs-shape.mark-current").first).to_be_visible()
    page.get_by_role("link", name="企业设立登记").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("企业设立登记")
    page.get_by_role("link").filter(has_text=town.joint).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("企业开办一件事")


def test_every_clock_says_why_it_ends_on_this_day(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.suspended}", "reviewer.enshi")

    for clock in page.locator(".clock").all():
        clock.get_by_text("为什么是这一天？").click()
        expect(clock.locator("li").first).to_be_visible()

    expect(page.locator(".clock").filter(has_text="承诺时限")).to_contain_text("专家评审")


def test_parts_of_the_file_are_told_in_words(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.deemed}", "decider.enshi")

    expect(page.locator("#timeline")).to_contain_text("超时默认准予")
    for tab, words in (
        ("申请材料", "房屋使用证明"),
        ("申请信息", "恩施好味餐饮有限公司"),
        ("计时台账", "起算"),
        ("文书", "受理通知书"),
        ("依据", "食品经营许可"),
        ("黄红牌", "红牌"),
    ):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_contain_text(words)


def test_every_paper_of_a_case_is_a_pdf(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.deemed}", "decider.enshi")
    links = page.locator("#documents a").all()

    answers = [page.request.get(str(link.get_attribute("href"))) for link in links]

    assert len(answers) >= 3
    assert all(answer.body().startswith(b"%PDF") for answer in answers)


def test_supervisor_finds_the_reason_behind_a_figure(visit: Visit, town: Town, site: Site) -> None:
    late = site.world.apply(FOOD)
    site.world.complete(late, "check", "window.enshi", "accept")
    site.world.at(2026, 3, 20, 10, 0)
    page = visit("/", "supervisor.enshi")

    page.locator(".figure--overdue").click()
    page.get_by_role("row", name=late).get_by_role("link").click()

    clock = page.locator(".clock").filter(has_text="承诺时限")
    expect(clock).to_contain_text("超期")
    clock.get_by_text("为什么是这一天？").click()
    expect(clock.locator("li").first).to_contain_text("2026-03-18 17:30")


def test_decided_case_is_no_longer_counted_as_overdue(visit: Visit, town: Town) -> None:
    page = visit("/board?state=overdue", "supervisor.enshi")

    expect(page.locator("main")).not_to_contain_text(town.refused)
    expect(page.locator("main")).not_to_contain_text(town.deemed)


def test_case_fits_a_phone(visit: Visit, town: Town) -> None:
    page = visit(f"/cases/{town.deemed}", "decider.enshi", size=PHONE)

    open_diagram(page)

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    expect(page.locator(".mark-current").first).to_be_in_viewport()
