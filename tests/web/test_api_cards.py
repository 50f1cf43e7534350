"""Cards over HTTP: lists, filters and pages, the acts of each role, what is refused, and what an applicant sees."""

from typing import Any

import pytest

from tests.card_desk import YELLOW, accepted, run_timer
from tests.web.api_world import (
    APPLICANT,
    DECIDER,
    FOREIGN,
    HEAD,
    REVIEWER,
    SECOND,
    SUPERVISOR,
    Call,
    call,
    done,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]
# Half of the limit of a case accepted at YELLOW is used.
LATER = (2026, 3, 10, 11, 0)
SAID = {"text": "材料多,已加快办理"}
APPEAL = {"ground": "wrong_calendar", "text": "当天停止办公"}
FIELDS = {"supervision_no", "rule_no", "warning_type", "content", "item_type", "department", "state_at", "handler"}


@pytest.fixture
def case_no(world: World) -> str:
    number = accepted(world, claimed_by=REVIEWER)
    run_timer(world, *YELLOW)
    return number


def only(call: Call, case_no: str, login: str = SUPERVISOR) -> dict[str, Any]:
    (card,) = done(call(login).get(f"/cases/{case_no}/cards"))["items"]
    return dict(card)


def act(call: Call, login: str, card: dict[str, Any], name: str, body: object = None, **headers: str) -> Any:
    return call(login).post(f"/cards/{card['id']}/{name}", body, **headers)


def test_card_has_the_fields_of_the_standard_in_both_languages(call: Call, case_no: str) -> None:
    card = only(call, case_no)

    assert card.keys() >= FIELDS
    assert (card["colour"], card["warning_type"], card["case_no"]) == ("yellow", "1", case_no)
    assert "承诺时限" in card["content"]["zh"]
    assert "Promised" in card["content"]["en"]
    answer = call(SUPERVISOR).get(f"/cards/{card['id']}")
    assert done(answer) == card
    assert answer.headers["ETag"] == '"0"'


def test_card_goes_through_its_life(call: Call, case_no: str) -> None:
    card = only(call, case_no)

    states = [
        done(act(call, login, card, name, body))["card"]["state"]
        for login, name, body in (
            (REVIEWER, "acknowledgement", None),
            (REVIEWER, "explanation", SAID),
            (HEAD, "appeal", APPEAL),
            (SUPERVISOR, "decision", {"outcome": "upheld", "reason": "日历无误"}),
            (SUPERVISOR, "cancellation", {"reason": "复查后撤销"}),
        )
    ]

    assert states == ["acknowledged", "explained", "appealed", "upheld", "revoked"]
    after = only(call, case_no)
    assert (after["version"], after["outcome"], after["decision_reason"]) == (5, "revoked", "复查后撤销")


def test_what_does_not_fit_is_refused_with_its_code(call: Call, case_no: str) -> None:
    card = only(call, case_no)

    refused(act(call, REVIEWER, card, "explanation", SAID), 409, "card_state")
    refused(act(call, SECOND, card, "acknowledgement"), 403, "card_of_another")
    refused(act(call, HEAD, card, "cancellation", {"reason": "x"}), 403, "not_permitted")
    refused(act(call, FOREIGN, card, "acknowledgement"), 404, "card_unknown")
    refused(act(call, "supervisor.lichuan", card, "cancellation", {"reason": "x"}), 404, "card_unknown")
    refused(act(call, REVIEWER, card, "acknowledgement", If_Match='"7"'), 412, "stale")
    refused(act(call, SUPERVISOR, card, "cancellation", {"reason": ""}), 422, "invalid")
    refused(act(call, HEAD, card, "appeal", {**APPEAL, "ground": "too_busy"}), 422, "invalid")
    refused(call(SUPERVISOR).get("/cards/1"), 404, "card_unknown")
    refused(call(SUPERVISOR).get("/cards/x"), 422, "id_malformed")


def test_repeated_request_is_answered_once(call: Call, case_no: str) -> None:
    card = only(call, case_no)

    first = done(act(call, REVIEWER, card, "acknowledgement", Idempotency_Key="a1"))
    again = done(act(call, REVIEWER, card, "acknowledgement", Idempotency_Key="a1"))

    assert first == again
    assert only(call, case_no)["version"] == 1


def test_list_is_scoped_filtered_and_paged(call: Call, world: World, case_no: str) -> None:
    other = accepted(world)
    run_timer(world, *LATER)
    supervisor = call(SUPERVISOR)

    every = done(supervisor.get("/cards", limit=200))["items"]
    first = done(supervisor.get("/cards", limit=2))
    second = done(supervisor.get("/cards", limit=200, cursor=first["next_cursor"]))

    assert [card["id"] for card in [*first["items"], *second["items"]]] == [card["id"] for card in every]
    assert second["next_cursor"] is None
    instants = [card["issued_at"] for card in every]
    assert instants == sorted(instants, reverse=True)
    for name, value in (("colour", "overdue"), ("state", "issued"), ("cause", "limit"), ("county", "422801")):
        found = done(supervisor.get("/cards", **{name: value, "limit": 200}))["items"]
        assert found == [card for card in every if card[name] == value]
    department = every[0]["department_id"]
    assert done(supervisor.get("/cards", department=department, limit=200))["items"] == every
    assert done(call("supervisor.lichuan").get("/cards"))["items"] == []
    assert {card["case_no"] for card in every} == {case_no, other}


def test_person_narrows_to_the_cards_of_an_officer_or_those_that_concern_the_caller(
    call: Call, world: World, case_no: str
) -> None:
    accepted(world)
    run_timer(world, *LATER)
    staff_id = world.person(REVIEWER).staff_id

    of_reviewer = done(call(SUPERVISOR).get("/cards", person=staff_id, limit=200))["items"]
    mine = done(call(REVIEWER).get("/cards", person="me", limit=200))["items"]
    of_head = done(call(HEAD).get("/cards", person="me", limit=200))["items"]

    assert {card["handler_id"] for card in of_reviewer} == {str(staff_id)}
    assert mine == of_reviewer
    assert {card["handler_id"] for card in of_head} == {str(staff_id), None}
    assert not [card for card in of_head if card["handler_id"] and card["colour"] == "yellow"]


def test_supervisor_issues_a_card_for_a_breach(call: Call, world: World) -> None:
    case_no = accepted(world, claimed_by=REVIEWER)
    body = {"case_no": case_no, "cause": "wrong_fee", "content": "多收工本费"}

    answer = done(call(SUPERVISOR).post("/cards", body), 201)
    refused(call(SUPERVISOR).post("/cards", body), 409, "card_exists")
    refused(call(HEAD).post("/cards", body), 403, "not_permitted")
    refused(call(SUPERVISOR).post("/cards", {**body, "cause": "limit"}), 422, "invalid")
    refused(call(SUPERVISOR).post("/cards", {**body, "cause": "late_paper", "department_id": "1"}), 422, "invalid")
    refused(call("supervisor.lichuan").post("/cards", body), 404, "case_unknown")

    card = only(call, case_no)
    assert (card["id"], card["supervision_no"]) == (answer["card"]["id"], answer["card"]["supervision_no"])
    assert card["content"] == {"zh": "多收工本费", "en": "多收工本费"}


def test_scores_count_what_was_not_taken_back(call: Call, case_no: str) -> None:
    card = only(call, case_no)
    done(act(call, SUPERVISOR, card, "cancellation", {"reason": "日历有误"}))

    (score,) = done(call(SUPERVISOR).get("/cards/scores"))["items"]

    assert (score["issued"], score["yellow"], score["revoked"]) == (0, 0, 1)
    refused(call(DECIDER).get("/cards/scores"), 403, "not_permitted")


def test_applicant_sees_that_a_card_exists_and_nothing_more(call: Call, case_no: str) -> None:
    (card,) = done(call(APPLICANT).get(f"/cases/{case_no}/cards"))["items"]

    assert set(card) == {"id", "colour", "cause", "clock", "state", "issued_at"}
    refused(call(APPLICANT).get("/cards"), 403, "not_permitted")
    refused(call(APPLICANT).post(f"/cards/{card['id']}/acknowledgement"), 403, "not_permitted")


def test_contract_names_bodies_and_answers(call: Call) -> None:
    paths = done(call(SUPERVISOR).get("/openapi.json"))["paths"]

    for name, schema in (("explanation", "Explanation"), ("appeal", "Appeal"), ("cancellation", "Cancellation")):
        operation = paths[f"/api/v1/cards/{{card_id}}/{name}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        assert (body.rpartition("/")[2], answer.rpartition("/")[2]) == (schema, "CardAnswer")
