"""Every bad request gets the problem of the contract, and changes nothing."""

import re
from typing import Any

import pytest

from app.settings import ROOT
from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    BASE,
    DECIDER,
    FOREIGN,
    PDF,
    PERSON,
    REVIEWER,
    SECOND,
    WINDOW,
    Call,
    application,
    call,
    done,
    refused,
    site,
)
from tests.web.conftest import FORM, World

__all__ = ["call", "site"]
DESIGNER = "designer.es"
FOOD = "restaurant-food"
DIAGRAM = (ROOT / "bpmn/patterns/committed/process.bpmn").read_bytes()


def states(call: Call) -> list[tuple[str, str, int]]:
    """Every case with its state and version."""
    listed = done(call(WINDOW).get("/cases", members="true"))["items"]
    return [(item["case_no"], item["state"], call(WINDOW).case(item["case_no"])["version"]) for item in listed]


@pytest.fixture
def case_no(call: Call) -> str:
    number = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(number, "check", "accept")
    return number


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (application("nothing"), (422, "matter_unknown")),
        (application(FOOD, "999999"), (422, "region_unknown")),
        (application(FOOD, "422823"), (422, "matter_not_offered")),
        (application(FOOD, form={**FORM, "company_type": "castle"}), (422, "invalid")),
        (application(FOOD, form={}), (422, "invalid")),
        (application(FOOD, materials=[{"requirement": "premises", "material_id": "7"}]), (422, "invalid")),
        (application(FOOD, materials=[{"requirement": "nothing", "material_id": "7"}]), (422, "invalid")),
        (application(FOOD, applicant={**PERSON, "kind": "robot"}), (422, "invalid")),
        (application(FOOD, unknown="x"), (422, "invalid")),
        ({}, (422, "invalid")),
        ([], (422, "invalid")),
    ],
)
def test_an_application_that_cannot_be_received_is_refused(call: Call, body: Any, expected: tuple[int, str]) -> None:
    problem = refused(call(APPLICANT).post("/applications", body), *expected)

    assert expected[1] != "invalid" or all(item["pointer"].startswith("/") for item in problem["errors"])
    assert expected[1] != "invalid" or problem["errors"]
    assert case_count(call) == 0


def case_count(call: Call) -> int:
    return len(done(call(APPLICANT).get("/cases"))["items"])


def test_faults_name_the_place_of_each_field(call: Call) -> None:
    body = application(FOOD, form={**FORM, "company_type": "castle"}, extra=1, applicant={**PERSON, "colour": "red"})

    envelope = refused(call(APPLICANT).post("/applications", body), 422, "invalid")
    answers = refused(call(APPLICANT).post("/applications", application(FOOD, form={"scope": "x"})), 422, "invalid")

    assert {item["pointer"] for item in envelope["errors"]} == {"/extra", "/applicant/colour"}
    assert {item["pointer"] for item in answers["errors"]} >= {"/company_name", "/address"}
    assert all(item["detail"] for item in answers["errors"])


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/themes/nothing/applications", {}, (422, "theme_unknown")),
        ("/themes/startup/applications", {"region_code": "422823"}, (422, "theme_not_offered")),
        ("/themes/startup/applications", {"guidance": {"needs_seal": "perhaps"}}, (422, "invalid")),
        ("/themes/nothing/guidance", None, (404, "theme_unknown")),
    ],
)
def test_a_theme_that_cannot_be_applied_for_is_refused(
    call: Call, path: str, body: dict[str, object] | None, expected: tuple[int, str]
) -> None:
    whole = application("", form={**FORM, "capital_wan": 10}, guidance=ALL_MEMBERS)
    del whole["matter_code"]
    sent = {"answers": {}} if body is None else {**whole, **body}

    refused(call(APPLICANT).post(path, sent), *expected)

    assert case_count(call) == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"{", "application/json"), (b"\xff\xfe", "application/json"), (b'{"a": ', "application/json")],
)
def test_a_body_that_is_no_json_is_refused(call: Call, content: bytes, kind: str) -> None:
    refused(call(APPLICANT).send("/applications", content, kind), 400, "malformed")


def test_uploads_are_read_by_their_bytes(call: Call, world: World) -> None:
    applicant = call(APPLICANT)
    most = world.container.settings.max_upload_bytes

    refused(applicant.client.post(f"{BASE}/materials", headers=headers(applicant.token)), 422, "material_missing")
    refused(applicant.upload(b""), 422, "material_empty")
    refused(applicant.upload(b"MZ\x90\x00", "证明.pdf"), 415, "material_type")
    refused(applicant.upload(PDF + bytes(most), "大.pdf"), 413, "material_too_large")
    refused(applicant.upload(PDF + bytes(most + (2 << 20)), "更大.pdf"), 413, "material_too_large")
    first, second = done(applicant.upload(), 201), done(applicant.upload(), 201)
    assert first == second


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_material_of_somebody_else_is_refused(call: Call) -> None:
    material_id = done(call("applicant2").upload(), 201)["material_id"]
    body = application(FOOD, materials=[{"requirement": "premises", "material_id": material_id}])

    problem = refused(call(APPLICANT).post("/applications", body), 422, "invalid")

    assert problem["errors"][0]["pointer"] == "/materials/0/material_id"


def test_a_completion_that_does_not_fit_is_refused(call: Call, case_no: str) -> None:
    reviewer, before = call(REVIEWER), states(call)
    path = f"/tasks/{reviewer.task(case_no, 'review')['id']}/completion"
    body = {"outcome": "pass", "data": {"opinion": "同意"}}

    refused(reviewer.post(path, body), 428, "precondition_required")
    refused(reviewer.post(path, body, If_Match='"7"'), 412, "stale")
    refused(reviewer.post(path, body, If_Match="x"), 422, "invalid")
    refused(reviewer.post(path, {**body, "outcome": "castle"}, If_Match='"0"'), 422, "outcome_unknown")
    missing = refused(reviewer.post(path, {"outcome": "pass"}, If_Match='"0"'), 422, "invalid")
    refused(reviewer.post(path, {**body, "data": {"opinion": 7}}, If_Match='"0"'), 422, "invalid")
    refused(reviewer.post(f"{path}?next=later", body, If_Match='"0"'), 422, "invalid")
    refused(call(DECIDER).post(path, body, If_Match='"0"'), 403, "not_permitted")
    refused(call(WINDOW).post(path, body, If_Match='"0"'), 403, "not_permitted")
    refused(call(FOREIGN).post(path, body, If_Match='"0"'), 404, "task_unknown")
    refused(reviewer.post("/tasks/7/completion", body, If_Match='"0"'), 404, "task_unknown")
    refused(reviewer.post("/tasks/x/completion", body, If_Match='"0"'), 422, "id_malformed")
    assert missing["errors"][0]["pointer"] == "/opinion"
    assert states(call) == before
    done(reviewer.post(path, body, If_Match='"0"'))
    refused(reviewer.post(path, body, If_Match='"0"'), 409, "task_closed")


def test_who_examined_does_not_decide(call: Call, case_no: str, world: World) -> None:
    call(SECOND).do(case_no, "review", "pass", opinion="同意")
    body = {"to_staff_id": str(world.person(SECOND).staff_id), "reason": "代办"}

    refused(
        call(DECIDER).post(f"/tasks/{call(DECIDER).task(case_no, 'decide')['id']}/handover", body),
        403,
        "receiver_unfit",
    )


def test_a_repeated_request_gets_its_stored_answer(call: Call, case_no: str) -> None:
    reviewer = call(REVIEWER)
    path = f"/tasks/{reviewer.task(case_no, 'review')['id']}/completion?next=none"
    body = {"outcome": "pass", "data": {"opinion": "同意"}}

    first = done(reviewer.post(path, body, If_Match='"0"', Idempotency_Key="k1"))
    again = done(reviewer.post(path, body, If_Match='"0"', Idempotency_Key="k1"))
    other = reviewer.post(path, {"outcome": "pass", "data": {"opinion": "不"}}, If_Match='"0"', Idempotency_Key="k1")

    assert first == again
    refused(other, 422, "idempotency_mismatch")
    refused(reviewer.post(path, body, If_Match='"0"', Idempotency_Key="k" * 81), 422, "idempotency_key_malformed")


def test_a_repeated_application_opens_one_case(call: Call) -> None:
    receipts = [done(call(APPLICANT).post("/applications", application(FOOD), Idempotency_Key="a1"), 201) for _ in "ab"]

    assert receipts[0] == receipts[1]
    assert case_count(call) == 1
    refused(
        call(APPLICANT).post("/applications", application(FOOD, "422802"), Idempotency_Key="a1"),
        422,
        "idempotency_mismatch",
    )


def test_a_clerk_receives_for_their_own_county_alone(call: Call) -> None:
    refused(call(WINDOW).post("/applications", application(FOOD, "422802")), 403, "region_not_permitted")
    refused(call(REVIEWER).post("/applications", application(FOOD, "422802")), 403, "region_not_permitted")


@pytest.mark.parametrize("token", ["", "lb_wrong", "x" * 5_000])
def test_who_is_not_known_signs_in_first(call: Call, token: str) -> None:
    client = call(APPLICANT).client

    for path in ("/cases", "/tasks", "/matters", "/themes", "/themes/startup", "/supervision/summary", "/staff"):
        refused(client.get(f"{BASE}{path}", headers=headers(token)), 401, "unauthenticated")
    refused(client.post(f"{BASE}/applications", json=application(FOOD), headers=headers(token)), 401, "unauthenticated")


def test_a_revoked_token_works_no_more(call: Call) -> None:
    admin = call("admin.es")
    issued = done(admin.post("/tokens", {"login": APPLICANT, "name": "test"}), 201)
    client = admin.client
    done(client.get(f"{BASE}/cases", headers=headers(issued["token"])))

    done(admin.post(f"/tokens/{issued['token_id']}/revocation"))
    client.application.extensions["lianban_sign_ins"].forget()

    refused(client.get(f"{BASE}/cases", headers=headers(issued["token"])), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("login", "method", "path"),
    [
        (WINDOW, "GET", "/staff"),
        (APPLICANT, "GET", "/tokens"),
        (REVIEWER, "GET", "/definitions"),
        (REVIEWER, "POST", "/definitions/checks"),
        (REVIEWER, "POST", "/deadlines/7/retry"),
        (APPLICANT, "GET", "/supervision/summary"),
    ],
)
def test_a_role_that_does_not_fit_is_refused(call: Call, login: str, method: str, path: str) -> None:
    refused(call(login).send(path, b"", "application/json", method), 403, "not_permitted")


def test_language_of_a_problem_follows_the_request(call: Call) -> None:
    zh = refused(call(WINDOW).get("/cases/none", language="zh-CN,zh;q=0.9"), 404, "case_unknown")
    en = refused(call(WINDOW).get("/cases/none", language="en-GB,en;q=0.9"), 404, "case_unknown")

    assert zh["title"] != en["title"]
    assert en["title"].isascii()
    assert en["detail"].isascii()
    assert zh["code"] == en["code"]


def test_unknown_paths_and_methods_are_problems_too(call: Call) -> None:
    refused(call(WINDOW).get("/nothing"), 404, "not_found")
    refused(call(WINDOW).send("/cases", b"", "application/json", "DELETE"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"start": "2035-01-05T09:00:00+08:00", "limit": 5}, "calendar_missing"),
        ({"start": "2026-03-02T09:00:00+08:00", "limit": -1}, "limit_negative"),
        ({"start": "2026-03-02T09:00:00", "limit": 5}, "instant_naive"),
        ({"start": "2026-03-02T09:00:00+08:00", "limit": 5, "unit": "year"}, "invalid"),
        ({"start": "2026-03-02T09:00:00+08:00", "limit": 5, "suspensions": [{"from": "yesterday"}]}, "invalid"),
    ],
)
def test_a_limit_that_cannot_be_computed_is_refused(call: Call, item: dict[str, object], expected: str) -> None:
    problem = refused(call(APPLICANT).post("/time-limits/due-dates", {"items": [item]}), 422, expected)

    assert expected != "calendar_missing" or problem["year"] == 2035


def test_due_dates_come_with_their_reasons(call: Call) -> None:
    body = {"items": [{"start": "2026-03-02T09:00:00+08:00", "limit": 5}]}

    (answer,) = done(call(APPLICANT).post("/time-limits/due-dates", body))["items"]

    assert answer["due_at"] == "2026-03-09T17:30:00+08:00"
    assert {"zh", "en"} == set(answer["explanation"][0])


def test_a_faulty_diagram_is_refused_with_its_findings(call: Call) -> None:
    designer, path = call(DESIGNER), "/definitions/pattern:committed/draft"
    faulty = DIAGRAM.replace(b'lb:form="review"', b'lb:form="nowhere"', 1)
    assert faulty != DIAGRAM

    checked = done(designer.send("/definitions/checks", faulty, "application/xml"))
    done(designer.send(path, faulty, "application/xml", "PUT", If_Match='"0"'))
    problem = refused(designer.post(f"{path}/submission"), 422, "definition_refused")

    (finding,) = [item for item in checked["findings"] if item["severity"] == "error"]
    assert (checked["deployable"], finding["element_id"]) == (False, "review")
    assert finding["line"] > 1
    assert set(finding["remedy"]) == {"zh", "en"}
    (item,) = problem["errors"]
    assert (item["element_id"], item["line"], bool(item["remedy"])) == ("review", finding["line"], True)


@pytest.mark.parametrize(
    ("content", "code"), [(b"no xml", "xml-malformed"), (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml-doctype")]
)
def test_what_is_no_diagram_is_refused(call: Call, content: bytes, code: str) -> None:
    answer = call(DESIGNER).send("/definitions/checks", content, "application/xml")

    (finding,) = refused(answer, 422, "definition_refused")["errors"]
    assert (finding["code"], bool(finding["message"]), bool(finding["remedy"])) == (code, True, True)
    refused(call(DESIGNER).send("/definitions/checks", b"", "application/xml"), 422, "invalid")


def test_a_draft_of_a_diagram_is_not_overwritten(call: Call) -> None:
    designer, path = call(DESIGNER), "/definitions/pattern:committed/draft"

    refused(designer.send(path, DIAGRAM, "application/xml", "PUT"), 428, "precondition_required")
    done(designer.send(path, DIAGRAM, "application/xml", "PUT", If_Match='"0"'))
    refused(designer.send(path, DIAGRAM, "application/xml", "PUT", If_Match='"0"'), 412, "stale")


def test_limits_of_a_checked_diagram_are_held_against_the_promises_of_its_key(call: Call) -> None:
    longer = re.sub(rb'(<(?:\w+:)?userTask id="(?:review|decide)")', rb'\1 lb:limit="4WD"', DIAGRAM)
    designer, path = call(DESIGNER), "/definitions/checks"

    alone = done(designer.send(path, longer, "application/xml"))
    bound = done(designer.send(f"{path}?key=pattern:committed", longer, "application/xml"))

    assert alone["findings"] == []
    assert [(item["code"], item["element_id"]) for item in bound["findings"]] == [
        ("steps-longer-than-promise", "review")
    ]
