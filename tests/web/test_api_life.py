"""The life of a case over the API, from its receipt to its delivery."""

import pytest

from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from tests.web.api_world import (
    APPLICANT,
    DECIDER,
    DELIVERY,
    FOOD_MATERIALS,
    HEAD,
    REVIEWER,
    SECOND,
    WINDOW,
    Call,
    call,
    clock_of,
    done,
    kinds,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]
RESULT = {"result": "评审通过", "document_no": "恩专评〔2026〕1号"}


def marked(state: str, *requirements: str) -> list[dict[str, str]]:
    return [{"requirement": code, "state": state, "remark": ""} for code in requirements]


@pytest.fixture
def case_no(call: Call) -> str:
    return str(call(APPLICANT).apply()["case_no"])


@pytest.fixture
def in_review(call: Call, case_no: str) -> str:
    call(WINDOW).do(case_no, "check", "accept")
    return case_no


@pytest.mark.parametrize(("login", "mode"), [(WINDOW, "window"), (APPLICANT, "online")])
def test_an_application_gets_its_receipt_and_the_first_clock(call: Call, login: str, mode: str) -> None:
    receipt = call(login).apply(intake_mode=mode)

    assert receipt["state"] == "received"
    assert len(receipt["progress_code"]) == 6
    assert receipt["received_at"] == "2026-03-02T09:30:00+08:00"
    assert {item["requirement"] for item in receipt["missing"]} == set(FOOD_MATERIALS)
    (deadline,) = receipt["deadlines"]
    assert (deadline["name"], deadline["due_at"]) == ("notice5", "2026-03-09T17:30:00+08:00")
    assert set(deadline["explanation"][0]) == {"zh", "en"}


def test_case_goes_from_correction_to_delivery(call: Call, world: World, case_no: str) -> None:
    clerk, applicant = call(WINDOW), call(APPLICANT)

    clerk.do(case_no, "check", "correct", remark="缺平面图", correction_days=5)
    assert applicant.case(case_no)["state"] == "correcting"
    materials = [
        {"requirement": code, "material_id": done(applicant.upload(), 201)["material_id"]} for code in FOOD_MATERIALS
    ]
    world.at(2026, 3, 4, 9, 0)
    answered = applicant.post(f"/cases/{case_no}/corrections", {"materials": materials, "data": {"remark": "已补"}})
    assert done(answered, 201)["case"]["state"] == "received"
    accepted = clerk.do(case_no, "check", "accept", materials=marked("accepted", *FOOD_MATERIALS))
    assert accepted["case"]["state"] == "accepted"
    call(REVIEWER).do(case_no, "review", "pass", opinion="符合条件")
    call(DECIDER).do(case_no, "decide", "approve")
    call(DELIVERY).do(case_no, "deliver", "delivered", method="counter", recipient="张小芳")

    case = applicant.case(case_no)
    assert (case["state"], case["decision"], case["result_kind"]) == ("closed", "approve", "0")
    assert case["accepted_at"] == "2026-03-04T09:00:00+08:00"
    assert clock_of(case, "promised")["due_at"] == "2026-03-11T17:30:00+08:00"
    papers = done(applicant.get(f"/cases/{case_no}/documents"))["items"]
    assert [paper["kind"] for paper in papers] == ["receipt", "correction_notice", "acceptance", "decision"]
    assert done(applicant.get(f"/cases/{case_no}/deliveries"))["items"][0]["method"] == "counter"
    assert done(applicant.get(f"/cases/{case_no}/decision"))["is_late"] is False
    assert "case_decided" in kinds(done(applicant.get(f"/cases/{case_no}/events"))["items"])


def test_a_correction_is_checked_against_its_form(call: Call, case_no: str) -> None:
    call(WINDOW).do(case_no, "check", "correct", remark="缺平面图")

    answer = call(APPLICANT).post(f"/cases/{case_no}/corrections", {"data": {"unknown": "x"}})

    refused(answer, 422, "invalid")
    assert call(APPLICANT).case(case_no)["state"] == "correcting"


def test_a_correction_nobody_asked_for_is_refused(call: Call, case_no: str) -> None:
    answer = call(APPLICANT).post(f"/cases/{case_no}/corrections", {"materials": []})

    refused(answer, 409, "no_correction_open")


def test_a_reviewer_does_not_correct_for_the_applicant(call: Call, case_no: str) -> None:
    call(WINDOW).do(case_no, "check", "correct", remark="缺平面图")

    refused(call(REVIEWER).post(f"/cases/{case_no}/corrections", {}), 403, "not_permitted")


def test_a_task_is_claimed_released_and_handed_over(call: Call, world: World, in_review: str) -> None:
    reviewer, second = call(REVIEWER), call(SECOND)
    path = f"/tasks/{reviewer.task(in_review, 'review')['id']}"
    to = str(world.person(SECOND).staff_id)

    assert done(reviewer.post(f"{path}/claim"))["task"]["state"] == "claimed"
    refused(second.post(f"{path}/claim"), 403, "not_permitted")
    assert done(reviewer.post(f"{path}/release"))["task"]["state"] == "open"
    done(reviewer.post(f"{path}/claim"))
    assert done(reviewer.post(f"{path}/handover", {"to_staff_id": to, "reason": "休假"}))["task"]["state"] == "claimed"

    refused(reviewer.complete(in_review, "review", "pass", opinion="同意"), 403, "not_permitted")
    second.do(in_review, "review", "pass", opinion="同意")
    assert second.task(in_review, "decide")["state"] == "open"


def test_a_special_procedure_moves_the_due_instant(call: Call, world: World, in_review: str) -> None:
    reviewer = call(REVIEWER)
    before = clock_of(reviewer.case(in_review), "promised")["due_at"]

    reviewer.do(
        in_review, "review", "special", opinion="需评审", ground="expert_review", expected_days=3, reason="专家评审"
    )
    call(HEAD).do(in_review, "approve_special", "approve", opinion="同意")
    paused = clock_of(reviewer.case(in_review), "promised")
    world.at(2026, 3, 5, 10, 0)
    reviewer.do(in_review, "finish_special", "finished", **RESULT)

    after = clock_of(reviewer.case(in_review), "promised")
    assert (before, paused["due_at"], paused["state"]) == ("2026-03-09T17:30:00+08:00", None, "paused")
    assert (after["due_at"], after["state"]) == ("2026-03-11T17:30:00+08:00", "running")


def test_clocks_are_stopped_and_restarted_by_acts_of_their_own(call: Call, world: World, in_review: str) -> None:
    reviewer = call(REVIEWER)
    asked = {
        "ground": "hearing",
        "document_no": "恩听〔2026〕1号",
        "expected_days": 2,
        "from": "2026-03-02T09:30:00+08:00",
    }

    stopped = done(reviewer.post(f"/cases/{in_review}/suspensions", asked), 201)
    world.at(2026, 3, 4, 9, 0)
    body = {"suspension_id": stopped["suspension_id"], "document_no": "听证笔录1号"}
    restarted = done(reviewer.post(f"/cases/{in_review}/resumptions", body), 201)

    assert {clock["state"] for clock in stopped["clocks"] if clock["clock"] in ("promised", "statutory")} == {"paused"}
    promised = next(clock for clock in restarted["clocks"] if clock["clock"] == "promised")
    assert promised["due_at"] == "2026-03-10T17:30:00+08:00"
    assert len(promised["explanation"]) >= 3


def test_a_refusal_ends_in_a_delivered_refusal(call: Call, in_review: str) -> None:
    call(REVIEWER).do(in_review, "review", "pass", opinion="不符合条件")

    refused(call(DECIDER).complete(in_review, "decide", "refuse"), 422, "invalid")
    call(DECIDER).do(in_review, "decide", "refuse", reasons="场所不符合食品安全标准")
    call(DELIVERY).do(in_review, "deliver", "delivered", method="post", recipient="张小芳")

    case = call(APPLICANT).case(in_review)
    papers = done(call(APPLICANT).get(f"/cases/{in_review}/documents"))["items"]
    assert (case["state"], case["decision"], case["result_kind"]) == ("closed", "refuse", "6")
    assert papers[-1]["kind"] == "refusal"


def test_an_application_is_not_accepted_with_reasons(call: Call, case_no: str) -> None:
    call(WINDOW).do(case_no, "check", "refuse_acceptance", reasons="不属于本机关职权")

    case = call(APPLICANT).case(case_no)
    assert (case["state"], case["result_kind"]) == ("not_accepted", "1")


@pytest.mark.parametrize("login", [APPLICANT, WINDOW])
def test_a_case_is_withdrawn_before_its_decision(call: Call, in_review: str, login: str) -> None:
    answer = done(call(login).post(f"/cases/{in_review}/withdrawal", {"reason": "不办了"}))

    assert answer["case"]["state"] == "withdrawn"
    assert not [task for task in call(WINDOW).case(in_review)["tasks"] if task["state"] in ("open", "claimed")]
    refused(call(login).post(f"/cases/{in_review}/withdrawal", {"reason": ""}), 409, "withdrawal_too_late")


def test_a_decided_case_is_not_withdrawn(call: Call, in_review: str) -> None:
    call(REVIEWER).do(in_review, "review", "pass", opinion="符合")
    call(DECIDER).do(in_review, "decide", "approve")

    refused(call(APPLICANT).post(f"/cases/{in_review}/withdrawal", {}), 409, "withdrawal_too_late")


def test_the_unit_head_extends_a_limit_once(call: Call, in_review: str) -> None:
    body = {"days": 5, "reason": "案情复杂"}

    extended = done(call(HEAD).post(f"/cases/{in_review}/extensions", body), 201)

    promised = next(clock for clock in extended["clocks"] if clock["clock"] == "promised")
    assert promised["due_at"] == "2026-03-16T17:30:00+08:00"
    refused(call(HEAD).post(f"/cases/{in_review}/extensions", body), 422, "clock_extension_count")


def test_silence_for_five_working_days_accepts_as_of_the_receipt(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 9, 17, 31)
    fire_due_deadlines(world.container.context, Lane.NOTICE, limit=50)
    fire_due_deadlines(world.container.context, Lane.MOVE, limit=50)

    case = call(WINDOW).case(case_no)
    assert (case["state"], case["accepted_at"]) == ("accepted", "2026-03-02T09:30:00+08:00")
    assert clock_of(case, "promised")["due_at"] == "2026-03-09T17:30:00+08:00"
    cards = done(call(WINDOW).get(f"/cases/{case_no}/cards"))["items"]
    assert ("notice5", "abnormal") in {(card["clock"], card["colour"]) for card in cards}


def test_the_clock_page_explains_every_entry_in_both_languages(call: Call, in_review: str) -> None:
    found = done(call(APPLICANT).get(f"/cases/{in_review}/clock"))

    promised = next(clock for clock in found["clocks"] if clock["clock"] == "promised")
    assert promised["explanation"]
    assert all(sentence["zh"] != sentence["en"] for sentence in promised["explanation"])
    assert {deadline["name"] for deadline in found["deadlines"]} >= {"promised", "statutory"}


def test_the_diagram_shows_where_the_case_waits(call: Call, in_review: str) -> None:
    found = done(call(REVIEWER).get(f"/cases/{in_review}/diagram"))

    assert "review" in str(found)
