"""The supervisor's page of interventions: chosen by name, looked at, confirmed; the pause is seen where it matters."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.walks import OPINION
from tests.web.conftest import World, csrf_of

Browse = Callable[[str], FlaskClient]
SUPERVISOR = "supervisor.enshi"


def reviewed(world: World) -> str:
    case_no = world.apply("restaurant-sign")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "zj1.enshi", "pass", **OPINION)
    return case_no


def version_of(client: FlaskClient, case_no: str) -> str:
    page = client.get(f"/cases/{case_no}/interventions?kind=pause").text
    return page.split('name="version" value="')[1].split('"')[0]


def send(client: FlaskClient, case_no: str, *, version: str, **fields: str) -> TestResponse:
    data = {"csrf_token": csrf_of(client), "version": version, "reason": "误选结论", **fields}
    return client.post(f"/cases/{case_no}/interventions", data=data)


def test_supervisor_chooses_by_name_looks_and_confirms(browse: Browse, world: World) -> None:
    case_no, client = reviewed(world), browse(SUPERVISOR)
    page = client.get(f"/cases/{case_no}/interventions?kind=move_token").text
    version = version_of(client, case_no)

    looked = send(client, case_no, version=version, kind="move_token", move="decide|review")
    confirmed = send(client, case_no, version=version, kind="move_token", move="decide|review", step="confirm")

    assert 'value="decide|review"' in page
    assert "新开的环节" in looked.text
    assert looked.status_code == 200
    assert confirmed.status_code == 302
    assert world.open_task(case_no, "review").state == "open"
    assert "干预：移动令牌" in client.get(f"/cases/{case_no}").text


def test_what_is_refused_comes_back_filled_in(browse: Browse, world: World) -> None:
    case_no, client = reviewed(world), browse(SUPERVISOR)
    version = version_of(client, case_no)

    empty = send(client, case_no, version=version, kind="pause", reason="")
    unknown = send(client, case_no, version=version, kind="explode")
    stale = send(client, case_no, version="0", kind="pause")
    value = send(client, case_no, version=version, kind="correct_variable", variable="size", value="1.5")

    assert (empty.status_code, unknown.status_code, stale.status_code, value.status_code) == (422, 422, 412, 422)
    assert "必填" in empty.text
    assert 'value="1.5"' in value.text
    assert f'name="version" value="{version}"' in stale.text
    assert "旧版本" in stale.text


def test_paused_case_is_seen_on_its_page_and_on_the_board(browse: Browse, world: World) -> None:
    case_no, client = reviewed(world), browse(SUPERVISOR)

    send(client, case_no, version=version_of(client, case_no), kind="pause", step="confirm")

    assert "技术暂停中" in client.get(f"/cases/{case_no}").text
    board = client.get("/board").text
    assert "技术暂停的办件" in board
    assert case_no in board
    assert "kind=resume" in client.get(f"/cases/{case_no}/interventions").text


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("", set()),
        ("explode", set()),
        ("move_token", {"move", "reason"}),
        ("cancel_branch", {"element", "reason"}),
        ("correct_variable", {"variable", "value", "reason"}),
        ("pause", {"reason"}),
    ],
)
def test_each_act_asks_for_what_it_needs_and_no_more(browse: Browse, world: World, kind: str, asked: set[str]) -> None:
    case_no, client = reviewed(world), browse(SUPERVISOR)

    page = client.get(f"/cases/{case_no}/interventions?kind={kind}").text

    assert set(re.findall(r'<(?:select|textarea|input)[^>]* id="f-(\w+)"', page)) == asked
    assert ("<h2>干预方式</h2>" in page) == (not asked)


def test_page_is_for_supervisors_alone(browse: Browse, world: World) -> None:
    case_no = reviewed(world)

    assert browse("window.enshi").get(f"/cases/{case_no}/interventions").status_code == 403
    assert f"/cases/{case_no}/interventions" not in browse("window.enshi").get(f"/cases/{case_no}").text
