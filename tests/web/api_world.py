"""The whole application over a deployed world, called by programs with bearer tokens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.factory import create_app
from app.operations.manage_staff import issue_token
from tests.web.conftest import FORM, World
from tests.world import ACCEPTING

BASE = "/api/v1"
PDF = b"%PDF-1.7\n%%EOF\n"
FOOD_MATERIALS = ("premises", "floor_plan", "food_rules", "health")
ALL_MEMBERS = {"needs_seal": "yes", "has_employees": "yes", "needs_bank": "yes"}
PERSON = {
    "kind": "person",
    "name": "张小芳",
    "id_type": "111",
    "id_number": "422801199001011234",
    "mobile": "13800000000",
}
WINDOW, REVIEWER, SECOND, DECIDER, HEAD, DELIVERY, SUPERVISOR, APPLICANT = (
    "window.enshi",
    "reviewer.enshi",
    "reviewer2.enshi",
    "decider.enshi",
    "head.enshi",
    "delivery.enshi",
    "supervisor.enshi",
    "applicant1",
)
FOREIGN = "reviewer.lichuan"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program that acts as somebody."""

    client: FlaskClient
    token: str

    def get(self, path: str, *, language: str = "zh", **query: object) -> TestResponse:
        return self.client.get(
            f"{BASE}{path}", query_string=query or None, headers=self._headers({"Accept-Language": language})
        )

    def post(self, path: str, body: object = None, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"{BASE}{path}", json={} if body is None else body, headers=self._headers(sent))

    def send(self, path: str, content: bytes, kind: str, method: str = "POST", **headers: str) -> TestResponse:
        """Send bytes as they are."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"{BASE}{path}", method=method, data=content, content_type=kind, headers=self._headers(sent)
        )

    def send_form(self, path: str, parts: Mapping[str, object]) -> TestResponse:
        """Send a form with files."""
        return self.client.post(
            f"{BASE}{path}", data=dict(parts), content_type="multipart/form-data", headers=self._headers({})
        )

    def upload(self, content: bytes = PDF, name: str = "证明.pdf", *, valid_to_on: str = "") -> TestResponse:
        day = f'--part\r\nContent-Disposition: form-data; name="valid_to_on"\r\n\r\n{valid_to_on}\r\n'.encode()
        head = f'--part\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        sent = (day if valid_to_on else b"") + head + content + b"\r\n--part--\r\n"
        return self.send("/materials", sent, "multipart/form-data; boundary=part")

    def apply(self, code: str = "restaurant-food", region: str = "422801", **changes: object) -> Body:
        """Apply for one matter; the receipt."""
        return done(self.post("/applications", application(code, region, **changes)), 201)

    def apply_theme(self, code: str = "startup", region: str = "422801", **guidance: str) -> Body:
        """Apply for a theme with the answers to its questions; the receipt."""
        body = application(code, region, form={**FORM, "capital_wan": 10}, guidance=guidance)
        del body["matter_code"]
        return done(self.post(f"/themes/{code}/applications", body), 201)

    def case(self, case_no: str) -> Body:
        return done(self.get(f"/cases/{case_no}"))

    def task(self, case_no: str, element: str) -> Body:
        """The open task of a case at an element."""
        tasks = self.case(case_no)["tasks"]
        found = [task for task in tasks if task["element"] == element and task["state"] in ("open", "claimed")]
        assert len(found) == 1, [(task["element"], task["state"]) for task in tasks]
        return dict(found[0])

    def complete(self, case_no: str, element: str, outcome: str, *, query: str = "", **sent: object) -> TestResponse:
        """Complete the open task at an element.

        sent: answers of the form; `materials`: marks, by default who accepts has seen what was not handed in; `key`: of
        the request.
        """
        task = self.task(case_no, element)
        marks = sent.pop("materials", self.seen(case_no) if outcome in ACCEPTING else [])
        key = sent.pop("key", None)
        headers = {"If_Match": f'"{task["version"]}"'} | ({"Idempotency_Key": str(key)} if key else {})
        body = {"outcome": outcome, "data": sent, "materials": marks}
        return self.post(f"/tasks/{task['id']}/completion{query}", body, **headers)

    def seen(self, case_no: str) -> list[Body]:
        """The marks of a clerk who has seen the originals of everything that was not handed in."""
        missing = done(self.get(f"/cases/{case_no}/materials"))["missing"]
        return [{"requirement": row["requirement"], "state": "accepted"} for row in missing]

    def do(self, case_no: str, element: str, outcome: str, **sent: object) -> Body:
        """Complete the open task at an element, which is allowed; the answer."""
        return done(self.complete(case_no, element, outcome, **sent))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}


Call = Callable[[str], Caller]


@pytest.fixture
def site(world: World) -> Flask:
    """The application as the factory builds it."""
    found = create_app(container=world.container)
    found.config.update(TESTING=True)
    return found


@pytest.fixture
def app(site: Flask) -> Flask:
    """All pages, for the browsers of a module that imports this instead of the pages of officers alone."""
    return site


@pytest.fixture
def call(site: Flask, world: World) -> Call:
    """Return a program that acts as a demonstration person."""
    known: dict[str, Caller] = {}

    def caller(login: str) -> Caller:
        if login not in known:
            token = str(issue_token(world.container.context, None, login=login, name="test", days=400)["token"])
            known[login] = Caller(client=site.test_client(), token=token)
        return known[login]

    return caller


def application(code: str, region: str = "422801", **changes: object) -> Body:
    """The body of an application; changes replace fields."""
    body = {"matter_code": code, "region_code": region, "intake_mode": "online", "applicant": PERSON, "form": FORM}
    return {**body, **changes}


def done(answer: TestResponse, status: int = 200) -> Body:
    """Return the body of an answer that has this status."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    found: Body = answer.get_json()
    return found


def refused(answer: TestResponse, status: int, code: str) -> Body:
    """Return the problem of an answer: its status, code and form are those of the contract."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert "…" not in answer.text, "a sentence lacks a fact"
    problem: Body = answer.get_json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["title"]
    assert problem["detail"]
    assert isinstance(problem["errors"], list)
    return problem


def clock_of(case: Body, name: str) -> Body:
    """A clock of a case by its name."""
    return next(clock for clock in case["clocks"] if clock["clock"] == name)


def kinds(events: Sequence[Body]) -> list[str]:
    """The kinds of audit entries, in their order."""
    return [str(event["kind"]) for event in events]


def case_numbers(listed: Body) -> list[str]:
    """The numbers on a list of cases."""
    return [str(item["case_no"]) for item in listed["items"]]
