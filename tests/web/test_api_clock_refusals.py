"""A refused act on a clock changes nothing of the case and leaves one entry in its history."""

from typing import Any

import pytest

from app.domain.audit import verify_chain
from app.storage.cases import case_chain, case_head
from tests.web.api_world import (
    APPLICANT,
    FOREIGN,
    HEAD,
    REVIEWER,
    SECOND,
    WINDOW,
    Call,
    call,
    done,
    kinds,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]
STOP = {"ground": "hearing", "document_no": "恩听〔2026〕1号", "expected_days": 2}
ACTS = {"suspensions": "suspend", "resumptions": "resume", "extensions": "extend"}
BUSINESS = ("state", "decision", "tasks", "clocks", "accepted_at")


@pytest.fixture
def case_no(call: Call) -> str:
    number = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(number, "check", "accept")
    return number


def events(call: Call, case_no: str) -> list[dict[str, Any]]:
    return list(done(call(REVIEWER).get(f"/cases/{case_no}/events"))["items"])


@pytest.mark.parametrize(
    ("login", "path", "body", "expected"),
    [
        (REVIEWER, "suspensions", {**STOP, "ground": "site_visit"}, (422, "clock_ground_not_allowed")),
        (REVIEWER, "suspensions", {**STOP, "document_no": ""}, (422, "clock_notice_missing")),
        (REVIEWER, "suspensions", {**STOP, "expected_days": 0}, (422, "clock_expected_days_missing")),
        (REVIEWER, "suspensions", {**STOP, "from": "2026-03-03T09:00:00+08:00"}, (422, "clock_future")),
        (WINDOW, "suspensions", STOP, (403, "not_permitted")),
        (REVIEWER, "resumptions", {}, (409, "clock_not_suspended")),
        (WINDOW, "resumptions", {}, (403, "not_permitted")),
        (HEAD, "extensions", {"days": 6, "reason": "复杂"}, (422, "clock_extension_too_long")),
        (HEAD, "extensions", {"days": 5, "reason": " "}, (422, "clock_reason_missing")),
        (REVIEWER, "extensions", {"days": 5, "reason": "复杂"}, (403, "clock_approver")),
    ],
)
def test_refused_act_is_recorded_and_changes_nothing_else(
    call: Call, world: World, case_no: str, login: str, path: str, body: dict[str, object], expected: tuple[int, str]
) -> None:
    before, known = call(REVIEWER).case(case_no), events(call, case_no)

    refused(call(login).post(f"/cases/{case_no}/{path}", body), *expected)

    after, found = call(REVIEWER).case(case_no), events(call, case_no)
    assert {name: after[name] for name in BUSINESS} == {name: before[name] for name in BUSINESS}
    assert kinds(found) == [*kinds(known), "clock_act_refused"]
    entry = found[-1]
    assert (entry["facts"]["act"], entry["facts"]["code"]) == (ACTS[path], expected[1])
    assert entry["actor"] == f"staff:{world.person(login).staff_id}"
    assert "复杂" not in str(entry["facts"])


def test_the_chain_holds_after_a_refusal(call: Call, world: World, case_no: str) -> None:
    refused(call(REVIEWER).post(f"/cases/{case_no}/resumptions"), 409, "clock_not_suspended")

    case_id = int(call(REVIEWER).case(case_no)["id"])
    with world.container.context.database.read() as connection:
        head = case_head(connection, case_id)
        assert head is not None
        assert verify_chain(case_chain(connection, case_id), last_seq=head[0], last_hash=head[1]) is None


def test_free_text_in_place_of_a_ground_is_not_kept(call: Call, case_no: str) -> None:
    body = {**STOP, "ground": "张小芳住院"}

    refused(call(REVIEWER).post(f"/cases/{case_no}/suspensions", body), 422, "clock_ground_not_allowed")

    assert "张小芳" not in str(events(call, case_no)[-1])


def test_who_may_not_see_the_case_leaves_no_entry(call: Call, case_no: str) -> None:
    known = events(call, case_no)

    refused(call(FOREIGN).post(f"/cases/{case_no}/suspensions", STOP), 404, "case_unknown")

    assert events(call, case_no) == known


def test_a_special_procedure_ends_only_with_its_result_document(call: Call, world: World, case_no: str) -> None:
    done(call(REVIEWER).post(f"/cases/{case_no}/suspensions", STOP), 201)
    world.at(2026, 3, 4, 9, 0)

    refused(call(REVIEWER).post(f"/cases/{case_no}/resumptions", {}), 422, "clock_notice_missing")

    assert call(REVIEWER).case(case_no)["state"] == "suspended"
    assert events(call, case_no)[-1]["facts"]["code"] == "clock_notice_missing"
    done(call(REVIEWER).post(f"/cases/{case_no}/resumptions", {"document_no": "听证笔录1号"}), 201)


def test_the_step_of_the_diagram_ends_only_with_the_result_document_too(call: Call, case_no: str) -> None:
    reviewer = call(REVIEWER)
    reviewer.do(case_no, "review", "special", opinion="评审", ground="expert_review", expected_days=3, reason="需评审")
    call(HEAD).do(case_no, "approve_special", "approve", opinion="同意")

    refused(reviewer.complete(case_no, "finish_special", "finished", result="通过"), 422, "clock_notice_missing")

    assert reviewer.case(case_no)["state"] == "suspended"
    assert reviewer.task(case_no, "finish_special")["state"] == "open"
    assert kinds(events(call, case_no))[-1] == "clock_act_refused"
    reviewer.do(case_no, "finish_special", "finished", result="通过", document_no="恩专评1号")
    assert reviewer.case(case_no)["state"] == "accepted"


def test_a_suspension_after_the_due_instant_is_refused(call: Call, world: World, case_no: str) -> None:
    world.at(2026, 3, 10, 9, 0)

    problem = refused(call(SECOND).post(f"/cases/{case_no}/suspensions", STOP), 422, "clock_after_due")

    assert problem["due_at"] == "2026-03-09T17:30:00+08:00"
    assert "2026-03-09 17:30" in problem["detail"]
    assert events(call, case_no)[-1]["facts"]["due_at"]
