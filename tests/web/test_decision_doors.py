"""Decision tables at the doors: checked, uploaded, shown; what was decided by them, and what could not be."""

import re
from html import unescape
from io import BytesIO

from app.operations.receive_application import receive_application
from app.settings import ROOT
from tests.integration.test_rule_decisions import CLASHING, LARGE_BATHHOUSE, accept, deploy, receive
from tests.web.api_world import SUPERVISOR, Call, app, call, done, site
from tests.web.conftest import Browse, World, csrf_of

__all__ = ["app", "call", "receive_application", "site"]
TABLE = (ROOT / "rules/decisions/site_visit.dmn").read_bytes()
OVERLAPPING = TABLE.replace(b'<text>"medium","low"</text>', b'<text>"high","medium"</text>')


def test_check_of_a_table_gives_the_failing_example_in_both_languages(call: Call) -> None:
    designer = call("designer.es")

    sound = done(designer.send("/definitions/checks", TABLE, "application/xml"))
    found = done(designer.send("/definitions/checks", OVERLAPPING, "application/xml"))

    assert sound == {"deployable": True, "findings": []}
    assert found["deployable"] is False
    (overlap,) = (item for item in found["findings"] if item["code"] == "rules-overlap")
    assert overlap["line"] > 1
    assert overlap["message"]["en"].startswith(
        'venue_risk = "high", area = 500, has_commitment = true matches rules 1, 2'
    )
    assert "同时命中规则 1, 2" in overlap["message"]["zh"]
    assert overlap["remedy"]["zh"]


def test_table_goes_its_way_over_the_api(call: Call) -> None:
    first, second, path = call("designer.es"), call("designer2.es"), "/definitions/decision:site_visit"
    draft = done(first.send(f"{path}/draft", TABLE + b"\n", "application/xml", "PUT", If_Match="0"))

    done(first.post(f"{path}/draft/submission"))
    assert first.post(f"{path}/versions/{draft['version']}/approval").status_code == 403
    done(second.post(f"{path}/versions/{draft['version']}/approval"))
    deployed = done(first.post(f"{path}/versions/{draft['version']}/deployment"))

    assert (deployed["version"], deployed["state"]) == (2, "deployed")
    lines = done(first.get("/definitions"))["items"]
    assert [(line["version"], line["state"]) for line in lines if line["key"] == "decision:site_visit"] == [
        (2, "deployed"),
        (1, "deployed"),
    ]


def test_events_and_page_of_a_case_say_why_it_was_decided_so(world: World, call: Call, browse: Browse) -> None:
    case_no = receive(world, **LARGE_BATHHOUSE)
    accept(world, case_no)

    (event,) = (item for item in done(call(SUPERVISOR).get(f"/cases/{case_no}/events"))["items"] if item["decided"])
    page = browse("wj1.enshi").get(f"/cases/{case_no}").text

    assert (event["kind"], event["facts"]["rules"], event["decided"]["inputs"]["area"]) == ("rule_decided", [1], 900)
    assert "规则判定" in page
    (why,) = re.findall("命中规则[^<]*", page)
    assert unescape(why) == (
        '命中规则 1；依据 venue = "bathhouse", venue_risk = "high", area = 900, has_commitment = false；'
        '结果 needed = true, ground = "高风险场所"'
    )


def test_designer_sees_the_table_and_its_faults(browse: Browse) -> None:
    client = browse("designer.es")
    shown = client.get("/definitions/decision:site_visit/versions/1").text
    listed = client.get("/definitions?kind=dmn").text

    sent = {"csrf_token": csrf_of(client, "/definitions"), "key": "decision:site_visit", "note": "改规则"}
    data = {**sent, "file": (BytesIO(OVERLAPPING), "site_visit.dmn")}
    answer = client.post("/definitions/new", data=data, content_type="multipart/form-data", follow_redirects=True)

    assert "场所风险等级" in shown
    assert "&gt;= 500" in shown
    assert "decision:site_visit" in listed
    assert "pattern:committed" not in listed
    assert "area = 500" in answer.text
    assert "同时命中规则 1, 2" in answer.text


def test_supervisor_retries_a_failed_decision_on_the_board(world: World, call: Call, browse: Browse) -> None:
    deploy(world, CLASHING)
    case_no = receive(world, **LARGE_BATHHOUSE)
    accept(world, case_no)
    (found,) = done(call(SUPERVISOR).get("/incidents"))["items"]
    board = browse(SUPERVISOR).get("/board").text

    refused = call(SUPERVISOR).post(f"/incidents/{found['id']}/retry")
    deploy(world, TABLE.decode())
    answer = done(call(SUPERVISOR).post(f"/incidents/{found['id']}/retry"))

    assert (found["code"], found["decision"]) == ("decision_failed", "site_visit")
    assert "决策 site_visit" in board
    assert (refused.status_code, refused.get_json()["code"]) == (422, "decision_rules_differ")
    assert (answer["state"], answer["case_no"]) == ("retried", case_no)
