"""The page of holds: two supervisors and the head of the unit work with it in a browser."""

import re

from flask.testing import FlaskClient

from app.factory import create_app
from app.operations.sign_in import sign_in
from app.web.sign_in import COOKIE
from tests.deemed.conftest import Office, at


def browser(office: Office, login: str) -> FlaskClient:
    client = create_app(office.container.settings, container=office.container).test_client()
    client.set_cookie(COOKIE, sign_in(office.context, login=login, password="demo-password").token)
    return client


def post(client: FlaskClient, path: str, **fields: str) -> str:
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get("/holds").text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields}, follow_redirects=True).text


def test_hold_is_asked_for_confirmed_and_found_in_the_browser(office: Office) -> None:
    case_no = office.accepted()
    first, second = browser(office, "supervisor.enshi"), browser(office, "supervisor.es")

    asked = post(first, "/holds", case_nos=f"{case_no}\nX1", reason="fraud", text="核查")
    hold_id = re.search(r"/holds/(\d+)/confirmation", second.get("/holds").text)
    assert hold_id is not None
    confirmed = post(second, f"/holds/{hold_id[1]}/confirmation")
    seen_by_first = first.get("/holds").text
    office.move_to(at("2026-03-20 10:00"))
    head = browser(office, "head.enshi")
    found = post(head, f"/holds/{hold_id[1]}/finding", finding="cleared", **{f"finding_text.{hold_id[1]}": "核实无误"})

    assert case_no in asked
    assert "X1" in asked
    assert f"/holds/{hold_id[1]}/confirmation" not in seen_by_first
    assert "已确认暂缓" in confirmed
    assert "认定意见已签署" in found
    assert office.acts(case_no) == ["request", "confirm", "end", "finding"]


def test_hold_without_a_reason_is_asked_for_again(office: Office) -> None:
    case_no = office.accepted()

    page = post(browser(office, "supervisor.enshi"), "/holds", case_nos=case_no, text="核查")

    assert "请选择暂缓理由" in page
    assert office.acts(case_no) == []


def test_foreign_supervisor_sees_no_hold(office: Office) -> None:
    case_no = office.accepted()
    office.hold(case_no)

    assert case_no not in browser(office, "supervisor.lichuan").get("/holds?state=").text
