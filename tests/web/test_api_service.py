"""Service of the one-time notice: the period to correct runs from the proven service, and not before."""

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Lane
from app.storage.tables import outbox
from app.worker.jobs import drain_lane
from tests.web.api_world import (
    APPLICANT,
    FOREIGN,
    HEAD,
    SUPERVISOR,
    WINDOW,
    Body,
    Call,
    call,
    done,
    kinds,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]


def noticed(call: Call, **answers: str) -> tuple[str, str]:
    """A case whose one-time notice was issued on 2026-03-02, five working days to correct: its number, the paper's id."""
    case_no = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(case_no, "check", "correct", remark="缺平面图", correction_days=5, **answers)
    papers = done(call(WINDOW).get(f"/cases/{case_no}/documents"))["items"]
    return case_no, next(str(paper["id"]) for paper in papers if paper["kind"] == "correction_notice")


def path(case_no: str, paper: str) -> str:
    return f"/cases/{case_no}/documents/{paper}/service"


def correction_due(call: Call, case_no: str) -> str | None:
    clocks = done(call(WINDOW).get(f"/cases/{case_no}/clock"))["clocks"]
    return next((clock["due_at"] for clock in clocks if clock["clock"] == "correction"), None)


def unserved_rows(call: Call, case_no: str) -> list[Body]:
    rows = done(call(WINDOW).get(f"/cases/{case_no}/clock"))["deadlines"]
    return [row for row in rows if row["name"] == "unserved"]


def test_who_applied_online_is_served_through_the_account(call: Call) -> None:
    case_no, paper = noticed(call)

    records = done(call(WINDOW).get(path(case_no, paper)))["items"]

    assert [(row["channel"], row["period"]) for row in records] == [("electronic", "5WD")]
    assert records[0]["served_at"] == records[0]["sent_at"] == "2026-03-02T09:30:00+08:00"
    assert records[0]["proof"].startswith("account:")
    assert correction_due(call, case_no) == "2026-03-09T17:30:00+08:00"


def test_what_is_handed_over_with_a_receipt_is_served(call: Call) -> None:
    case_no, paper = noticed(call, service_channel="in_person", service_proof="回执1号")

    assert done(call(WINDOW).get(path(case_no, paper)))["items"][0]["proof"] == "回执1号"
    assert correction_due(call, case_no) == "2026-03-09T17:30:00+08:00"


def test_a_posted_notice_starts_its_period_on_the_day_of_service(call: Call, world: World) -> None:
    case_no, paper = noticed(call, service_channel="post")
    assert correction_due(call, case_no) is None
    world.at(2026, 3, 5, 15, 0)

    served = {"channel": "post", "served_at": "2026-03-04T11:00:00+08:00", "proof": "EMS 1234567890"}
    answer = done(call(WINDOW).post(path(case_no, paper), served), 201)

    records = done(call(WINDOW).get(path(case_no, paper)))["items"]
    assert answer["result"] == "served"
    assert correction_due(call, case_no) == "2026-03-11T17:30:00+08:00"
    assert [item["result"] for item in records[0]["attempts"]] == ["sent", "served"]
    assert unserved_rows(call, case_no) == []
    assert kinds(done(call(WINDOW).get(f"/cases/{case_no}/events"))["items"])[-2:] == [
        "document_served",
        "clock_started",
    ]


def test_an_unserved_notice_asks_for_telephone_and_then_for_post(call: Call, world: World) -> None:
    case_no, paper = noticed(call, service_channel="in_person")
    assert unserved_rows(call, case_no)[0]["due_at"] == "2026-03-04T17:30:00+08:00"
    world.at(2026, 3, 4, 17, 31)
    drain_lane(world.container.context, Lane.NOTICE, budget_s=60)

    done(call(WINDOW).post(path(case_no, paper), {"channel": "phone", "has_failed": True}), 201)
    world.at(2026, 3, 7, 9, 0)
    drain_lane(world.container.context, Lane.NOTICE, budget_s=60)

    with world.container.context.database.read() as connection:
        payloads = connection.scalars(sa.select(outbox.c.payload).order_by(outbox.c.id)).all()
    told = [payload for payload in payloads if '"notice":"document_unserved"' in payload]
    assert ['"channel":"phone"' in told[0], '"channel":"post"' in told[-1]] == [True, True]
    assert correction_due(call, case_no) is None
    records = done(call(WINDOW).get(path(case_no, paper)))["items"]
    assert records[1]["fallback_of"] == records[0]["id"]


@pytest.mark.parametrize(
    ("login", "change", "expected"),
    [
        (WINDOW, {"proof": " "}, (422, "service_proof_missing")),
        (WINDOW, {"channel": "electronic"}, (422, "service_proof_missing")),
        (WINDOW, {"channel": "pigeon"}, (422, "service_channel_unknown")),
        (WINDOW, {"served_at": "2026-03-09T11:00:00+08:00"}, (422, "clock_future")),
        (WINDOW, {"served_at": "2026-03-02T09:00:00+08:00"}, (422, "service_before_issue")),
        (SUPERVISOR, {}, (403, "not_permitted")),
        (FOREIGN, {}, (404, "case_unknown")),
    ],
)
def test_refused_service_starts_no_period(
    call: Call, world: World, login: str, change: Body, expected: tuple[int, str]
) -> None:
    case_no, paper = noticed(call, service_channel="post")
    world.at(2026, 3, 5, 15, 0)
    served = {"channel": "post", "served_at": "2026-03-04T11:00:00+08:00", "proof": "EMS 1234567890", **change}

    refused(call(login).post(path(case_no, paper), served), *expected)

    assert correction_due(call, case_no) is None


def test_a_document_is_served_once_and_belongs_to_its_case(call: Call) -> None:
    case_no, paper = noticed(call)

    refused(call(WINDOW).post(path(case_no, paper), {"channel": "post"}), 409, "service_done")
    refused(call(WINDOW).post(path(case_no, "1"), {"channel": "post"}), 404, "document_unknown")
    refused(call(HEAD).get(path(case_no, "1")), 404, "document_unknown")
