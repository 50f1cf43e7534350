"""Correction requests over the API: who asks, who sees what, how the window answers."""

import io

import pypdf
import pytest

from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    PDF,
    SUPERVISOR,
    WINDOW,
    Body,
    Call,
    application,
    call,
    done,
    kinds,
    refused,
    site,
)
from tests.web.conftest import FORM

__all__ = ["call", "site"]
POLICE, SOCIAL, ELSEWHERE = "ga1.enshi", "rs1.enshi", "ga1.lichuan"
WRONG = {"matter_code": "startup-seal", "item": "resolution", "shortage": "wrong", "remark": "缺少签名"}
LACKING = {"matter_code": "startup-social", "item": "用工人数说明", "shortage": "missing"}
READ_ONLY = ("", "/events", "/materials", "/documents", "/clock", "/diagram", "/correction-requests")


@pytest.fixture
def joint(call: Call) -> str:
    """A joint application that was handed in with one material."""
    stored = done(call(APPLICANT).upload(), 201)["material_id"]
    body = application("startup", form={**FORM, "capital_wan": 10}, guidance=ALL_MEMBERS)
    del body["matter_code"]
    body["materials"] = [{"requirement": "resolution", "material_id": stored}]
    return str(done(call(APPLICANT).post("/themes/startup/applications", body), 201)["case_no"])


def requests_of(call: Call, login: str, case_no: str) -> list[Body]:
    return list(done(call(login).get(f"/cases/{case_no}/correction-requests"))["items"])


def test_two_departments_ask_and_the_applicant_gets_one_notice(call: Call, joint: str) -> None:
    path = f"/cases/{joint}/correction-requests"
    first = done(call(POLICE).post(path, WRONG), 201)
    done(call(SOCIAL).post(path, LACKING), 201)

    refused(call(WINDOW).complete(joint, "check", "accept"), 409, "correction_requests_open")
    call(WINDOW).do(joint, "check", "correct", materials=call(WINDOW).seen(joint))

    papers = done(call(APPLICANT).get(f"/cases/{joint}/documents"))["items"]
    history = kinds(done(call(APPLICANT).get(f"/cases/{joint}/events"))["items"])
    assert first["state"] == "waiting"
    assert [paper["kind"] for paper in papers].count("correction_notice") == 1
    assert [(item["name"], item["state"]) for item in requests_of(call, WINDOW, joint)] == [
        ("股东决定", "told"),
        ("用工人数说明", "told"),
    ]
    assert history.count("correction_requested") == 2
    assert call(APPLICANT).case(joint)["state"] == "correcting"


def test_the_paper_names_each_department(call: Call, joint: str) -> None:
    done(call(POLICE).post(f"/cases/{joint}/correction-requests", WRONG), 201)
    call(WINDOW).do(joint, "check", "correct", materials=call(WINDOW).seen(joint))
    papers = done(call(APPLICANT).get(f"/cases/{joint}/documents"))["items"]
    paper = next(paper for paper in papers if paper["kind"] == "correction_notice")

    answer = call(APPLICANT).get(f"/cases/{joint}/documents/{paper['id']}")

    assert answer.status_code == 200
    text = "".join(pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert "恩施市公安局要求补正" in text
    assert "股东决定（有误）：缺少签名" in text


def test_progress_names_the_items_and_who_asks_but_no_remark(call: Call) -> None:
    receipt = call(APPLICANT).apply_theme(**ALL_MEMBERS)
    case_no = str(receipt["case_no"])
    done(call(POLICE).post(f"/cases/{case_no}/correction-requests", WRONG), 201)
    call(WINDOW).do(case_no, "check", "correct", materials=call(WINDOW).seen(case_no))

    told = done(call(APPLICANT).get(f"/public/progress/{case_no}", code=receipt["progress_code"]))["correction"]

    assert told["items"] == ["股东决定"]
    assert told["asked"] == [{"department": "恩施市公安局", "name": "股东决定", "shortage": "wrong", "remark": ""}]


def test_a_department_reads_the_application_until_it_is_accepted(call: Call, joint: str) -> None:
    statuses = [call(POLICE).get(f"/cases/{joint}{part}").status_code for part in READ_ONLY]
    case = call(POLICE).case(joint)
    call(WINDOW).do(joint, "check", "accept")

    assert set(statuses) == {200}
    assert case["applicant_name"] == "张小芳"
    assert {call(POLICE).get(f"/cases/{joint}{part}").status_code for part in READ_ONLY} == {404}


def test_nobody_else_reads_or_asks(call: Call, joint: str) -> None:
    path = f"/cases/{joint}/correction-requests"
    done(call(POLICE).post(path, WRONG), 201)

    for login in (ELSEWHERE, "reviewer.lichuan", "delivery.lichuan", "designer.es", "ga2.lichuan"):
        assert {call(login).get(f"/cases/{joint}{part}").status_code for part in READ_ONLY} == {404}
        refused(call(login).post(path, WRONG), 404, "case_unknown")
    for login in (SOCIAL, WINDOW, SUPERVISOR, APPLICANT):
        refused(call(login).post(path, WRONG), 403, "not_permitted")
    refused(call(APPLICANT).get(path), 403, "not_permitted")
    assert requests_of(call, SOCIAL, joint) == []
    assert len(requests_of(call, SUPERVISOR, joint)) == 1


def test_a_department_does_nothing_else_to_the_case(call: Call, joint: str) -> None:
    check = call(WINDOW).task(joint, "check")

    answers = [
        call(POLICE).post(f"/tasks/{check['id']}/claim", {}, If_Match=f'"{check["version"]}"'),
        call(POLICE).post(f"/cases/{joint}/suspensions", {"ground": "hearing", "document_no": "1", "expected_days": 1}),
        call(POLICE).post(f"/cases/{joint}/withdrawal", {"reason": "不办了"}),
        call(POLICE).post(f"/cases/{joint}/fees", {"item": "费", "amount_fen": 1, "notice_no": "1"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]


def test_the_list_of_joint_applications(call: Call, joint: str) -> None:
    done(call(POLICE).post(f"/cases/{joint}/correction-requests", WRONG), 201)

    (item,) = done(call(POLICE).get("/joint-applications"))["items"]

    assert (item["case_no"], item["waiting_count"]) == (joint, 1)
    assert item["members"] == [{"matter_code": "startup-seal", "name": "公章刻制备案"}]
    assert item["due_at"] == "2026-03-09T17:30:00+08:00"
    assert done(call(ELSEWHERE).get("/joint-applications"))["items"] == []
    for login in (WINDOW, APPLICANT, SUPERVISOR, "decider.enshi"):
        refused(call(login).get("/joint-applications"), 403, "not_permitted")


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"item": ""}, ["/item"]),
        ({"item": "长" * 201}, ["/item"]),
        ({"item": "   "}, ["/item"]),
        ({"shortage": "late"}, ["/shortage"]),
        ({"remark": ""}, ["/remark"]),
        ({"remark": "长" * 2001}, ["/remark"]),
        ({"matter_code": ""}, ["/matter_code"]),
        ({"matter_code": "startup-nothing"}, ["/matter_code"]),
        ({"item": 7}, ["/item"]),
        ({"other": "x"}, ["/other"]),
    ],
)
def test_bad_requests_are_refused_at_their_field(
    call: Call, joint: str, change: dict[str, object], pointers: list[str]
) -> None:
    problem = refused(call(POLICE).post(f"/cases/{joint}/correction-requests", {**WRONG, **change}), 422, "invalid")

    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert all(error["detail"] for error in problem["errors"])


def test_the_window_settles_with_a_reason(call: Call, joint: str) -> None:
    path = f"/cases/{joint}/correction-requests"
    number = done(call(POLICE).post(path, WRONG), 201)["request_id"]
    place, reason = f"{path}/{number}/settlement", {"reason": "已核对原件"}

    refused(call(POLICE).post(place, reason), 403, "not_permitted")
    refused(call(ELSEWHERE).post(place, reason), 404, "case_unknown")
    refused(call("reviewer.enshi").post(place, reason), 403, "not_permitted")
    refused(call(WINDOW).post(place, {"reason": "  "}), 422, "invalid")
    refused(call(WINDOW).post(f"{path}/7/settlement", reason), 404, "correction_request_unknown")
    refused(call(WINDOW).post(f"{path}/x/settlement", reason), 422, "id_malformed")
    settled = done(call(WINDOW).post(place, reason))
    again = refused(call(WINDOW).post(place, reason), 409, "correction_request_answered")
    call(WINDOW).do(joint, "check", "accept")

    assert settled == {"request_id": number, "state": "settled"}
    assert number in again["detail"]
    assert [(item["state"], item["reason"]) for item in requests_of(call, WINDOW, joint)] == [("settled", "已核对原件")]


def test_a_request_of_another_case_is_not_settled_here(call: Call, joint: str) -> None:
    other = str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])
    number = done(call(POLICE).post(f"/cases/{joint}/correction-requests", WRONG), 201)["request_id"]

    answer = call(WINDOW).post(f"/cases/{other}/correction-requests/{number}/settlement", {"reason": "已核对"})

    refused(answer, 404, "correction_request_unknown")


def test_after_the_acceptance_a_department_is_told_why_it_comes_too_late(call: Call, joint: str) -> None:
    call(WINDOW).do(joint, "check", "accept")

    for language in ("zh", "en"):
        answer = call(POLICE).post(f"/cases/{joint}/correction-requests", WRONG, Accept_Language=language)
        assert refused(answer, 409, "correction_request_too_late")["errors"] == []
    refused(call(POLICE).post("/cases/LBNONE/correction-requests", WRONG), 404, "case_unknown")


def test_the_material_itself_is_read_by_who_is_asked(call: Call, joint: str) -> None:
    listed = done(call(POLICE).get(f"/cases/{joint}/materials"))["items"]

    assert [(item["requirement"], item["size_bytes"]) for item in listed] == [("resolution", len(PDF))]
