"""Guards G12 and G13: a fee that comes first and another level that decides hold up the approval by default alone."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from tests.deemed.conftest import Office, at
from tests.deemed.test_hold_pages import browser, post

FEE = {"item": "检验费", "amount_fen": 12050, "notice_no": "恩市市监费〔2026〕1号"}
SENT = {"to_authority": "恩施州市场监督管理局", "document_no": "恩市市监报〔2026〕9号"}
DUE = "2026-03-09 17:32:10"


def with_fees(office: Office, folder: Path, *, first: bool) -> None:
    """Publish the demonstration matter with a fee."""
    settings = office.container.settings
    rules = folder / "rules"
    shutil.copytree(settings.rules_dir, rules)
    file = rules / "matters" / "scjg" / "restaurant-food.toml"
    fee = f'fee = "检验收费标准(演示)"\nis_fee_first = {str(first).lower()}\n'
    file.write_text(
        file.read_text(encoding="utf-8").replace("is_demo = true", f"{fee}is_demo = true"), encoding="utf-8"
    )
    deploy_rules(office.context, bpmn_dir=settings.bpmn_dir, rules_dir=rules, actor=system_actor("setup"))


def act(office: Office, path: str, body: object, login: str = "decider.enshi", **headers: str) -> Any:
    answer = office.post(login, path, body, **headers)
    assert answer.status_code in (200, 201), answer.json
    return answer.json


def reviewed(office: Office) -> str:
    case_no = office.accepted()
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    return case_no


def test_unpaid_fee_that_comes_first_blocks_until_it_is_paid(office: Office, tmp_path: Path) -> None:
    with_fees(office, tmp_path, first=True)
    case_no = reviewed(office)
    fee_id = act(office, f"/cases/{case_no}/fees", FEE, "window.enshi")["fee_id"]
    office.move_to(at(DUE))
    blocked = office.deemed(case_no)

    act(office, f"/cases/{case_no}/fees/{fee_id}/payment", {"receipt_no": "票0001"}, "window.enshi")
    office.move_to(at("2026-03-09 17:50"))

    decision = office.decision(case_no)
    assert blocked == ("blocked", "fee_unpaid")
    assert (decision["decision"], decision["effective_at"]) == ("deemed_approve", at("2026-03-09 17:30"))
    (fee,) = office.call("decider.enshi", "GET", f"/cases/{case_no}/fees").json["items"]
    assert (fee["amount_fen"], fee["receipt_no"]) == (12050, "票0001")
    assert "fee_asked" in office.told(case_no)


def test_fee_that_does_not_come_first_holds_up_nothing(office: Office, tmp_path: Path) -> None:
    with_fees(office, tmp_path, first=False)
    case_no = reviewed(office)
    act(office, f"/cases/{case_no}/fees", FEE)

    office.move_to(at(DUE))

    assert office.decision(case_no)["decision"] == "deemed_approve"


def test_case_that_another_level_decides_is_blocked_until_it_answers(office: Office) -> None:
    case_no = reviewed(office)
    number = act(office, f"/cases/{case_no}/forwardings", SENT)["forwarding_id"]
    forecast = office.call("supervisor.enshi", "GET", "/supervision/cases?state=to_be_deemed&days=20").json["items"]
    office.move_to(at(DUE))
    blocked = office.deemed(case_no)

    act(office, f"/cases/{case_no}/forwardings/{number}/answer", {"answer_no": "州市监复〔2026〕2号"})
    office.move_to(at("2026-03-09 17:50"))

    assert [item["guards"] for item in forecast if item["case_no"] == case_no] == [["upper_level"]]
    assert blocked == ("blocked", "upper_level")
    assert office.decision(case_no)["decision"] == "deemed_approve"
    assert "case_forwarded" in office.told(case_no)


def test_person_decides_whatever_is_open(office: Office) -> None:
    case_no = reviewed(office)
    act(office, f"/cases/{case_no}/forwardings", SENT)

    office.complete(case_no, "decide", "decider.enshi", "approve")

    assert office.decision(case_no)["decision"] == "approve"


@pytest.mark.parametrize(("language", "remedy"), [("zh", "请不要收费"), ("en", "Take no fee")])
def test_fee_without_a_basis_is_refused_with_article_and_remedy(office: Office, language: str, remedy: str) -> None:
    case_no = reviewed(office)

    refused = office.post("window.enshi", f"/cases/{case_no}/fees", FEE, Accept_Language=language)

    assert (refused.status_code, refused.json["code"]) == (422, "fee_not_foreseen")
    assert "行政许可法58" in refused.json["detail"]
    assert remedy in refused.json["detail"]


def test_each_act_is_done_once_by_who_may(office: Office, tmp_path: Path) -> None:
    with_fees(office, tmp_path, first=True)
    case_no = reviewed(office)
    fees, sent = f"/cases/{case_no}/fees", f"/cases/{case_no}/forwardings"

    outsiders = [
        office.post("supervisor.enshi", fees, FEE).status_code,
        office.post("decider.lichuan", fees, FEE).status_code,
        office.post("reviewer.enshi", sent, SENT).status_code,
    ]
    fee_id = act(office, fees, FEE)["fee_id"]
    act(office, f"{fees}/{fee_id}/payment", {"receipt_no": "票1"})
    number = act(office, sent, SENT)["forwarding_id"]
    twice = [
        office.post("decider.enshi", f"{fees}/{fee_id}/payment", {"receipt_no": "票1"}).json["code"],
        office.post("decider.enshi", f"{fees}/17/payment", {"receipt_no": "票1"}).json["code"],
        office.post("decider.enshi", sent, SENT).json["code"],
    ]
    act(office, f"{sent}/{number}/answer", {"answer_no": "复1"})
    again = office.post("decider.enshi", f"{sent}/{number}/answer", {"answer_no": "复1"}).json["code"]
    office.complete(case_no, "decide", "decider.enshi", "approve")
    late = office.post("decider.enshi", sent, SENT).json["code"]

    assert outsiders == [403, 404, 403]
    assert twice == ["fee_paid", "fee_unknown", "forwarding_open"]
    assert (again, late) == ("forwarding_answered", "obstacle_too_late")


def test_fee_and_forwarding_are_recorded_in_the_browser(office: Office, tmp_path: Path) -> None:
    with_fees(office, tmp_path, first=True)
    case_no = reviewed(office)
    head, path = browser(office, "head.enshi"), f"/cases/{case_no}/obstacles"

    nothing = post(head, f"{path}/fees", item="检验费", amount_yuan="no", notice_no="费1")
    asked = post(head, f"{path}/fees", item="检验费", amount_yuan="120.5", notice_no="费1")
    sent = post(head, f"{path}/forwardings", to_authority="州市场监督管理局", document_no="报1")

    assert path in head.get(f"/cases/{case_no}").text
    assert "缴费通知已登记" not in nothing
    assert ("缴费通知已登记" in asked, "120.50 元" in asked) == (True, True)
    assert ("转报已登记" in sent, "待答复" in sent) == (True, True)
