"""Holds in two steps, their end, the finding, and decisions meanwhile. Both databases, through the API."""

import pytest

from app.domain.errors import Conflict
from tests.deemed.conftest import Office, at

# Accepted Mon 2026-03-02 10:00, 5 WD: due Mon 03-09 17:30. The rule book's example 7 is the same a working day later.
DUE = "2026-03-09 17:30"
WITHIN_SETTLE = "2026-03-09 17:31"


@pytest.fixture
def case_no(office: Office) -> str:
    return office.accepted()


def test_case_without_a_hold_is_approved_after_the_settle_time(office: Office, case_no: str) -> None:
    office.move_to(at("2026-03-09 17:32:00"))
    assert office.decision(case_no) == {}

    office.move_to(at("2026-03-09 17:32:10"))

    assert office.decision(case_no)["effective_at"] == at(DUE)
    assert office.deemed(case_no)[0] == "fired"


def test_request_without_an_answer_expires_and_the_approval_fires_from_the_due_instant(
    office: Office, case_no: str
) -> None:
    office.move_to(at(WITHIN_SETTLE))
    office.hold(case_no)
    assert office.deemed(case_no)[0] == "held"

    office.move_to(at("2026-03-10 12:00:00"))
    assert office.decision(case_no) == {}
    office.move_to(at("2026-03-10 12:00:10"))

    decision = office.decision(case_no)
    assert (decision["decision"], decision["effective_at"]) == ("deemed_approve", at(DUE))
    assert office.acts(case_no) == ["request", "expire"]
    assert office.told(case_no)[-3:] == ["hold_requested", "hold_released", "deemed_approved"]
    filing = next(item for item in clocks(office, case_no) if item["clock"] == "filing")
    assert filing["due_at"] == "2026-03-11T17:30:00+08:00"


def test_confirmed_hold_lasts_until_the_close_of_the_third_working_day(office: Office, case_no: str) -> None:
    office.move_to(at(WITHIN_SETTLE))
    hold_id = office.hold(case_no)
    office.move_to(at("2026-03-10 09:00"))

    answer = office.post("duty.es", f"/holds/{hold_id}/confirmation")

    assert answer.json["items"][0]["until_at"] == "2026-03-13T09:30:00+00:00"
    office.move_to(at("2026-03-13 17:30"))
    assert office.decision(case_no) == {}
    office.move_to(at("2026-03-13 17:30:10"))
    assert office.decision(case_no)["effective_at"] == at(DUE)
    assert office.acts(case_no) == ["request", "confirm", "end"]


@pytest.mark.parametrize("reason", ["fraud", "public_safety"])
def test_grave_hold_never_runs_out_into_an_approval(office: Office, case_no: str, reason: str) -> None:
    office.move_to(at(WITHIN_SETTLE))
    hold_id = office.hold(case_no, reason)
    office.post("supervisor.es", f"/holds/{hold_id}/confirmation")

    office.move_to(at("2026-06-01 09:00"))

    assert office.decision(case_no) == {}
    assert office.deemed(case_no) == ("blocked", "hold")
    refused = office.post("supervisor.es", f"/holds/{hold_id}/lifting")
    assert (refused.status_code, refused.json["code"]) == (409, "finding_missing")


def test_finding_that_clears_the_case_arms_the_approval_again(office: Office, case_no: str) -> None:
    hold_id = blocked_by_finding(office, case_no)

    signed = office.post("head.enshi", f"/holds/{hold_id}/finding", {"finding": "cleared", "text": "核实无误"})

    assert signed.status_code == 200
    office.move_to(at("2026-03-20 10:00:10"))
    assert office.decision(case_no)["effective_at"] == at(DUE)
    assert office.acts(case_no) == ["request", "confirm", "end", "finding"]


def test_finding_that_is_founded_leaves_the_decision_to_a_person(office: Office, case_no: str) -> None:
    hold_id = blocked_by_finding(office, case_no)

    office.post("head.enshi", f"/holds/{hold_id}/finding", {"finding": "founded", "text": "材料虚假"})
    office.move_to(at("2026-03-27 10:00"))

    assert office.decision(case_no) == {}
    assert office.deemed(case_no) == ("blocked", "hold")
    decide(office, case_no)
    decision = office.decision(case_no)
    assert (decision["decision"], decision["is_late"]) == ("approve", True)
    assert office.deemed(case_no)[0] == "disarmed"


def test_only_the_head_of_the_unit_signs_a_finding(office: Office, case_no: str) -> None:
    hold_id = blocked_by_finding(office, case_no)
    body = {"finding": "cleared", "text": "核实无误"}

    answers = [
        office.post(login, f"/holds/{hold_id}/finding", body).status_code
        for login in ("supervisor.enshi", "decider.enshi", "head.lichuan")
    ]

    assert answers == [403, 403, 404]
    assert office.deemed(case_no) == ("blocked", "hold")


def test_rejected_request_arms_the_approval_again(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no)

    office.post("supervisor.es", f"/holds/{hold_id}/rejection")

    assert office.deemed(case_no)[0] == "armed"
    assert office.acts(case_no) == ["request", "reject"]
    office.move_to(at("2026-03-09 17:32:10"))
    assert office.deemed(case_no)[0] == "fired"


def test_lifted_hold_arms_the_approval_again(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no)
    office.post("supervisor.es", f"/holds/{hold_id}/confirmation", {"working_days": 1})

    lifted = office.post("supervisor.enshi", f"/holds/{hold_id}/lifting")

    assert lifted.json["items"][0]["state"] == "lifted"
    assert office.deemed(case_no)[0] == "armed"


def test_who_asked_does_not_answer(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no)

    for act in ("confirmation", "rejection"):
        refused = office.post("supervisor.enshi", f"/holds/{hold_id}/{act}")
        assert (refused.status_code, refused.json["code"]) == (403, "hold_not_allowed")
    assert office.acts(case_no) == ["request"]
    events = office.call("supervisor.es", "GET", f"/cases/{case_no}/events").json["items"]
    assert sum(event["kind"] == "clock_act_refused" for event in events) == 2


@pytest.mark.parametrize(
    ("login", "status"),
    [("head.enshi", 403), ("duty.es", 403), ("decider.enshi", 403), ("supervisor.lichuan", 404), ("applicant1", 403)],
)
def test_only_a_supervisor_of_the_place_asks(office: Office, case_no: str, login: str, status: int) -> None:
    body = {"case_nos": [case_no], "reason": "outage", "text": "核查"}

    refused = office.post(login, "/holds", body)

    assert refused.status_code == status
    assert office.deemed(case_no)[0] == "armed"


def test_same_reason_is_not_used_twice(office: Office, case_no: str) -> None:
    office.post("supervisor.es", f"/holds/{office.hold(case_no)}/rejection")

    refused = office.post(
        "supervisor.es", "/holds", {"case_nos": [case_no], "reason": "wrong_acceptance", "text": "再"}
    )

    assert (refused.status_code, refused.json["code"]) == (409, "hold_repeated")
    assert office.hold(case_no, "outage")


@pytest.mark.parametrize("days", [4, 0, -1])
def test_hold_is_at_most_three_working_days(office: Office, case_no: str, days: int) -> None:
    hold_id = office.hold(case_no)

    refused = office.post("supervisor.es", f"/holds/{hold_id}/confirmation", {"working_days": days})

    assert (refused.status_code, refused.json["code"]) == (422, "hold_too_long")


@pytest.mark.parametrize("moment", ["2026-03-09 17:32:10", "2026-03-10 10:00"])
def test_approval_that_fired_is_not_held(office: Office, case_no: str, moment: str) -> None:
    office.move_to(at(moment))

    refused = office.post("supervisor.enshi", "/holds", {"case_nos": [case_no], "reason": "fraud", "text": "晚"})

    assert (refused.status_code, refused.json["code"]) == (403, "hold_not_allowed")
    assert office.deemed(case_no)[0] == "fired"


def test_request_after_the_settle_time_is_refused_even_when_nothing_fired_yet(office: Office, case_no: str) -> None:
    office.clock.set(at("2026-03-09 17:32:01"))

    refused = office.post("supervisor.enshi", "/holds", {"case_nos": [case_no], "reason": "fraud", "text": "晚"})

    assert (refused.status_code, refused.json["code"]) == (403, "hold_not_allowed")


def test_request_is_not_confirmed_after_it_expired(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no)
    office.clock.set(at("2026-03-03 12:00:01"))

    refused = office.post("supervisor.es", f"/holds/{hold_id}/confirmation")

    assert (refused.status_code, refused.json["code"]) == (409, "hold_state")


def test_batch_says_for_each_case_what_became_of_it(office: Office, case_no: str) -> None:
    other = office.accepted()
    office.hold(other, "outage", login="supervisor.es")

    answer = office.post(
        "supervisor.enshi", "/holds", {"case_nos": [case_no, other, "X1"], "reason": "outage", "text": "机房"}
    )

    items = answer.json["items"]
    assert answer.status_code == 201
    assert items[0]["state"] == "requested"
    assert [(item["status"], item["code"]) for item in items[1:]] == [(409, "hold_repeated"), (404, "case_unknown")]
    ids = [items[0]["hold_id"], *held(office, other)]
    confirmed = office.post("duty.es", f"/holds/{ids[0]}/confirmation", {"also": ids[1:]})
    assert [item["state"] for item in confirmed.json["items"]] == ["confirmed", "confirmed"]


def test_same_request_again_repeats_nothing(office: Office, case_no: str) -> None:
    body = {"case_nos": [case_no], "reason": "outage", "text": "机房"}

    answers = [office.post("supervisor.enshi", "/holds", body, **{"Idempotency-Key": "k1"}).json for _ in range(2)]

    assert answers[0] == answers[1]
    assert office.acts(case_no) == ["request"]


def test_held_case_is_decided_late_and_the_hold_ends_with_it(office: Office, case_no: str) -> None:
    office.move_to(at(WITHIN_SETTLE))
    hold_id = office.hold(case_no)

    office.move_to(at("2026-03-09 18:00"))
    decide(office, case_no)

    assert office.decision(case_no)["is_late"] is True
    assert office.call("supervisor.es", "GET", f"/holds/{hold_id}").json["state"] == "ended"
    office.move_to(at("2026-04-01 10:00"))
    assert office.decision(case_no)["decision"] == "approve"


def test_armed_case_refuses_a_decision_after_the_due_instant(office: Office, case_no: str) -> None:
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})

    office.clock.set(at("2026-03-09 17:30:01"))
    with pytest.raises(Conflict) as before_firing:
        office.complete(case_no, "decide", "decider.enshi", "refuse", {"reasons": "材料不实"})
    office.clock.set(at(DUE))
    office.complete(case_no, "decide", "decider.enshi", "approve")

    assert before_firing.value.code == "decision_after_due"
    assert office.decision(case_no)["is_late"] is False


def test_ledger_explains_each_act_on_a_hold(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no)
    office.post("supervisor.es", f"/holds/{hold_id}/confirmation")

    said = next(item for item in clocks(office, case_no) if item["clock"] == "promised")["explanation"]

    assert any("申请暂缓默认准予（受理有误）" in item["zh"] and "2026-03-03 12:00" in item["zh"] for item in said)
    assert any("until 2026-03-05 17:30" in item["en"] for item in said)


def test_suspension_of_a_held_case_waits_for_both(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no)
    office.post(
        "reviewer.enshi",
        f"/cases/{case_no}/suspensions",
        {"ground": "expert_review", "document_no": "恩市监〔2026〕1号", "expected_days": 5},
    )
    office.post("supervisor.es", f"/holds/{hold_id}/rejection")
    assert office.deemed(case_no)[0] == "paused"

    office.move_to(at("2026-03-04 10:00"))
    office.post("reviewer.enshi", f"/cases/{case_no}/resumptions", {"document_no": "评审〔2026〕1号"})

    assert office.deemed(case_no)[0] == "armed"
    office.move_to(at("2026-03-10 17:32:10"))
    assert office.decision(case_no)["effective_at"] == at("2026-03-10 17:30")


def blocked_by_finding(office: Office, case_no: str) -> str:
    office.move_to(at(WITHIN_SETTLE))
    hold_id = office.hold(case_no, "fraud")
    office.post("duty.es", f"/holds/{hold_id}/confirmation")
    office.move_to(at("2026-03-20 10:00"))
    return hold_id


def decide(office: Office, case_no: str) -> None:
    office.complete(case_no, "review", "reviewer.enshi", "pass", {"opinion": "同意"})
    office.complete(case_no, "decide", "decider.enshi", "approve")


def clocks(office: Office, case_no: str) -> list[dict[str, object]]:
    return office.call("supervisor.es", "GET", f"/cases/{case_no}/clock").json["clocks"]


def held(office: Office, case_no: str) -> list[str]:
    items = office.call("supervisor.es", "GET", "/holds?state=open").json["items"]
    return [item["hold_id"] for item in items if item["case_no"] == case_no]


def test_each_step_of_a_hold_has_its_paper(office: Office, case_no: str) -> None:
    hold_id = office.hold(case_no, "fraud")
    office.post("supervisor.es", f"/holds/{hold_id}/confirmation")
    office.post("supervisor.es", f"/holds/{hold_id}/lifting")
    office.post("head.enshi", f"/holds/{hold_id}/finding", {"finding": "founded", "text": "材料不实"})

    papers = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/documents").json["items"]

    notices = [paper for paper in papers if paper["kind"] == "hold_notice"]
    shown = office.call("supervisor.enshi", "GET", f"/cases/{case_no}/clock").json["entries"]
    assert len({paper["document_no"] for paper in notices}) == 4
    assert [entry["document_no"] for entry in shown if entry["kind"] == "hold"] == [
        paper["document_no"] for paper in notices
    ]
