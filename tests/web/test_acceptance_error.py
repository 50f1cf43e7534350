"""Acceptance binds: a gap found later moves no limit, is carded, and is asked for again only with consent."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.api_world import (
    APPLICANT,
    DECIDER,
    FOREIGN,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    Body,
    Call,
    call,
    clock_of,
    done,
    refused,
    site,
)
from tests.web.conftest import csrf_of
from tests.web.refused_acts import taken

__all__ = ["call", "site"]
FOUND = {"requirement": "premises", "reason": "房屋使用证明已过期"}
ASKED = {**FOUND, "wants_supplement": True, "consent_document": "同意书1号"}


@pytest.fixture
def case_no(call: Call) -> str:
    return taken(call)


def material(call: Call, case_no: str) -> Body:
    return next(
        dict(row)
        for row in done(call(REVIEWER).get(f"/cases/{case_no}/materials"))["items"]
        if row["requirement"] == "premises"
    )


def test_error_is_carded_to_the_intake_office_and_moves_no_limit(call: Call, case_no: str) -> None:
    before = clock_of(call(REVIEWER).case(case_no), "promised")["due_at"]

    done(call(REVIEWER).post(f"/cases/{case_no}/acceptance-errors", FOUND), 201)

    (card,) = done(call(SUPERVISOR).get(f"/cases/{case_no}/cards"))["items"]
    assert (card["colour"], card["cause"]) == ("abnormal", "acceptance_error")
    assert "政务服务中心" in card["department"]
    assert clock_of(call(REVIEWER).case(case_no), "promised")["due_at"] == before
    assert material(call, case_no)["state"] == "wrong"


def test_supplement_is_asked_for_with_consent(call: Call, case_no: str) -> None:
    done(call(REVIEWER).post(f"/cases/{case_no}/acceptance-errors", ASKED), 201)

    entry = next(
        event
        for event in done(call(REVIEWER).get(f"/cases/{case_no}/events"))["items"]
        if event["kind"] == "acceptance_error"
    )
    assert entry["facts"] == {"material": "premises", "supplement": True, "consent": "同意书1号"}
    assert material(call, case_no)["state"] == "missing"
    assert call(REVIEWER).case(case_no)["state"] == "accepted"


@pytest.mark.parametrize(
    ("login", "change", "expected"),
    [
        (REVIEWER, {"consent_document": " "}, (422, "supplement_needs_consent")),
        (REVIEWER, {"reason": " "}, (422, "clock_reason_missing")),
        (REVIEWER, {"requirement": "passport"}, (422, "invalid")),
        (WINDOW, {}, (403, "not_permitted")),
        (FOREIGN, {}, (404, "case_unknown")),
    ],
)
def test_refused_error_issues_no_card(
    call: Call, case_no: str, login: str, change: Body, expected: tuple[int, str]
) -> None:
    refused(call(login).post(f"/cases/{case_no}/acceptance-errors", {**ASKED, **change}), *expected)

    assert done(call(SUPERVISOR).get(f"/cases/{case_no}/cards"))["items"] == []
    assert material(call, case_no)["state"] == "accepted"


def test_error_is_recorded_once_and_only_between_acceptance_and_decision(call: Call, case_no: str) -> None:
    received = str(call(APPLICANT).apply()["case_no"])
    done(call(REVIEWER).post(f"/cases/{case_no}/acceptance-errors", FOUND), 201)

    refused(call(DECIDER).post(f"/cases/{case_no}/acceptance-errors", FOUND), 409, "acceptance_error_known")
    refused(call(REVIEWER).post(f"/cases/{received}/acceptance-errors", FOUND), 422, "clock_not_started")
    call(REVIEWER).do(case_no, "review", "pass", opinion="符合")
    call(DECIDER).do(case_no, "decide", "approve", opinion="同意")
    late = {**FOUND, "requirement": "health"}
    refused(call(REVIEWER).post(f"/cases/{case_no}/acceptance-errors", late), 409, "clock_stopped")


def test_page_asks_for_consent(call: Call, case_no: str, browse: Callable[[str], FlaskClient]) -> None:
    page = browse(REVIEWER)
    path, sent = (
        f"/cases/{case_no}/acceptance-error",
        {"requirement": "premises", "reason": "已过期", "supplement": "yes"},
    )
    token = csrf_of(page)

    offered = page.get(f"/cases/{case_no}").text
    wrong = page.post(path, data={"csrf_token": token, **sent})
    right = page.post(path, data={"csrf_token": token, **sent, "consent": "同意书1号"}, follow_redirects=True)

    assert path in offered
    assert wrong.status_code == 422
    assert "受理后发现的材料问题属受理差错" in wrong.text
    assert "受理差错已登记" in right.text
