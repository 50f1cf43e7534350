"""A theme as its counties have it: other departments, other limits, members left out; over the API and on the pages."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.catalogue.themes import read_themes
from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from app.worker.jobs import drain_outbox
from tests.web.api_world import ALL_MEMBERS, APPLICANT, Body, Call, application, call, clock_of, done, refused, site
from tests.web.applicant_world import Visit, visit
from tests.web.conftest import FORM, World

__all__ = ["call", "site", "visit"]
LICHUAN, ENSHI = "422802", "422801"
BANK = "startup-bank"
OVERLAY = """
lead_department = "hall"
promised_limit = "6WD"
place = "利川市政务服务中心二楼一件事窗口"
place_en = "Joint desk, second floor, Lichuan service hall"

[[member]]
code = "startup-seal"
department = "rs"
promised_limit = "2WD"

[[member]]
code = "startup-bank"
is_offered = false
reason = "银行尚未接入。"
reason_en = "No bank has joined yet."
"""
WITHOUT_BANK = {**ALL_MEMBERS, "needs_bank": "no"}


@pytest.fixture
def county(world: World, tmp_path: Path) -> Callable[[str], None]:
    """Return how Lichuan gets an overlay of its own, or none."""

    def deployed(text: str) -> None:
        settings, rules = world.container.settings, tmp_path / "rules"
        shutil.rmtree(rules, ignore_errors=True)
        shutil.copytree(settings.rules_dir, rules)
        if text:
            (rules / "themes/startup/counties").mkdir(exist_ok=True)
            (rules / f"themes/startup/counties/{LICHUAN}.toml").write_text(text, encoding="utf-8")
        actor = system_actor("test")
        deploy_rules(world.container.context, bpmn_dir=settings.bpmn_dir, rules_dir=rules, actor=actor)

    return deployed


def theme_in(call: Call, region: str) -> Body:
    return done(call(APPLICANT).get("/themes/startup", region=region))


def member_of(theme: Body, code: str) -> Body:
    return next(member for member in theme["members"] if member["matter_code"] == code)


def joint(region: str, guidance: dict[str, str], **changes: object) -> Body:
    body = application("", region, form={**FORM, "capital_wan": 10}, guidance=guidance, **changes)
    del body["matter_code"]
    return body


def test_a_theme_says_what_differs_in_a_county(call: Call, county: Callable[[str], None]) -> None:
    county(OVERLAY)

    there, elsewhere = theme_in(call, LICHUAN), theme_in(call, ENSHI)

    assert (there["promised_limit"], there["lead_department"]) == ("6WD", "hall")
    assert there["place"] == "利川市政务服务中心二楼一件事窗口"
    assert (elsewhere["promised_limit"], elsewhere["place"]) == ("3WD", "")
    seals = [member_of(theme, "startup-seal") for theme in (there, elsewhere)]
    assert [(item["department_code"], item["promised_limit"]) for item in seals] == [
        ("422802-rs", "2WD"),
        ("422801-ga", "1WD"),
    ]
    banks = [member_of(theme, BANK) for theme in (there, elsewhere)]
    assert [(item["is_offered"], item["reason"]) for item in banks] == [(False, "银行尚未接入。"), (True, "")]


def test_a_theme_is_listed_where_it_is_offered(call: Call) -> None:
    listed = [done(call(APPLICANT).get("/themes", region=region))["items"] for region in ("", ENSHI, "422823")]

    shipped = {theme.code for theme in read_themes(Path(__file__).parents[2] / "rules")}
    assert [{item["code"] for item in items} for items in listed] == [shipped, shipped, set()]
    assert theme_in(call, "422823")["is_offered"] is False


def test_a_chosen_member_the_county_leaves_out_is_refused_at_its_question(
    call: Call, county: Callable[[str], None]
) -> None:
    county(OVERLAY)
    applicant = call(APPLICANT)

    problems = [
        refused(applicant.post(f"/themes/startup/{path}", body), 422, "member_not_offered")
        for path, body in (
            ("applications", joint(LICHUAN, ALL_MEMBERS)),
            ("guidance", {"answers": ALL_MEMBERS, "region_code": LICHUAN}),
        )
    ]

    for problem in problems:
        (item,) = problem["errors"]
        assert (item["pointer"], item["matter"], item["region"]) == ("/guidance/needs_bank", BANK, LICHUAN)
        assert "银行尚未接入" in item["detail"]
        assert problem["remedy"]
    assert done(call("supervisor.es").get("/cases"))["items"] == []


def test_a_county_that_lost_a_matter_is_refused_too(call: Call, county: Callable[[str], None]) -> None:
    county(OVERLAY)

    done(call(APPLICANT).post("/themes/startup/guidance", {"answers": ALL_MEMBERS, "region_code": ENSHI}))
    refused(
        call(APPLICANT).post("/themes/startup/guidance", {"answers": ALL_MEMBERS, "region_code": "422823"}),
        422,
        "theme_not_offered",
    )


def test_members_open_under_the_lists_of_the_county(call: Call, county: Callable[[str], None]) -> None:
    county(OVERLAY)
    receipt = done(call(APPLICANT).post("/themes/startup/applications", joint(LICHUAN, WITHOUT_BANK)), 201)
    number = receipt["case_no"]

    call("window.lichuan").do(number, "check", "accept")

    view = call("supervisor.es").case(number)
    assert clock_of(view, "bundle_promised")["due_at"].startswith("2026-03-10")
    assert [member["name"] for member in view["members"]] == ["企业设立登记"]
    assert len(receipt["members"]) == 5


def test_a_running_joint_case_keeps_a_member_its_county_leaves_out_later(
    call: Call, world: World, county: Callable[[str], None]
) -> None:
    answers = {"needs_seal": "no", "has_employees": "no", "needs_bank": "yes"}
    number = done(call(APPLICANT).post("/themes/startup/applications", joint(LICHUAN, answers)), 201)["case_no"]
    call("window.lichuan").do(number, "check", "accept")
    county(OVERLAY)

    registration = call("supervisor.es").case(number)["members"][0]["case_no"]
    call("reviewer.lichuan").do(registration, "review", "pass", opinion="同意")
    call("decider.lichuan").do(registration, "decide", "approve")
    drain_outbox(world.container.context, world.container.channel, budget_s=5)

    assert "银行预约开户" in {member["name"] for member in call("supervisor.es").case(number)["members"]}


def test_a_running_joint_case_opens_its_members_under_the_lists_of_its_receipt(
    call: Call, world: World, county: Callable[[str], None]
) -> None:
    answers = {"needs_seal": "yes", "has_employees": "no", "needs_bank": "no"}
    number = done(call(APPLICANT).post("/themes/startup/applications", joint(LICHUAN, answers)), 201)["case_no"]
    call("window.lichuan").do(number, "check", "accept")
    world.at(2026, 3, 2, 14, 0)
    county(OVERLAY)

    registration = call("supervisor.es").case(number)["members"][0]["case_no"]
    call("reviewer.lichuan").do(registration, "review", "pass", opinion="同意")
    call("decider.lichuan").do(registration, "decide", "approve")
    drain_outbox(world.container.context, world.container.channel, budget_s=5)

    departments = {item["name"]: item["department"] for item in call("supervisor.es").case(number)["members"]}
    assert departments["公章刻制备案"] == "利川市公安局"


def test_the_page_shows_the_county_and_refuses_at_the_question(visit: Visit, county: Callable[[str], None]) -> None:
    county(OVERLAY)
    page, answers = visit(APPLICANT), "".join(f"&guidance.{key}=yes" for key in ALL_MEMBERS)

    questions = page.get(f"/themes/startup/apply?region={LICHUAN}")
    form = page.get(f"/themes/startup/apply?region={LICHUAN}&step=form{answers.replace('bank=yes', 'bank=no')}")
    refusal = page.get(f"/themes/startup/apply?region={LICHUAN}&step=form{answers}")
    listed = page.get(f"/apply?region={LICHUAN}")
    english = page.get(f"/themes/startup/apply?region={LICHUAN}", headers={"Accept-Language": "en"})

    assert "利川市政务服务中心二楼一件事窗口" in questions.text
    assert "利川市人力资源和社会保障局 · 2 个工作日" in form.text
    assert refusal.status_code == 422
    assert 'href="#f-guidance-needs_bank"' in refusal.text
    assert "银行尚未接入" in refusal.text
    assert "银行预约开户" not in listed.text.partition("企业开办一件事")[2].partition("</li>")[0]
    assert "Joint desk, second floor" in english.text
