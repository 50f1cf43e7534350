"""The description of the API: valid, complete, and browsable."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.web.api_world import (
    APPLICANT,
    DECIDER,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    Call,
    call,
    done,
    site,
)

__all__ = ["call", "site"]
Operation = tuple[str, str, dict[str, Any]]
DESIGNER, ADMIN = "designer.es", "admin.es"
EVERYBODY = (APPLICANT, WINDOW, REVIEWER, DECIDER, SUPERVISOR, DESIGNER, ADMIN)
PARAMETER = re.compile(r"\{(\w+)\}")


@pytest.fixture
def description(call: Call) -> dict[str, Any]:
    return done(call(APPLICANT).get("/openapi.json"))


def operations(description: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield path, method, operation


def test_description_is_valid_openapi(description: dict[str, Any]) -> None:
    validate(description)

    assert description["openapi"].startswith("3.1")


def test_every_answer_with_a_body_has_a_schema(description: dict[str, Any]) -> None:
    bare = [
        (method, path, status)
        for path, method, operation in operations(description)
        for status, response in operation["responses"].items()
        if "$ref" not in response and not any(item.get("schema") for item in response.get("content", {}).values())
    ]

    assert not bare


def test_every_refusal_is_described_as_a_problem(description: dict[str, Any]) -> None:
    others = [
        (method, path, status)
        for path, method, operation in operations(description)
        for status, response in operation["responses"].items()
        if status.isdecimal() and int(status) >= 400 and "content" in response
        if set(response["content"]) != {"application/problem+json"}
    ]

    assert not others
    assert set(description["components"]["responses"]["DEFAULT_ERROR"]["content"]) == {"application/problem+json"}


def test_every_body_is_described(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    bare = []
    for path, method, operation in operations(description):
        body = operation.get("requestBody")
        if body is None:
            continue
        names = [item["schema"].get("$ref", "").rpartition("/")[2] for item in body["content"].values()]
        if not body.get("description") and not all(name and schemas[name].get("description") for name in names):
            bare.append((method, path))

    assert not bare


def test_what_needs_a_version_says_where_it_is_sent(description: dict[str, Any]) -> None:
    operation = description["paths"]["/api/v1/tasks/{task_id}/completion"]["post"]

    assert {"If-Match", "Idempotency-Key", "next"} <= {item["name"] for item in operation["parameters"]}


def test_documentation_is_browsable(call: Call) -> None:
    answer = call(APPLICANT).client.get("/api/docs")

    assert answer.status_code == 200
    assert 'data-openapi="/api/v1/openapi.json"' in answer.text


def test_no_reading_fails_whoever_asks(call: Call, description: dict[str, Any]) -> None:
    case_no = call(APPLICANT).apply()["case_no"]
    task_id = call(WINDOW).task(case_no, "check")["id"]
    known = {"case_no": case_no, "task_id": task_id, "code": "restaurant-food", "key": "pattern:committed"}
    paths = [path.removeprefix("/api/v1") for path, method, _ in operations(description) if method == "get"]
    urls = {PARAMETER.sub(lambda found: known.get(found[1], "7"), path) for path in paths}
    urls |= {PARAMETER.sub("7", path) for path in paths}

    answers = {(login, url): call(login).get(url).status_code for login in EVERYBODY for url in sorted(urls)}

    assert {status for status in answers.values() if status >= 500} == set()
    assert all(answers[login, f"/cases/{case_no}"] == 200 for login in (APPLICANT, WINDOW, REVIEWER, SUPERVISOR))
    assert answers[DESIGNER, f"/cases/{case_no}"] == 404
