"""External tasks through the doors: programs fetch and report over HTTP, people see on pages what a case waits for."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.domain.external_task import Failure
from tests.external_work import INTEGRATOR, MATTER, TOPIC, complete, fail, fetch
from tests.web.api_world import SUPERVISOR, WINDOW, Body, Call, call, done, refused, site
from tests.web.conftest import World, csrf_of

__all__ = ["call", "site"]
FETCH = "/external-tasks/fetch"
ASKED: Body = {"worker_id": "w", "topics": [TOPIC], "limit": 5}


def fetched(call: Call) -> Body:
    (task,) = done(call(INTEGRATOR).post(FETCH, ASKED))["items"]
    found: Body = task
    return found


def test_program_fetches_completes_and_may_repeat_itself(call: Call, world: World) -> None:
    case_no = world.apply(MATTER)
    task = fetched(call)
    body = {"worker_id": "w", "lease": task["lease"], "variables": {"register_status": "open"}}

    first = done(call(INTEGRATOR).post(f"/external-tasks/{task['id']}/complete", body))
    again = done(call(INTEGRATOR).post(f"/external-tasks/{task['id']}/complete", body))

    assert set(task) == {"id", "topic", "lease", "leased_until", "opened_at", "retries", "variables"}
    assert first == again == {"id": task["id"], "state": "completed", "retrying": []}
    assert [row["element"] for row in call(SUPERVISOR).case(case_no)["tasks"] if row["state"] == "open"] == ["handle"]
    assert done(call(INTEGRATOR).post(FETCH, ASKED))["items"] == []


def test_named_request_is_answered_again_also_when_the_task_is_gone(call: Call, world: World) -> None:
    world.apply(MATTER)
    task = fetched(call)
    path, body = f"/external-tasks/{task['id']}/failure", {"worker_id": "w", "lease": 1, "message": "无此企业"}
    named = {**body, "error_code": "not_registered"}

    first = done(call(INTEGRATOR).post(path, named, Idempotency_Key="k1"))
    again = done(call(INTEGRATOR).post(path, named, Idempotency_Key="k1"))

    assert first == again == {"id": task["id"], "state": "caught", "retries": 0, "next_at": None}
    refused(call(INTEGRATOR).post(path, body, Idempotency_Key="k2"), 409, "task_closed")


def test_refusals_name_what_is_wrong(call: Call, world: World) -> None:
    world.apply(MATTER)
    task = fetched(call)
    path, program = f"/external-tasks/{task['id']}/complete", call(INTEGRATOR)

    assert refused(call(WINDOW).post(FETCH, ASKED), 403, "not_permitted")
    unknown = refused(program.post(FETCH, {**ASKED, "topics": ["weather"]}), 422, "topic_unknown")
    assert unknown["errors"][0]["pointer"] == "/topics/0"
    for wrong in ({"limit": 101}, {"lease_s": 61}, {"wait_s": 5}, {"topics": []}):
        refused(program.post(FETCH, {**ASKED, **wrong}), 422, "invalid")
    refused(program.post(path, {"worker_id": "w", "lease": 2}), 409, "lease_lost")
    faults = refused(program.post(path, {"worker_id": "w", "lease": 1, "variables": {"x": 1}}), 422, "invalid")
    assert [item["pointer"] for item in faults["errors"]] == ["/variables/x", "/variables/register_status"]
    assert all(item["detail"] for item in faults["errors"])
    refused(call(WINDOW).post(path, {"worker_id": "w", "lease": 1}), 409, "task_closed")
    refused(program.post("/external-tasks/7/complete", {"worker_id": "w", "lease": 1}), 409, "task_closed")


def test_case_page_says_what_it_waits_for_and_why_it_failed(world: World, browse: Callable[[str], FlaskClient]) -> None:
    case_no = world.apply(MATTER)
    waiting = browse(SUPERVISOR).get(f"/cases/{case_no}").text
    (task,) = fetch(world)
    held = browse(SUPERVISOR).get(f"/cases/{case_no}").text
    fail(world, task, Failure(message="HTTP 503 <b>"))
    failed = browse(SUPERVISOR).get(f"/cases/{case_no}").text

    assert "市场主体登记核验" in waiting
    assert "尚未领取" in waiting
    assert "已由 register-1 领取" in held
    assert "HTTP 503 &lt;b&gt;" in failed
    assert "还可重试 2 次" in failed
    assert "上次失败" not in browse("applicant1").get(f"/cases/{case_no}").text


@pytest.mark.parametrize("page", ["/board", "case"])
def test_stuck_work_is_tried_again_from_board_and_case(
    world: World, browse: Callable[[str], FlaskClient], page: str
) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)
    fail(world, task, Failure(message="证书过期", retries=0))
    supervisor = browse(SUPERVISOR)
    text = supervisor.get(page if page != "case" else f"/cases/{case_no}").text

    assert "证书过期" in text
    assert "核验市场主体登记" in text
    path = text.partition('action="/board/incidents/')[2].partition('"')[0]
    supervisor.post(f"/board/incidents/{path}", data={"csrf_token": csrf_of(supervisor)})

    (again,) = fetch(world)
    complete(world, again)
    assert "证书过期" not in supervisor.get(f"/cases/{case_no}").text
