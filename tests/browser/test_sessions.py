"""Signing in and out, sessions that end, pages that do not exist, lists with nothing in them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visit
from tests.world import PASSWORD


def test_session_that_ended_leads_back_after_sign_in(visit: Visit, site: Site) -> None:
    page = visit("/worklist", "window.enshi")
    site.world.at(2026, 3, 4, 10, 0)
    page.context.clear_cookies(name="lianban_session")

    page.goto("/cases?state=received&text=")
    page.get_by_label("账号").fill("window.enshi")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page).to_have_url(re.compile(r"/cases\?state=received&text=$"))


def test_sign_out_ends_the_session(visit: Visit) -> None:
    page = visit("/settings", "window.enshi")

    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto("/worklist")

    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


@pytest.mark.parametrize(
    ("login", "path", "status", "title"),
    [
        ("reviewer.enshi", "/cases/unknown", 404, "没有这个办件"),
        ("reviewer.enshi", "/no/such/page", 404, "没有找到"),
        ("reviewer.enshi", "/admin/staff", 403, "无权办理"),
        ("reviewer.lichuan", "/tasks/1", 404, "没有这个待办"),
    ],
)
def test_page_that_cannot_be_shown_says_why_and_leads_home(
    visit: Visit, login: str, path: str, status: int, title: str
) -> None:
    page = visit("/settings", login)

    answer = page.goto(path)

    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("link", name="返回首页").click()
    expect(page).to_have_url(re.compile("/worklist$"))


def test_fault_of_the_program_is_told_without_its_innards(visit: Visit, site: Site) -> None:
    page = visit("/worklist", "window.enshi")
    site.world.container.context.database.close()
    (site.world.container.settings.var_dir / "lianban.sqlite").unlink()

    answer = page.goto("/cases")

    site.complaints.clear()
    assert answer is not None
    assert answer.status >= 500
    assert "Traceback" not in page.content()
    assert "sqlite" not in page.content().lower()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("login", "path", "words"),
    [
        ("applicant2", "/my/cases", "还没有办件"),
        ("delivery.enshi", "/worklist", "没有待办"),
        ("delivery.enshi", "/worklist?text=nothing", "没有符合条件的待办"),
        ("supervisor.enshi", "/board?state=overdue", "没有"),
        ("admin.es", "/admin/tokens", "还没有接口令牌"),
        ("", "/apply?text=nothing", "没有"),
    ],
)
def test_empty_list_says_what_to_do(visit: Visit, login: str, path: str, words: str) -> None:
    page = visit(path, login)

    expect(page.locator(".empty")).to_contain_text(words)
    assert page.locator(".empty p").first.inner_text()
