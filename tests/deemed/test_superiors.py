"""What the head of a superior authority sees and may do: what the departments below granted, and its revocation."""

import pytest
from flask.testing import FlaskClient

from app.catalogue.organisation import DepartmentEntry
from app.operations.add_department import add_department
from app.operations.manage_staff import StaffInput, create_staff
from tests.deemed.conftest import Office, at
from tests.deemed.test_certificates import approved
from tests.deemed.test_hold_pages import browser, post
from tests.deemed.test_revocation import revoke

PASSWORD = "demo-password"
HEARD = {"heard_at": "2026-03-16T10:00", "hearing_record": "听〔2026〕3号"}
READ_ONLY = (
    "",
    "/events",
    "/clock",
    "/materials",
    "/documents",
    "/decision",
    "/diagram",
    "/certificates",
    "/deliveries",
)


@pytest.fixture
def granted(office: Office) -> str:
    """A case the market bureau of Enshi granted; the prefecture has a bureau of its system and one of another."""
    admin = office.person("admin.es")
    police = DepartmentEntry(
        code="422800-ga", name_zh="恩施州公安局", name_en="Police", region="422800", kind="authority"
    )
    add_department(office.context, admin, police)
    officer = StaffInput(
        login="head.police", name="何警", password=PASSWORD, department_code=police.code, roles=("unit_head",)
    )
    create_staff(office.context, admin, officer)
    case_no = approved(office)
    office.clock.set(at("2026-03-17 09:30"))
    return case_no


def statuses(client: FlaskClient, case_no: str, *pages: str) -> set[int]:
    return {client.get(f"/cases/{case_no}{page}").status_code for page in pages}


def test_superior_reads_what_was_granted_below_it(office: Office, granted: str) -> None:
    answers = [office.call("head.es", "GET", f"/cases/{granted}{part}") for part in READ_ONLY]

    (listed,) = office.call("head.es", "GET", "/revocable-cases").json["items"]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json["applicant_name"] == "张*"
    assert (listed["case_no"], listed["applicant"]) == (granted, "张*")


def test_superior_acts_on_nothing_below_it_but_the_revocation(office: Office, granted: str) -> None:
    paper = office.call("head.es", "GET", f"/cases/{granted}/documents").json["items"][0]["id"]
    suspension = {"ground": "hearing", "document_no": "1", "expected_days": 3, "reason": "听证"}

    acts = [
        office.post("head.es", f"/cases/{granted}/suspensions", suspension),
        office.post("head.es", f"/cases/{granted}/extensions", {"days": 3, "reason": "复杂", "document_no": "1"}),
        office.post("head.es", f"/cases/{granted}/withdrawal", {"reason": "撤回"}),
        office.post("head.es", f"/cases/{granted}/documents/{paper}/seal", {"by": "person"}),
    ]

    assert {answer.status_code for answer in acts} == {404}
    assert office.call("head.es", "GET", "/cases").json["items"] == []
    assert office.call("head.es", "GET", f"/cases/{granted}/cards").status_code == 404


def test_what_is_not_granted_or_of_another_system_does_not_exist_for_a_superior(office: Office, granted: str) -> None:
    office.clock.set(at("2026-03-02 10:00"))
    pending = office.accepted()
    office.clock.set(at("2026-03-17 09:30"))

    hidden = [
        office.call("head.es", "GET", f"/cases/{pending}").status_code,
        revoke(office, pending, "head.es").status_code,
        office.call("head.police", "GET", f"/cases/{granted}").status_code,
        revoke(office, granted, "head.police").status_code,
        office.call("head.lichuan", "GET", f"/cases/{granted}").status_code,
    ]

    assert set(hidden) == {404}
    assert office.call("head.police", "GET", "/revocable-cases").json["items"] == []
    assert office.call("decider.enshi", "GET", "/revocable-cases").status_code == 403


def test_revocation_by_the_superior_is_read_on_both_levels(office: Office, granted: str) -> None:
    done = revoke(office, granted, "head.es")

    above, below = (office.call(login, "GET", "/revocations").json["items"] for login in ("head.es", "head.enshi"))
    assert done.status_code == 201
    assert [item["case_no"] for item in above] == [item["case_no"] for item in below] == [granted]
    assert office.call("head.es", "GET", f"/cases/{granted}").json["state"] == "revoked"
    assert office.call("head.es", "GET", "/revocable-cases").json["items"] == []
    assert office.call("head.lichuan", "GET", "/revocations").json["items"] == []


def test_head_of_the_deciding_authority_finds_it_in_the_same_list(office: Office, granted: str) -> None:
    found = office.call("head.enshi", "GET", "/revocable-cases").json["items"]

    assert [item["case_no"] for item in found] == [granted]


def test_superior_finds_the_case_and_revokes_it_in_the_browser(office: Office, granted: str) -> None:
    head = browser(office, "head.es")
    listed, page = head.get("/revocable-cases").text, head.get(f"/cases/{granted}").text
    other_pages = statuses(head, granted, "/suspension", "/extension", "/obstacles", "/withdrawal", "/plan")

    done = post(head, f"/cases/{granted}/revocation", ground="fraud", reasons="伪造", **HEARD)

    assert (f"/cases/{granted}" in listed, f"/cases/{granted}/revocation" in page) == (True, True)
    assert not any(f"/cases/{granted}/{act}" in page for act in ("suspension", "extension", "obstacles", "withdrawal"))
    assert statuses(head, granted, "/clock", "/diagram.bpmn") == {200}
    assert other_pages == {404}
    assert "准予决定已撤销" in done
    assert statuses(browser(office, "head.police"), granted, "", "/revocation", "/clock") == {404}
