"""The life of a case as people live it: on a phone, at the window, in the offices."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, Visit

FOOD = "/apply/restaurant-food?region=422801"
PAPER = {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
MATERIALS = ("房屋使用证明", "经营场所平面图", "食品安全管理制度", "从业人员健康证明")


def apply_on_phone(visit: Visit, *, without: tuple[str, ...] = ()) -> tuple[Page, str]:
    """Apply for a food licence as applicant1; returns their browser and the case number."""
    page = visit(FOOD, "applicant1", size=PHONE)
    page.get_by_label("证件号码").fill("42280119900101123X")
    page.get_by_label("手机号码").fill("13800000000")
    page.get_by_label("企业名称").fill("恩施好味餐饮有限公司")
    page.get_by_label("主体类型").select_option(label="有限责任公司")
    page.get_by_label("经营地址").fill("舞阳大道1号")
    page.get_by_label("经营项目").fill("餐饮服务")
    for name in MATERIALS:
        if name not in without:
            page.get_by_label(name).and_(page.locator("[type=file]")).set_input_files(PAPER)
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("申请已收到")
    return page, page.locator(".code-large").first.inner_text()


def take(page: Page, title: str) -> None:
    """Open a task of the worklist and claim it."""
    page.goto("/worklist")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="领取任务").click()
    expect(page.get_by_text("已领取，可以办理。")).to_be_visible()


def finish(page: Page, outcome: str) -> None:
    """Choose an outcome, hand the task in, and stay on the worklist."""
    page.get_by_label(outcome, exact=True).check()
    page.get_by_label("提交后办下一件").uncheck()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已提交。")).to_be_visible()


def work(visit: Visit, login: str, title: str, outcome: str, **fields: str) -> Page:
    """Do one task as somebody: claim it, fill it in, hand it in."""
    page = visit("/worklist", login)
    take(page, title)
    page.get_by_label(outcome, exact=True).check()
    for label, value in fields.items():
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    finish(page, outcome)
    return page


def test_a_case_from_application_to_delivery(visit: Visit, site: Site) -> None:
    applicant, case_no = apply_on_phone(visit)
    clerk = visit("/worklist", "window.enshi")
    take(clerk, "完备性核查")
    for row in clerk.locator(".mark").all():
        row.get_by_label("合格", exact=True).check()
    finish(clerk, "受理")

    work(visit, "reviewer.enshi", "审查", "通过", 审查意见="材料齐全，同意。")
    work(visit, "decider.enshi", "决定", "准予", 决定意见="准予许可。")
    delivery = visit("/worklist", "delivery.enshi")
    take(delivery, "出件")
    delivery.get_by_label("送达方式").select_option(index=1)
    delivery.get_by_label("领取人").fill("张小芳")
    finish(delivery, "已送达")

    assert site.world.state_of(case_no) == "closed"
    applicant.goto(f"/my/cases/{case_no}")
    expect(applicant.get_by_text("已办结。")).to_be_visible()
    expect(applicant.locator(".stages [data-stage=done]")).to_have_count(5)


def test_a_case_is_accepted_when_every_material_is_there_or_was_seen(visit: Visit, site: Site) -> None:
    _, case_no = apply_on_phone(visit, without=("经营场所平面图", "从业人员健康证明"))
    clerk = visit("/worklist", "window.enshi")
    take(clerk, "完备性核查")
    clerk.get_by_label("受理", exact=True).check()
    clerk.get_by_label("核查意见").fill("原件待核对")
    clerk.get_by_role("button", name="提交", exact=True).click()

    expect(clerk.locator(".error-summary")).to_contain_text("缺少必备材料“经营场所平面图”。")
    expect(clerk.locator(".materials .field__error")).to_have_count(2)
    expect(clerk.get_by_label("核查意见")).to_have_value("原件待核对")
    assert site.world.state_of(case_no) == "received"

    clerk.get_by_role("button", name="其余全部合格").click()
    finish(clerk, "受理")

    assert site.world.state_of(case_no) == "accepted"
    clerk.goto(f"/cases/{case_no}")
    clerk.get_by_role("tab", name="申请材料").click()
    expect(clerk.get_by_text("窗口已核对原件，未上传文件")).to_have_count(2)


def test_a_correction_is_asked_once_and_answered_on_the_phone(visit: Visit, site: Site) -> None:
    applicant, case_no = apply_on_phone(visit, without=("经营场所平面图",))
    clerk = visit("/worklist", "window.enshi")
    take(clerk, "完备性核查")
    clerk.get_by_label("一次性告知补正", exact=True).check()
    clerk.get_by_label("补正期限").fill("5")
    finish(clerk, "一次性告知补正")

    applicant.goto(f"/my/cases/{case_no}")
    expect(applicant.get_by_text("需要您补正 1 项")).to_be_visible()
    applicant.get_by_role("link", name="去补正").click()
    applicant.get_by_label("经营场所平面图").and_(applicant.locator("[type=file]")).set_input_files(PAPER)
    applicant.get_by_role("button", name="提交补正").click()

    expect(applicant.get_by_text("补正已提交，窗口会重新核对。")).to_be_visible()
    assert site.world.state_of(case_no) == "received"


def test_a_special_procedure_stops_the_clock_and_starts_it_again(visit: Visit, site: Site) -> None:
    case_no = site.world.apply("restaurant-food")
    site.world.complete(case_no, "check", "window.enshi", "accept")
    reviewer = visit("/worklist", "reviewer.enshi")
    take(reviewer, "审查")
    expect(reviewer.get_by_label("特别程序事由")).to_be_hidden()
    reviewer.get_by_label("特别程序", exact=True).check()
    reviewer.get_by_label("审查意见").fill("需要专家评审。")
    reviewer.get_by_label("特别程序事由").select_option(value="expert_review")
    reviewer.get_by_label("预计工作日").fill("10")
    reviewer.get_by_label("理由", exact=True).fill("首次从事该经营项目")
    finish(reviewer, "特别程序")
    work(visit, "head.enshi", "批准特别程序", "准予")
    site.world.at(2026, 3, 4, 10, 0)

    waiting = visit(f"/cases/{case_no}", "reviewer.enshi")
    expect(waiting.locator(".case-head")).to_contain_text("中止计时")
    done = visit("/worklist", "reviewer.enshi")
    take(done, "特别程序结果")
    done.get_by_label("已完成", exact=True).check()
    done.get_by_label("特别程序结果").fill("评审通过。")
    done.get_by_role("button", name="提交", exact=True).click()
    done.locator(".error-summary").get_by_role("link").click()
    expect(done.get_by_label("结果文书编号")).to_be_focused()
    done.get_by_label("结果文书编号").fill("恩市监评〔2026〕1号")
    finish(done, "已完成")

    done.goto(f"/cases/{case_no}")
    expect(done.locator(".case-head")).to_contain_text("已受理")
    expect(done.locator(".clock").filter(has_text="承诺时限")).to_contain_text("03-10 17:30")


def test_a_task_is_handed_over_to_a_colleague(visit: Visit, site: Site) -> None:
    case_no = site.world.apply("restaurant-food")
    site.world.complete(case_no, "check", "window.enshi", "accept")
    reviewer = visit("/worklist", "reviewer.enshi")
    take(reviewer, "审查")

    reviewer.get_by_role("link", name="转办").click()
    reviewer.get_by_label("转给").select_option(label="杨刚")
    reviewer.get_by_label("说明").fill("出差")
    reviewer.get_by_role("button", name="转办").click()

    expect(reviewer.get_by_text("已转办，并已通知接办人。")).to_be_visible()
    colleague = visit("/worklist?queue=mine", "reviewer2.enshi")
    expect(colleague.get_by_role("link", name="审查")).to_be_visible()


def test_an_applicant_withdraws_after_one_question(visit: Visit, site: Site) -> None:
    case_no = site.world.apply("restaurant-food")
    page = visit(f"/my/cases/{case_no}", "applicant1", size=PHONE)

    page.get_by_role("link", name="撤回申请").click()
    page.get_by_label("撤回理由").fill("不再开店")
    page.get_by_role("button", name="撤回申请").click()

    expect(page.locator(".case-head")).to_contain_text("已撤回")
    assert site.world.state_of(case_no) == "withdrawn"


def test_progress_is_found_by_number_and_code_without_an_account(visit: Visit) -> None:
    applicant, case_no = apply_on_phone(visit)
    code = applicant.locator(".code-large").nth(1).inner_text()
    page = visit("/progress", size=PHONE)

    page.get_by_label("办件编号").fill(case_no)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name=re.compile("查询")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("食品经营许可(新办)")
    assert "张小芳" not in page.content()


def test_one_thing_done_jointly_shows_its_members(visit: Visit) -> None:
    page = visit("/apply?region=422801", "applicant1", size=PHONE)
    expect(page.locator(".card--joint").filter(has_text="企业设立登记、")).to_have_count(1)
    page.get_by_role("link", name="企业开办一件事").click()
    for question in page.locator("fieldset.field").all():
        question.get_by_role("radio").first.check()
    page.get_by_role("button", name="继续").click()

    expect(page.locator("main")).to_contain_text("公章刻制备案")


@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
def test_papers_of_a_case_open_as_pdf(visit: Visit, site: Site, size: tuple[int, int], tmp_path: Path) -> None:
    case_no = site.world.apply("restaurant-food")
    page = visit(f"/my/cases/{case_no}", "applicant1", size=size)

    with page.expect_download() as opened:
        page.get_by_role("link", name="收件凭证").click()

    opened.value.save_as(tmp_path / "paper.pdf")
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")
