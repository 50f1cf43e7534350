"""Seals: the system seals only under an authorisation in force; without one, or while the service is down, nothing is lost."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.deemed.conftest import Office, at
from tests.deemed.test_hold_pages import browser, post

DEEMED_AT = "2026-03-09 17:32:10"


def deemed(office: Office) -> str:
    """Return the number of a case approved by default."""
    case_no = office.accepted()
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.move_to(at(DEEMED_AT))
    assert office.decision(case_no)["decision"] == "deemed_approve"
    return case_no


def filed(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-10 10:00"))
    office.complete(case_no, "prepare_filing", "reviewer.enshi", "prepared", {"certificate_no": "JY1"})
    office.complete(case_no, "sign_filing", "decider.enshi", "signed")


def paper(office: Office, case_no: str, kind: str) -> dict[str, object]:
    items = office.call("decider.enshi", "GET", f"/cases/{case_no}/documents").json["items"]
    return next(item for item in items if item["kind"] == kind)


def filing_state(office: Office, case_no: str) -> str:
    return str(office.call("decider.enshi", "GET", f"/cases/{case_no}/decision").json["filing_state"])


def seal(office: Office, login: str, case_no: str, kind: str, by: str, **headers: str) -> TestResponse:
    path = f"/cases/{case_no}/documents/{paper(office, case_no, kind)['id']}/seal"
    return office.post(login, path, {"by": by}, **headers)


def test_filing_state_follows_the_steps_of_the_filing(office: Office) -> None:
    case_no = deemed(office)
    seen = [filing_state(office, case_no)]

    office.complete(case_no, "prepare_filing", "reviewer.enshi", "prepared", {"certificate_no": "JY1"})
    seen.append(filing_state(office, case_no))
    office.complete(case_no, "sign_filing", "decider.enshi", "return")
    seen.append(filing_state(office, case_no))
    filed(office, case_no)
    seen.append(filing_state(office, case_no))

    assert seen == ["open", "prepared", "open", "signed"]


def test_system_seals_notice_and_result_under_an_authorisation(office: Office) -> None:
    office.authorised("deemed_notice")
    office.authorised("decision")
    case_no = deemed(office)
    filed(office, case_no)
    office.move_to(at("2026-03-10 10:05"))

    notice, result = paper(office, case_no, "deemed_notice"), paper(office, case_no, "decision")

    assert (notice["seal_state"], notice["sealed_by"]) == ("sealed", "system:seal")
    assert result["seal_state"] == "sealed"
    assert filing_state(office, case_no) == "filed"
    assert office.seal.papers == [notice["document_no"], result["document_no"]]
    content = office.call("decider.enshi", "GET", f"/cases/{case_no}/documents/{result['id']}").data
    assert content.endswith(b"% sealed for 422801-scjg\n")


def test_without_an_authorisation_a_person_seals(office: Office) -> None:
    case_no = deemed(office)
    filed(office, case_no)
    office.move_to(at("2026-03-10 11:00"))

    assert office.seal.papers == []
    assert paper(office, case_no, "decision")["seal_state"] == "by_person"
    done = seal(office, "decider.enshi", case_no, "decision", "person")
    again = seal(office, "decider.enshi", case_no, "decision", "person")
    assert (done.status_code, done.json["seal_state"]) == (200, "sealed")
    assert (again.status_code, again.json["code"]) == (409, "seal_done")
    assert filing_state(office, case_no) == "filed"


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "没有在有效期内的用印授权"), ("en", "No authorisation in force")]
)
def test_system_asked_without_leave_refuses_and_says_what_to_do(office: Office, language: str, said: str) -> None:
    case_no = deemed(office)

    refused = seal(office, "head.enshi", case_no, "deemed_notice", "system", **{"Accept-Language": language})

    assert (refused.status_code, refused.json["code"]) == (403, "seal_not_authorised")
    assert said in refused.json["detail"]
    assert ("手工用印" if language == "zh" else "by hand") in refused.json["detail"]


def test_who_neither_decides_nor_heads_the_unit_may_not_seal(office: Office) -> None:
    case_no = deemed(office)
    path = f"/cases/{case_no}/documents/{paper(office, case_no, 'deemed_notice')['id']}/seal"

    assert office.post("reviewer.enshi", path, {"by": "person"}).status_code == 403
    assert office.post("decider.lichuan", path, {"by": "person"}).status_code == 404


def test_service_that_is_down_holds_up_no_approval(office: Office) -> None:
    office.authorised("decision")
    case_no = deemed(office)
    office.seal.is_down = True
    filed(office, case_no)
    office.move_to(at("2026-03-10 10:01"))

    state = office.call("decider.enshi", "GET", f"/cases/{case_no}").json["state"]
    assert (state, filing_state(office, case_no)) == ("delivering", "seal_queued")
    assert office.decision(case_no)["decision"] == "deemed_approve"
    office.move_to(at("2026-03-10 10:30"))
    assert office.told(case_no).count("seal_queued") == 1
    office.seal.is_down = False
    office.move_to(at("2026-03-10 11:00"))
    assert filing_state(office, case_no) == "filed"


def test_person_may_seal_what_the_service_cannot(office: Office) -> None:
    office.authorised("decision")
    case_no = deemed(office)
    office.seal.is_down = True
    filed(office, case_no)
    office.move_to(at("2026-03-10 10:01"))

    done = seal(office, "decider.enshi", case_no, "decision", "person")
    office.seal.is_down = False
    office.move_to(at("2026-03-10 12:00"))

    assert done.json["seal_state"] == "sealed"
    assert office.seal.papers == []
    assert filing_state(office, case_no) == "filed"


def test_authorisation_counts_on_its_days_and_until_it_is_withdrawn(office: Office) -> None:
    office.authorised("deemed_notice", until="2026-03-08")
    over = deemed(office)
    assert paper(office, over, "deemed_notice")["seal_state"] == "by_person"

    number = office.authorised("deemed_notice")
    office.seal.is_down = True
    assert seal(office, "decider.enshi", over, "deemed_notice", "system").json["seal_state"] == "queued"
    ended = office.post("supervisor.es", f"/seal-authorisations/{number}/withdrawal")
    twice = office.post("supervisor.es", f"/seal-authorisations/{number}/withdrawal")
    office.seal.is_down = False
    office.move_to(at("2026-03-09 18:30"))

    assert (ended.status_code, twice.status_code, twice.json["code"]) == (200, 409, "seal_authorisation_ended")
    assert paper(office, over, "deemed_notice")["seal_state"] == "by_person"
    assert office.seal.papers == []


def test_authorisations_belong_to_their_region(office: Office) -> None:
    number = office.authorised("decision")
    body = {
        "department_code": "422801-scjg",
        "document_kind": "decision",
        "document_no": "X",
        "valid_from_on": "2026-05-01",
        "valid_to_on": "2026-04-01",
    }

    foreign = office.post("supervisor.lichuan", "/seal-authorisations", {**body, "valid_to_on": "2026-06-01"})
    turned = office.post("supervisor.enshi", "/seal-authorisations", body)
    lists = {
        login: [item["authorisation_id"] for item in office.call(login, "GET", "/seal-authorisations").json["items"]]
        for login in ("supervisor.enshi", "supervisor.lichuan", "head.enshi")
    }

    assert (foreign.status_code, turned.status_code, turned.json["code"]) == (403, 422, "seal_span")
    assert lists == {"supervisor.enshi": [number], "supervisor.lichuan": [], "head.enshi": [number]}
    assert office.post("supervisor.lichuan", f"/seal-authorisations/{number}/withdrawal").status_code == 404
    assert office.call("reviewer.enshi", "GET", "/seal-authorisations").status_code == 403


def test_authorisation_is_entered_and_a_paper_sealed_in_the_browser(office: Office) -> None:
    case_no = deemed(office)
    supervisor, head = browser(office, "supervisor.enshi"), browser(office, "head.enshi")

    refused = post(supervisor, "/seals", department_code="422801-scjg", document_kind="deemed_notice")
    entered = post(
        supervisor,
        "/seals",
        department_code="422801-scjg",
        document_kind="deemed_notice",
        document_no="恩市政办〔2026〕7号",
        valid_from_on="2026-01-01",
        valid_to_on="2026-12-31",
    )
    page = head.get(f"/cases/{case_no}").text
    address = re.search(r'action="(/cases/[^"]+/seal)"', page)
    assert address is not None
    asked = post(head, address[1], by="system")
    office.deliver()

    assert "用印授权已登记" not in refused
    assert "用印授权已登记" in entered
    assert "恩市政办〔2026〕7号" in head.get("/seals").text
    assert "待补齐" in page
    assert "已请求系统用印" in asked
    assert paper(office, case_no, "deemed_notice")["seal_state"] == "sealed"
