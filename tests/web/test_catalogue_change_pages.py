"""Pages of change sets: one person submits, another sees old and new and decides."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.factory import create_app
from app.operations.sign_in import sign_in
from app.web.sign_in import COOKIE
from tests.world import PASSWORD, World

FIRST, SECOND, CLERK = "designer.es", "designer2.es", "window.enshi"
FIVE, TWO = 'promised_limit = "5WD"', 'promised_limit = "2WD"'
PDF = b"%PDF-1.7\n%%EOF\n"
WORDS = {
    "kept_key": "pattern:committed-with-special-procedure",
    "kept_version": "1",
    "document_no": "恩施州政务办〔2026〕3号",
    "effective_from": "2026-03-09",
}


class Office:
    """Browsers of designers on Monday 2026-03-02."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app = create_app(container=world.container)
        rules = world.container.settings.rules_dir
        self.list = next(rules.glob("matters/*/restaurant-food.toml")).read_text(encoding="utf-8")

    def browser(self, login: str) -> FlaskClient:
        client = self.app.test_client()
        session = sign_in(self.world.container.context, login=login, password=PASSWORD)
        client.set_cookie(COOKIE, session.token)
        return client

    def submit(self, client: FlaskClient, text: str | None = None, **words: str) -> TestResponse:
        source = (text or self.list.replace(FIVE, TWO)).encode()
        files = {"list": (BytesIO(source), "list.toml"), "document": (BytesIO(PDF), "文件.pdf")}
        return send(client, "/catalogue-changes/new", **{**WORDS, **words}, **files)


def send(client: FlaskClient, path: str, **values: object) -> TestResponse:
    """Send a form of a page, with its token."""
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get("/catalogue-changes").text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **values}, content_type="multipart/form-data")


@pytest.fixture
def office(installed: World) -> Office:
    return Office(installed)


def test_another_person_sees_old_and_new_and_approves(office: Office) -> None:
    first, second = office.browser(FIRST), office.browser(SECOND)
    page = str(office.submit(first).location)

    mine, theirs = first.get(page).text, second.get(page).text
    approved = send(second, f"{page}/approval")

    assert "须由另一人审批" in mine
    assert f"{page}/approval" not in mine
    assert f"{page}/approval" in theirs
    assert re.search(r"承诺时限</th><td[^>]*>5WD</td><td[^>]*>2WD</td>", theirs)
    assert approved.status_code == 302
    assert "已批准，待生效" in first.get(page).text
    office.world.at(2026, 3, 9, 9, 0)
    assert "已生效" in office.browser(FIRST).get("/catalogue-changes").text


def test_a_rejection_asks_for_a_reason_and_shows_it(office: Office) -> None:
    first, second = office.browser(FIRST), office.browser(SECOND)
    page = str(office.submit(first).location)

    send(second, f"{page}/rejection", reason=" ")
    unsaid = first.get(page).text
    send(second, f"{page}/rejection", reason="文件没有盖章")

    assert "待审批" in unsaid
    assert "文件没有盖章" in first.get(page).text


def test_what_is_missing_or_faulty_is_told_on_the_form(office: Office) -> None:
    client = office.browser(FIRST)

    incomplete = send(client, "/catalogue-changes/new", **WORDS)
    faulty = office.submit(client, office.list.replace(FIVE, 'promised_limit = "12WD"'))

    assert incomplete.status_code == faulty.status_code == 422
    assert 'href="#f-list"' in incomplete.text
    assert 'href="#f-document"' in incomplete.text
    assert "promise-over-statutory" in faulty.text
    assert WORDS["document_no"] in faulty.text
    assert "没有变更包" in client.get("/catalogue-changes").text


def test_the_parts_can_be_read_as_they_were_sent_in(office: Office) -> None:
    client = office.browser(FIRST)
    page = str(office.submit(client).location)

    assert client.get(f"{page}/document").data == PDF
    assert client.get(f"{page}/list").data.decode() == office.list.replace(FIVE, TWO)
    assert client.get(f"{page}/diagram").status_code == 404
    assert "attachment" in client.get(f"{page}/document").headers["Content-Disposition"]


def test_the_page_speaks_english_and_is_for_the_catalogue_alone(office: Office) -> None:
    client, clerk = office.browser(FIRST), office.browser(CLERK)
    page = str(office.submit(client).location)

    english = client.get(page, headers={"Accept-Language": "en"}).text

    assert "Promised limit" in english
    assert clerk.get(page).status_code == clerk.get("/catalogue-changes").status_code == 403
    assert 'href="/catalogue-changes"' not in clerk.get("/worklist").text


def test_a_pause_asks_for_matter_and_regions_alone_and_shows_what_goes_on(office: Office) -> None:
    office.world.apply("restaurant-food")
    first, second = office.browser(FIRST), office.browser(SECOND)
    form = first.get("/catalogue-changes/new?kind=pause").text
    said = {"kind": "pause", "matter_code": "restaurant-food", "regions": "422801", "document_no": "文1"}

    missing = send(first, "/catalogue-changes/new", **{**said, "regions": ""}, effective_from="2026-03-09")
    sent = send(first, "/catalogue-changes/new", **said, document_text="整改", effective_from="2026-03-09")
    page = first.get(str(sent.location)).text

    assert ('name="list"' in form, 'name="regions"' in form) == (False, True)
    assert missing.status_code == 422
    assert 'href="#f-regions"' in missing.text
    assert "1 件，按收件时的清单继续办理" in page
    assert re.search(r"事项状态</th><td[^>]*>在用</td><td[^>]*>暂停</td>", page)
    send(second, f"{sent.location}/approval")
    office.world.at(2026, 3, 9, 9, 0)
    refused = office.browser("applicant1").get("/apply/restaurant-food?region=422801")
    assert "自 2026-03-09 起" in refused.text
