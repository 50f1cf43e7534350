"""What an approval by default owes: the filing of its result, and the record of who let the limit pass."""

import pytest

from tests.deemed.conftest import Office, at
from tests.deemed.test_forecast import notices


@pytest.fixture
def case_no(office: Office) -> str:
    """A case approved by default with effect from Mon 2026-03-09 17:30."""
    case_no = office.accepted()
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.move_to(at("2026-03-09 17:32:10"))
    assert office.decision(case_no)["decision"] == "deemed_approve"
    return case_no


def record_of(office: Office, case_no: str, login: str = "supervisor.enshi") -> str:
    items = office.call(login, "GET", "/accountability-records").json["items"]
    return str(next(item["record_id"] for item in items if item["case_no"] == case_no))


def test_result_is_filed_within_a_working_day_by_two_persons(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-10 10:00"))
    office.complete(case_no, "prepare_filing", "reviewer.enshi", "prepared", {"certificate_no": "JY1"})
    office.complete(case_no, "sign_filing", "decider.enshi", "signed")

    clocks = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/clock").json["clocks"]
    filing = next(item for item in clocks if item["clock"] == "filing")
    assert (filing["state"], filing["due_at"]) == ("stopped", "2026-03-10T17:30:00+08:00")
    office.move_to(at("2026-03-13 18:00"))
    assert notices(office, case_no, "filing_overdue") == []


def test_overdue_filing_is_told_again_each_working_day_and_carded_once(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-15 18:00"))

    told = notices(office, case_no, "filing_overdue")
    cards = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/cards").json["items"]
    events = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/events").json["items"]
    overdue = [card for card in cards if (card["clock"], card["colour"]) == ("filing", "overdue")]
    issued = [event for event in events if event["kind"] == "card_issued" and event["facts"]["clock"] == "filing"]
    # Told on Tue 10, Wed 11, Thu 12 and Fri 13 March, each time to two roles; never on the weekend.
    assert len(told) == 8
    assert len(overdue) == 1
    assert sum(event["facts"]["colour"] == "overdue" for event in issued) == 1


def test_record_keeps_who_did_what_and_waits_for_the_unit(office: Office, case_no: str) -> None:
    record_id = record_of(office, case_no)

    found = office.call("head.enshi", "GET", f"/accountability-records/{record_id}").json

    assert [(step["element"], step["role"]) for step in found["facts"]["steps"]] == [
        ("check", "window_clerk"),
        ("review", "reviewer"),
    ]
    assert {(card["clock"], card["colour"]) for card in found["cards"]} >= {("promised", "yellow"), ("promised", "red")}
    assert (found["state"], found["cause_due_at"]) == ("open", "2026-03-12T17:30:00+08:00")
    assert office.call("supervisor.lichuan", "GET", f"/accountability-records/{record_id}").status_code == 404


def test_unit_says_why_then_supervision_finds_and_closes(office: Office, case_no: str) -> None:
    path = f"/accountability-records/{record_of(office, case_no)}"
    cause = {"cause": "absence", "text": "审批人外出"}

    refused = [
        office.post("supervisor.enshi", f"{path}/cause", cause).status_code,
        office.post("supervisor.enshi", f"{path}/finding", {"finding": "早"}).status_code,
        office.post("supervisor.enshi", f"{path}/closing").status_code,
    ]
    chosen = office.post("head.enshi", f"{path}/cause", cause)
    found = office.post("supervisor.enshi", f"{path}/finding", {"finding": "岗位未设替岗", "measures": "设替岗"})
    late = office.post("head.enshi", f"{path}/cause", cause)
    closed = office.post("supervisor.enshi", f"{path}/closing")

    assert refused == [403, 409, 409]
    assert [answer.json["state"] for answer in (chosen, found, closed)] == ["cause_chosen", "found", "closed"]
    assert (late.status_code, late.json["code"]) == (409, "accountability_state")
    seen = office.call("head.enshi", "GET", path).json
    assert (seen["cause"], seen["measures"], seen["is_cause_late"]) == ("absence", "设替岗", False)


def test_silent_unit_does_not_keep_the_finding_from_being_entered(office: Office, case_no: str) -> None:
    path = f"/accountability-records/{record_of(office, case_no)}"
    office.move_to(at("2026-03-12 17:30:01"))

    found = office.post("supervisor.es", f"{path}/finding", {"finding": "单位未说明原因"})

    assert found.status_code == 200
    assert office.call("supervisor.es", "GET", path).json["is_cause_late"] is True
