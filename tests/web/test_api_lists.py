"""Lists of the API: pages by keyset, and nobody sees what is not theirs."""

import pytest

from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import fire_due_deadlines
from tests.web.api_world import (
    ALL_MEMBERS,
    APPLICANT,
    DECIDER,
    FOREIGN,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    Call,
    Caller,
    call,
    case_numbers,
    done,
    refused,
    site,
)
from tests.web.conftest import World

__all__ = ["call", "site"]
LISTS = ("/cases", "/tasks?queue=group", "/tasks?queue=department")


def walk(caller: Caller, path: str, **query: object) -> list[str]:
    """Every case number of a list, page by page."""
    numbers: list[str] = []
    cursor = None
    while True:
        page = done(caller.get(path, limit=2, **({"cursor": cursor} if cursor else {}), **query))
        assert len(page["items"]) <= 2
        numbers += case_numbers(page)
        cursor = page["next_cursor"]
        if cursor is None:
            return numbers


@pytest.mark.parametrize("path", ["/cases", "/tasks"])
def test_pages_give_every_row_once(call: Call, path: str) -> None:
    numbers = {str(call(APPLICANT).apply()["case_no"]) for _ in range(5)}

    found = walk(call(WINDOW), path)

    assert (len(found), set(found)) == (5, numbers)


def test_a_cursor_serves_its_reader_and_its_list_alone(call: Call) -> None:
    for _ in range(3):
        call(APPLICANT).apply()
    cursor = str(done(call(WINDOW).get("/cases", limit=2))["next_cursor"])
    swapped = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")

    refused(call(SUPERVISOR).get("/cases", cursor=cursor), 422, "cursor_unknown")
    refused(call(WINDOW).get("/tasks", cursor=cursor), 422, "cursor_unknown")
    refused(call(WINDOW).get("/cases", cursor=swapped), 422, "cursor_unknown")
    refused(call(WINDOW).get("/cases", cursor="?"), 422, "cursor_unknown")
    done(call(WINDOW).get("/cases", cursor=cursor))


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_that_is_none_is_refused(call: Call, limit: str) -> None:
    problem = refused(call(WINDOW).get("/cases", limit=limit), 422, "invalid")

    assert problem["errors"][0]["pointer"] == "/limit"


def test_four_people_see_what_is_theirs(call: Call) -> None:
    number = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(number, "check", "accept")
    call(REVIEWER).do(number, "review", "pass", opinion="同意")

    seen = {
        (login, path): number in case_numbers(done(call(login).get(path)))
        for login in (WINDOW, DECIDER, SUPERVISOR, FOREIGN, APPLICANT)
        for path in LISTS
    }

    assert {login for login, path in seen if path == "/cases" and seen[login, path]} == {
        WINDOW,
        DECIDER,
        SUPERVISOR,
        APPLICANT,
    }
    assert {login for login, path in seen if path != "/cases" and seen[login, path]} == {DECIDER}
    refused(call(FOREIGN).get(f"/cases/{number}"), 404, "case_unknown")
    for part in ("clock", "events", "materials", "cards", "documents", "deliveries", "decision", "diagram"):
        refused(call(FOREIGN).get(f"/cases/{number}/{part}"), 404, "case_unknown")
    task_id = call(DECIDER).task(number, "decide")["id"]
    refused(call(FOREIGN).get(f"/tasks/{task_id}"), 404, "task_unknown")
    refused(call(FOREIGN).post(f"/tasks/{task_id}/claim"), 404, "task_unknown")


def test_supervision_is_for_who_watches(call: Call) -> None:
    for path in ("/supervision/summary", "/supervision/cases"):
        done(call(SUPERVISOR).get(path))
        for login in (WINDOW, REVIEWER, APPLICANT):
            refused(call(login).get(path), 403, "not_permitted")


def test_members_stand_under_their_joint_case(call: Call) -> None:
    joint = str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])
    call(WINDOW).do(joint, "check", "accept")
    member = call(APPLICANT).case(joint)["members"][0]["case_no"]
    clerk = call(WINDOW)

    assert case_numbers(done(clerk.get("/cases"))) == [joint]
    assert member in case_numbers(done(clerk.get("/cases", members="true")))
    assert case_numbers(done(clerk.get("/cases", q=member))) == [member]


def test_a_member_is_listed_for_who_may_not_see_its_joint_case(call: Call) -> None:
    joint = str(call(APPLICANT).apply_theme(**ALL_MEMBERS)["case_no"])
    call(WINDOW).do(joint, "check", "accept")
    call(REVIEWER).complete(call(APPLICANT).case(joint)["members"][0]["case_no"], "review", "pass", opinion="同意")

    seen = {item["kind"] for item in done(call("ga1.enshi").get("/cases"))["items"]}

    assert seen <= {"member"}


def test_cases_of_the_board_are_ordered_by_their_due_instant(call: Call, world: World) -> None:
    numbers = []
    for day in (2, 4, 3):
        world.at(2026, 3, day, 9, 0)
        number = str(call(APPLICANT).apply()["case_no"])
        call(WINDOW).do(number, "check", "accept")
        numbers.append(number)
    world.at(2026, 3, 20, 9, 0)

    found = walk(call(SUPERVISOR), "/supervision/cases", state="overdue")

    assert found == [numbers[0], numbers[2], numbers[1]]


@pytest.mark.parametrize("state", ["overdue", "due_soon", "paused", "to_be_deemed", "blocked"])
def test_every_list_of_the_board_has_as_many_cases_as_its_figure(call: Call, world: World, state: str) -> None:
    stop = {"ground": "hearing", "document_no": "恩听1号", "expected_days": 2}
    for moment, is_stopped, is_decided in (((2, 9), False, False), ((4, 9), True, False), ((5, 9), False, True)):
        world.at(2026, 3, *moment, 0)
        number = str(call(APPLICANT).apply()["case_no"])
        call(WINDOW).do(number, "check", "accept")
        if is_stopped:
            done(call(REVIEWER).post(f"/cases/{number}/suspensions", stop), 201)
        if is_decided:
            call(REVIEWER).do(number, "review", "pass", opinion="同意")
            call(DECIDER).do(number, "decide", "approve")
    world.at(2026, 3, 9, 9, 0)
    fire_due_deadlines(world.container.context, Lane.NOTICE, limit=50)

    figures = done(call(SUPERVISOR).get("/supervision/summary"))["items"]
    listed = walk(call(SUPERVISOR), "/supervision/cases", state=state)

    assert len(listed) == len(set(listed)) == sum(item[state] for item in figures)
    world.at(2026, 3, 16, 9, 0)
    later = done(call(SUPERVISOR).get("/supervision/summary"))["items"]
    assert sum(item["overdue"] for item in later) == 1
