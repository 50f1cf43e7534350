"""A closure: one person declares it, another confirms it; its days do not count and it blocks approvals by default."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.storage.tables import warning_card
from tests.integration.calendars.conftest import Town
from tests.many_cases import count_broken_chains

FLOOD: Mapping[str, Any] = {
    "scope": "region",
    "region_code": "422801",
    "from": "2026-03-03T08:00:00+08:00",
    "to": "2026-03-05T08:00:00+08:00",
    "reason": "暴雨内涝",
    "document": "恩市政办〔2026〕3号",
}


def declare(town: Town, login: str = "supervisor.enshi", **changed: object) -> TestResponse:
    return town.client.post("/api/v1/closures", json={**FLOOD, **changed}, headers=town.token(login))


def confirm(town: Town, closure_id: str, login: str = "duty.es") -> TestResponse:
    return town.client.post(f"/api/v1/closures/{closure_id}/confirmation", headers=town.token(login))


def closed(town: Town, login: str = "supervisor.enshi", **changed: object) -> dict[str, Any]:
    """Declare and confirm a closure; returns it as it is read."""
    declared = declare(town, login, **changed)
    assert declared.status_code == 201, declared.json
    answer = confirm(town, declared.json["closure_id"])
    assert answer.status_code == 200, answer.json
    path = f"/api/v1/closures/{declared.json['closure_id']}"
    found: dict[str, Any] = town.client.get(path, headers=town.token("supervisor.es")).json
    return found


def test_days_that_close_inside_do_not_count(town: Town) -> None:
    enshi, lichuan = town.accepted(), town.accepted(region="422802")

    found = closed(town)

    assert found["state"] == "confirmed"
    assert (town.due(enshi), town.due(lichuan)) == ("2026-03-11 17:30", "2026-03-09 17:30")


def test_a_declared_closure_has_no_effect(town: Town) -> None:
    case_no = town.accepted()

    answer = declare(town)

    assert (answer.json["state"], answer.json["days"]) == ("declared", ["2026-03-03", "2026-03-04"])
    assert town.due(case_no) == "2026-03-09 17:30"


def test_a_second_person_confirms(town: Town) -> None:
    closure_id = declare(town).json["closure_id"]

    own = confirm(town, closure_id, "supervisor.enshi")

    assert (own.status_code, own.json["code"]) == (403, "second_person_needed")
    assert confirm(town, closure_id).status_code == 200
    again = confirm(town, closure_id)
    assert (again.status_code, again.json["code"]) == (409, "closure_state")


def test_another_county_does_not_see_it(town: Town) -> None:
    closure_id = declare(town).json["closure_id"]
    headers = town.token("supervisor.lichuan")

    assert confirm(town, closure_id, "supervisor.lichuan").status_code == 404
    assert town.client.get(f"/api/v1/closures/{closure_id}", headers=headers).status_code == 404
    assert town.client.get("/api/v1/closures", headers=headers).json["items"] == []
    assert town.client.get("/api/v1/closures", headers=town.token("supervisor.es")).json["items"][0]["id"] == closure_id


@pytest.mark.parametrize(
    ("login", "changed", "status", "code"),
    [
        ("supervisor.lichuan", {}, 403, "not_permitted"),
        ("window.enshi", {}, 403, "not_permitted"),
        ("supervisor.enshi", {"scope": "street"}, 422, "invalid"),
        ("supervisor.enshi", {"region_code": "422899"}, 422, "closure_scope"),
        ("supervisor.enshi", {"region_code": "422801001"}, 422, "closure_scope"),
        ("supervisor.enshi", {"scope": "office", "department_code": "422801-none"}, 422, "department_unknown"),
        ("supervisor.enshi", {"reason": " "}, 422, "invalid"),
        ("supervisor.enshi", {"document": ""}, 422, "invalid"),
        ("supervisor.enshi", {"to": "2026-03-03T08:00:00+08:00"}, 422, "closure_span"),
        ("supervisor.enshi", {"to": "2028-03-03T08:00:00+08:00"}, 422, "closure_span"),
        ("supervisor.enshi", {"to": "2026-03-03T08:00:00"}, 422, "instant_naive"),
        ("supervisor.enshi", {"from": "2026-02-24T08:00:00+08:00"}, 422, "closure_late"),
        ("supervisor.enshi", {"declared_by": "me"}, 422, "invalid"),
    ],
)
def test_a_faulty_declaration_is_refused(
    shared_town: Town, login: str, changed: dict[str, object], status: int, code: str
) -> None:
    answer = declare(shared_town, login, **changed)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["detail"]


@pytest.mark.parametrize(("minute", "status"), [(30, 201), (31, 422)])
def test_it_may_be_declared_until_the_close_of_the_third_working_day(town: Town, minute: int, status: int) -> None:
    town.at(2026, 3, 6, 17, minute)

    assert declare(town).status_code == status


def test_a_closure_inside_opening_hours_costs_no_day(town: Town) -> None:
    case_no = town.accepted()

    found = closed(town, **{"from": "2026-03-03T09:00:00+08:00", "to": "2026-03-03T17:30:00+08:00"})

    assert town.due(case_no) == "2026-03-09 17:30"
    assert found["state"] == "confirmed"


def test_an_office_is_closed_alone(town: Town) -> None:
    market, other = town.accepted(), town.accepted("restaurant-fire")
    before = town.due(other)

    closed(town, scope="office", department_code="422801-scjg")

    assert (town.due(market), town.due(other)) == ("2026-03-11 17:30", before)


def test_the_whole_prefecture_beats_a_make_up_day_of_a_county(town: Town) -> None:
    case_no = town.accepted()
    town.load("422801", document="文1", days=[{"on": "2026-03-03", "kind": "work"}])

    closed(town, "supervisor.es", region_code="422800")

    assert town.due(case_no) == "2026-03-11 17:30"


def test_the_ledger_says_why(town: Town) -> None:
    case_no = town.accepted()
    closed(town)

    clocks = town.client.get(f"/api/v1/cases/{case_no}/clock", headers=town.token("supervisor.enshi")).json["clocks"]

    said = [item for clock in clocks for item in clock["explanation"] if "恩市政办〔2026〕3号" in item["zh"]]
    assert "停止办公" in said[0]["zh"]
    assert "closed from 2026-03-03 08:00 to 2026-03-05 08:00" in said[0]["en"]
    (entry,) = town.entries(case_no)
    assert (entry.reason, entry.document_no) == ("暴雨内涝", "恩市政办〔2026〕3号")


def test_an_approval_by_default_is_blocked_from_the_start_of_the_closure(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    closure_id = closed(town, **{"from": "2026-03-03T12:00:00+08:00", "to": "2026-03-03T17:00:00+08:00"})["id"]
    assert town.due(case_no) == "2026-03-03 17:30"

    town.at(2026, 3, 3, 17, 40)
    town.tick()

    assert town.case(case_no).state == "accepted"
    row = town.row(case_no, "deemed")
    assert (row.state, row.last_error) == (6, "closure")
    found = town.client.get(f"/api/v1/closures/{closure_id}", headers=town.token("supervisor.enshi")).json
    assert [(item["case_no"], item["state"], item["guards"]) for item in found["approvals"]] == [
        (case_no, "blocked", ["closure"])
    ]


def test_a_late_closure_revives_no_expired_clock_and_lists_what_was_approved(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    town.at(2026, 3, 3, 17, 40)
    town.tick()
    assert town.case(case_no).state == "deemed"
    town.at(2026, 3, 4, 10, 0)

    found = closed(town)

    assert town.case(case_no).state == "deemed"
    assert [(item["case_no"], item["state"]) for item in found["approvals"]] == [(case_no, "approved")]


def test_an_expired_clock_is_reported_and_left(town: Town) -> None:
    case_no = town.accepted("startup-reg")
    town.at(2026, 3, 4, 10, 0)

    found = closed(town)

    report = town.client.get(f"/api/v1/calendar-loads/{found['load_id']}", headers=town.token("supervisor.es")).json
    assert town.due(case_no) == "2026-03-03 17:30"
    assert {item["clock"]: item["outcome"] for item in report["items"]}["promised"] == "past_due"


def test_cards_about_an_instant_inside_the_closure_are_taken_back(town: Town) -> None:
    inside, outside = town.accepted("startup-reg"), town.accepted()
    town.at(2026, 3, 3, 17, 45)
    with town.container.context.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(warning_card)) == 0
    fire_due_deadlines(town.container.context, Lane.NOTICE, limit=50)
    town.at(2026, 3, 4, 10, 0)
    fire_due_deadlines(town.container.context, Lane.NOTICE, limit=50)
    before = cards_of(town, inside)
    assert before
    assert {state for state, _by in before} == {"issued"}

    closed(town)

    confirmed_by = f"staff:{town.person('duty.es').staff_id}"
    assert set(cards_of(town, inside)) == {("revoked", confirmed_by)}
    assert all(state == "issued" for state, _by in cards_of(town, outside))
    with town.container.context.database.read() as connection:
        assert count_broken_chains(connection) == 0


def cards_of(town: Town, case_no: str) -> list[tuple[str, str | None]]:
    """Return state and decider of the cards of a case about its promise."""
    with town.container.context.database.read() as connection:
        query = sa.select(warning_card.c.state, warning_card.c.decided_by).where(
            warning_card.c.case_id == town.case_id(case_no), warning_card.c.clock == "promised"
        )
        return [(row.state, row.decided_by) for row in connection.execute(query)]
