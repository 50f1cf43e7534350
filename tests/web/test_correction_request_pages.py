"""Pages of correction requests: the list of a department, its page on the application, the panel of the window."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.api_world import app, site
from tests.web.conftest import Browse, World, csrf_of

__all__ = ["app", "site"]

POLICE, SOCIAL, WINDOW = "ga1.enshi", "rs1.enshi", "window.enshi"
WRONG = {"matter_code": "startup-seal", "item": "resolution", "shortage": "wrong", "remark": "缺少签名"}


@pytest.fixture
def joint(world: World) -> str:
    return world.apply_theme("startup", needs_seal="yes", has_employees="yes", needs_bank="no")


def send(client: FlaskClient, path: str, **values: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": csrf_of(client), **values}, follow_redirects=True)
    return answer.status_code, answer.text


def test_a_department_finds_the_application_and_asks(browse: Browse, joint: str) -> None:
    client, path = browse(POLICE), f"/cases/{joint}/correction-requests"
    listed, page = client.get("/joint-applications"), client.get(path)

    status, text = send(client, path, **WRONG)

    assert f'href="{path}"' in listed.text
    assert "恩施好味餐饮有限公司" in page.text
    assert "张小芳" in page.text
    assert status == 200
    assert "意见已提交综窗" in text
    assert "待综窗处理" in text
    assert "1 条待处理" in client.get("/joint-applications").text


def test_what_is_refused_stays_in_the_form_beside_its_field(browse: Browse, joint: str) -> None:
    client, path = browse(POLICE), f"/cases/{joint}/correction-requests"
    send(client, path, **WRONG)

    again = send(client, path, **WRONG)
    bare = send(client, path, **{**WRONG, "item": "", "own_item": "经营范围", "remark": ""})
    foreign = send(client, path, **{**WRONG, "matter_code": "startup-social"})

    assert (again[0], "“股东决定”已为该联办事项提交综窗" in again[1]) == (409, True)
    assert bare[0] == 422
    assert 'href="#f-remark"' in bare[1]
    assert 'value="经营范围"' in bare[1]
    assert foreign[0] == 403


def test_the_window_settles_on_its_task_and_accepts(browse: Browse, world: World, joint: str) -> None:
    send(browse(POLICE), f"/cases/{joint}/correction-requests", **WRONG)
    client, task = browse(WINDOW), f"/tasks/{world.open_task(joint, 'check').id}"
    panel = client.get(task).text
    found = re.search(rf'action="(/cases/{joint}/correction-requests/(\d+))"', panel)
    assert found is not None

    empty = send(client, found[1], next=task, **{f"reason.{found[2]}": " "})
    settled = send(client, found[1], next=task, **{f"reason.{found[2]}": "已核对原件"})

    assert "部门要求补正" in panel
    assert "缺少签名" in panel
    assert "部门要求补正" in empty[1]
    assert "意见已了结" in settled[1]
    assert "部门要求补正" not in settled[1]
    world.complete(joint, "check", WINDOW, "accept")


def test_acceptance_on_the_page_says_what_waits(browse: Browse, world: World, joint: str) -> None:
    send(browse(POLICE), f"/cases/{joint}/correction-requests", **WRONG)
    client, task = browse(WINDOW), world.open_task(joint, "check")
    marks = {f"mark.{code}": state for code, (state, _remark) in world.seen(joint).items()}

    status, text = send(client, f"/tasks/{task.id}", outcome="accept", version=str(task.version), **marks)

    assert status == 409
    assert "还有 1 条部门补正意见未处理：股东决定" in text


def test_the_applicant_reads_who_asks_for_what(browse: Browse, world: World, joint: str) -> None:
    send(browse(POLICE), f"/cases/{joint}/correction-requests", **WRONG)
    world.complete(joint, "check", WINDOW, "correct")

    case, answer = (browse("applicant1").get(f"/my/cases/{joint}{part}") for part in ("", "/correction"))

    for page in (case, answer):
        assert page.status_code == 200
        assert "恩施市公安局" in page.text
        assert "缺少签名" in page.text


def test_after_the_notice_the_page_offers_what_it_named(browse: Browse, world: World, joint: str) -> None:
    send(
        browse(POLICE),
        f"/cases/{joint}/correction-requests",
        matter_code="startup-seal",
        own_item="印章数量",
        shortage="missing",
    )
    marks = world.seen(joint)
    task = world.open_task(joint, "check")
    sent = {f"mark.{code}": state for code, (state, _remark) in marks.items()}
    send(browse(WINDOW), f"/tasks/{task.id}", outcome="correct", version=str(task.version), **sent)
    during = browse(POLICE).get(f"/cases/{joint}/correction-requests").status_code
    browse("applicant1").get("/")
    send(browse("applicant1"), f"/my/cases/{joint}/correction")

    page = browse(POLICE).get(f"/cases/{joint}/correction-requests").text

    assert during == 404
    assert '<option value="印章数量">' in page
    assert '<option value="articles">' not in page
    assert 'name="own_item"' not in page


def test_who_comes_after_the_acceptance_is_told_why(browse: Browse, world: World, joint: str) -> None:
    client, path = browse(POLICE), f"/cases/{joint}/correction-requests"
    world.complete(joint, "check", WINDOW, "accept")

    status, text = send(client, path, **WRONG)

    assert (status, client.get(path).status_code) == (409, 404)
    assert "补正意见只能在收件之后、受理之前提出" in text
    assert send(browse("ga1.lichuan"), path, **WRONG)[0] == 404


@pytest.mark.parametrize("login", ["ga1.lichuan", "bank1.enshi", "designer.es"])
def test_a_chosen_member_of_somebody_else_shows_nothing(browse: Browse, joint: str, login: str) -> None:
    client = browse(login)

    statuses = {client.get(f"/cases/{joint}{part}").status_code for part in ("", "/correction-requests", "/clock")}

    assert statuses == {404}


def test_case_page_of_a_department_offers_no_act_but_asking(browse: Browse, joint: str) -> None:
    client = browse(POLICE)

    text = client.get(f"/cases/{joint}").text

    assert f"/cases/{joint}/correction-requests" in text
    assert "/tasks/" not in text
    for act in ("suspension", "extension", "withdrawal", "obstacles", "interventions"):
        assert f"/cases/{joint}/{act}" not in text
    assert client.get("/joint-applications").status_code == 200
    assert browse(WINDOW).get("/joint-applications").status_code == 403
