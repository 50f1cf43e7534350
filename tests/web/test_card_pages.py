"""The pages of cards: one's own, bulk acknowledgement, the acts of each role, and the scores."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.card_desk import CLERK, HEAD, REVIEWER, SECOND, SUPERVISOR, YELLOW, accepted, cards_of, run_timer
from tests.web.conftest import World, csrf_of

Browse = Callable[[str], FlaskClient]


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


@pytest.fixture
def case_nos(world: World) -> list[str]:
    numbers = [accepted(world, claimed_by=REVIEWER) for _ in range(2)]
    run_timer(world, *YELLOW)
    return numbers


def states(world: World, case_nos: list[str]) -> list[str]:
    return [card.state for case_no in case_nos for card in cards_of(world, case_no)]


def test_worklist_tells_how_many_cards_wait(browse: Browse, case_nos: list[str]) -> None:
    page = browse(REVIEWER).get("/worklist").text

    assert "我的预警 <b>2</b>" in page
    assert "我的预警 <b>0</b>" in browse(SECOND).get("/worklist").text


def test_handler_acknowledges_many_cards_at_once(browse: Browse, world: World, case_nos: list[str]) -> None:
    client = browse(REVIEWER)
    cards = [card.id for case_no in case_nos for card in cards_of(world, case_no)]
    listed = client.get("/cards").text

    answer = client.post("/cards/acknowledgement", data={"csrf_token": csrf_of(client), "card": cards})

    assert all(case_no in listed for case_no in case_nos)
    assert listed.count('type="checkbox" name="card"') == 2
    assert answer.status_code == 302
    assert states(world, case_nos) == ["acknowledged", "acknowledged"]
    assert "我的预警 <b>0</b>" in client.get("/cards").text


def test_nobody_acknowledges_the_cards_of_others_in_bulk(browse: Browse, world: World, case_nos: list[str]) -> None:
    cards = [card.id for case_no in case_nos for card in cards_of(world, case_no)]
    client = browse(SECOND)

    client.post("/cards/acknowledgement", data={"csrf_token": csrf_of(client), "card": cards})

    assert states(world, case_nos) == ["issued", "issued"]
    assert 'name="card"' not in client.get("/cards?whose=all").text


def test_each_role_is_offered_its_act_on_the_page_of_a_card(browse: Browse, world: World, case_nos: list[str]) -> None:
    case_no = case_nos[0]
    (card,) = cards_of(world, case_no)
    path = f"/cards/{card.id}"

    for login, act, fields in (
        (REVIEWER, "acknowledge", {}),
        (REVIEWER, "explain", {"text": "材料多"}),
        (HEAD, "appeal", {"ground": "system_fault", "text": "系统停机"}),
        (SUPERVISOR, "decide", {"outcome": "revoked", "text": "属实"}),
    ):
        client = browse(login)
        assert f'action="{path}/{act}"' in client.get(path).text
        answer = post(client, f"{path}/{act}", **fields)
        assert answer.status_code == 302, answer.text

    assert cards_of(world, case_no)[0].state == "revoked"
    shown = browse(REVIEWER).get(path).text
    assert all(text in shown for text in ("材料多", "系统停机", "属实"))
    assert '<form class="panel"' not in shown


def test_what_is_refused_is_told_beside_the_form(browse: Browse, world: World, case_nos: list[str]) -> None:
    (card,) = cards_of(world, case_nos[0])
    client = browse(REVIEWER)
    post(client, f"/cards/{card.id}/acknowledge", version=0)

    empty = post(client, f"/cards/{card.id}/explain", text=" ", version=1)
    stale = post(client, f"/cards/{card.id}/explain", text="材料多", version=0)

    assert empty.status_code == 422
    assert '<a href="#f-text">' in empty.text
    assert stale.status_code == 412


def test_case_page_shows_cards_with_the_acts_of_its_reader(browse: Browse, world: World, case_nos: list[str]) -> None:
    (card,) = cards_of(world, case_nos[0])
    path, link = f"/cases/{case_nos[0]}", f'href="/cards/{card.id}#act">'

    assert f"{link}签收" in browse(REVIEWER).get(path).text
    assert f"{link}撤销预警" in browse(SUPERVISOR).get(path).text
    assert link not in browse(SECOND).get(path).text


def test_supervisor_issues_a_card_from_the_case(browse: Browse, world: World, case_nos: list[str]) -> None:
    path = f"/cases/{case_nos[0]}/cards/new"
    client = browse(SUPERVISOR)

    wrong = post(client, path, cause="", content="多收工本费")
    answer = post(client, path, cause="wrong_fee", content="多收工本费")

    assert wrong.status_code == 422
    assert '<a href="#f-cause">' in wrong.text
    assert answer.status_code == 302
    assert cards_of(world, case_nos[0])[-1].cause == "wrong_fee"
    assert browse(HEAD).get(path).status_code == 403


def test_scores_lead_to_the_cards_behind_them(browse: Browse, case_nos: list[str]) -> None:
    client = browse(SUPERVISOR)

    page = client.get("/cards/scores")
    behind = client.get("/cards?whose=all&colour=yellow")

    assert page.status_code == 200
    assert "恩施市市场监督管理局" in page.text
    assert all(case_no in behind.text for case_no in case_nos)
    assert browse(CLERK).get("/cards/scores").status_code == 403


def test_pages_say_when_there_is_nothing(browse: Browse) -> None:
    assert "没有预警" in browse(REVIEWER).get("/cards").text
    assert "没有符合条件的预警" in browse(REVIEWER).get("/cards?colour=red").text
    assert "没有预警" in browse(SUPERVISOR).get("/cards/scores").text


def test_a_card_of_another_county_does_not_exist(browse: Browse, world: World, case_nos: list[str]) -> None:
    (card,) = cards_of(world, case_nos[0])

    assert browse("supervisor.lichuan").get(f"/cards/{card.id}").status_code == 404
    assert browse("applicant1").get(f"/cards/{card.id}").status_code == 403
