"""Pages of the calendar and of closures: a year at a glance, a look before it counts, the second person."""

import re
from html import unescape
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.operations.sign_in import sign_in
from app.web.sign_in import COOKIE
from tests.integration.calendars.conftest import Town

CSV = "date,kind\n2026-03-05,off\n"
UPLOAD = "/admin/calendars/ES/upload"


def browser(town: Town, login: str) -> FlaskClient:
    """Return a browser signed in as a demonstration person."""
    client = town.client.application.test_client()
    session = sign_in(town.container.context, login=login, password="demo-password")
    client.set_cookie(COOKIE, session.token)
    return client


def send(client: FlaskClient, path: str, **values: object) -> TestResponse:
    """Send a form of a page, with its token."""
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get("/admin/calendars").text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **values}, content_type="multipart/form-data")


def file(text: str, name: str = "days.csv") -> tuple[BytesIO, str]:
    return BytesIO(text.encode()), name


def hidden(page: str) -> dict[str, str]:
    """Return the hidden values of the form that confirms."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def test_an_upload_is_shown_before_it_counts(town: Town) -> None:
    case_no = town.accepted()
    client = browser(town, "admin.es")

    first = send(client, UPLOAD, document="文1", file=file(CSV))

    assert first.status_code == 200
    assert case_no in first.text
    assert "2026-03-05" in first.text
    assert town.due(case_no) == "2026-03-09 17:30"
    second = send(client, UPLOAD, **hidden(first.text))
    assert second.status_code == 302
    report = client.get(second.location)
    assert case_no in report.text
    assert [entry.document_no for entry in town.entries(case_no)] == ["文1"]


@pytest.mark.parametrize(
    ("values", "content", "said"),
    [
        ({"document": "文1"}, b"", "f-file"),
        ({"document": ""}, CSV.encode(), "f-document"),
        ({"document": "文1"}, b"date,kind\n2026-03-05,off\n2026-03-05,work\n", "2026-03-05"),
        ({"document": "文1", "year": "199x"}, CSV.encode(), "2026"),
        ({"document": "文1"}, b"\xff\xfe\x00", "f-file"),
    ],
)
def test_a_faulty_upload_comes_back_with_its_faults(
    shared_town: Town, values: dict[str, object], content: bytes, said: str
) -> None:
    sent = {"file": (BytesIO(content), "days.csv")} if content else {}

    answer = send(browser(shared_town, "admin.es"), UPLOAD, **values, **sent)

    assert answer.status_code == 422
    summary = answer.text.partition("error-summary")[2].partition("</div>")[0]
    assert said in summary


def test_a_year_is_a_grid_that_says_rest_and_make_up_days_in_words(town: Town) -> None:
    town.load(document="文1", days=[{"on": "2026-03-05", "kind": "off"}, {"on": "2026-03-07", "kind": "work"}])
    client = browser(town, "supervisor.enshi")

    page = client.get("/admin/calendars/ES?year=2026").text

    assert page.count('<table class="month">') == 12
    assert re.search(r'month__day--holiday">\s*<span class="month__number">5</span>\s*<span[^>]*>◆休', page)
    assert re.search(r'month__day--make_up">\s*<span class="month__number">7</span>\s*<span[^>]*>▲班', page)
    assert "文1" in page
    assert client.get("/admin/calendars/ES?year=2027").text.count('title="暂定：该年度通知尚未发布">?</span>') > 300
    assert client.get("/admin/calendars/ES?year=1990").status_code == 422
    assert client.get("/admin/calendars/XX").status_code == 404


def test_layers_and_loads_are_listed(town: Town) -> None:
    town.load(document="文1", days=[{"on": "2026-03-05", "kind": "off"}])
    client = browser(town, "admin.es")

    page = client.get("/admin/calendars").text

    assert "文1" in page
    assert "恩施州" in page
    assert "/admin/calendars/CN/upload" in page
    assert "/admin/calendars/CN/upload" not in browser(town, "supervisor.enshi").get("/admin/calendars").text


def test_only_who_answers_for_a_layer_uploads_it(shared_town: Town) -> None:
    assert browser(shared_town, "supervisor.enshi").get(UPLOAD).status_code == 403
    assert browser(shared_town, "window.enshi").get("/admin/calendars").status_code == 403
    assert browser(shared_town, "supervisor.enshi").get("/admin/calendars/422801/upload").status_code == 200


def test_the_board_and_the_calendar_warn_when_the_national_days_run_out(town: Town) -> None:
    town.at(2026, 11, 20, 9, 0)
    client = browser(town, "supervisor.es")

    assert "还有 41 天到期" in client.get("/board").text
    assert "还有 41 天到期" in client.get("/admin/calendars").text


def test_a_closure_is_declared_by_one_and_confirmed_by_another(town: Town) -> None:
    case_no = town.accepted()
    first, second = browser(town, "supervisor.enshi"), browser(town, "duty.es")
    values = {
        "scope": "region",
        "region": "422801",
        "began_at": "2026-03-03T08:00",
        "ended_at": "2026-03-05T08:00",
        "reason": "暴雨内涝",
        "document": "恩市政办〔2026〕3号",
    }

    declared = send(first, "/closures", **values)

    assert declared.status_code == 302
    page = first.get(declared.location).text
    assert "由您申报" in page
    assert "/confirmation" not in page
    assert "/confirmation" in second.get(declared.location).text
    confirmed = send(second, f"{declared.location}/confirmation")
    assert confirmed.status_code == 302
    assert town.due(case_no) == "2026-03-11 17:30"
    assert "已生效" in first.get("/closures").text


def test_blocked_approvals_are_released_by_two_persons_after_the_closure(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    first, second = browser(town, "supervisor.enshi"), browser(town, "duty.es")
    span = {"began_at": "2026-03-03T12:00", "ended_at": "2026-03-03T17:00"}
    where = {"scope": "region", "region": "422801", "reason": "停电", "document": "文1"}
    page = send(first, "/closures", **where, **span).location
    send(second, f"{page}/confirmation")
    town.at(2026, 3, 3, 17, 40)
    town.tick()
    assert (town.row(case_no, "deemed").state, town.row(case_no, "deemed").last_error) == (6, "closure")
    assert f"{page}/release" in first.get(page).text

    send(first, f"{page}/release", reason="已恢复办公")
    assert "由您申请解除" in first.get(page).text
    own = send(first, f"{page}/release/confirmation")
    assert town.row(case_no, "deemed").state == 6
    send(second, f"{page}/release/confirmation")
    town.tick()

    assert own.status_code == 302
    assert town.state_of(case_no) == "deemed"
    assert "已解除" in first.get(page).text


def test_a_faulty_closure_comes_back_with_its_fault(shared_town: Town) -> None:
    client = browser(shared_town, "supervisor.enshi")

    answer = send(client, "/closures", scope="region", region="422801", began_at="soon", ended_at="")

    assert answer.status_code == 422
    assert "f-began_at" in answer.text
    assert browser(shared_town, "window.enshi").get("/closures").status_code == 403


def test_the_menu_leads_there(shared_town: Town) -> None:
    assert 'href="/admin/calendars"' in browser(shared_town, "admin.es").get("/admin/staff").text
    menu = browser(shared_town, "supervisor.es").get("/board").text
    assert 'href="/admin/calendars"' in menu
    assert 'href="/closures"' in menu
    assert 'href="/closures"' not in browser(shared_town, "window.enshi").get("/worklist").text
