"""What comes after a completion, and the form a task was opened with."""

import shutil
from pathlib import Path

import orjson
import pytest

from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from tests.web.api_world import APPLICANT, REVIEWER, SECOND, WINDOW, Call, call, done, refused, site
from tests.web.conftest import World

__all__ = ["call", "site"]


@pytest.fixture
def numbers(call: Call) -> list[str]:
    found = [str(call(APPLICANT).apply()["case_no"]) for _ in range(3)]
    for number in found:
        call(WINDOW).do(number, "check", "accept")
    return found


def test_a_completion_suggests_the_next_task(call: Call, numbers: list[str]) -> None:
    answer = call(REVIEWER).do(numbers[0], "review", "pass", opinion="同意")

    assert (answer["next"]["case_no"], answer["next"]["state"]) == (numbers[1], "open")


def test_a_completion_leaves_the_next_task_out(call: Call, numbers: list[str]) -> None:
    answer = call(REVIEWER).do(numbers[0], "review", "pass", query="?next=none", opinion="同意")

    assert "next" not in answer


def test_a_completion_claims_the_next_task(call: Call, numbers: list[str], world: World) -> None:
    reviewer, second = call(REVIEWER), call(SECOND)

    first = reviewer.do(numbers[0], "review", "pass", query="?next=claim", opinion="同意")
    other = second.do(numbers[2], "review", "pass", query="?next=claim", opinion="同意")

    assert (first["next"]["case_no"], first["next"]["state"]) == (numbers[1], "claimed")
    assert first["next"]["assignee_id"] == str(world.person(REVIEWER).staff_id)
    assert other["next"] is None
    assert done(reviewer.get(f"/cases/{numbers[1]}/events"))["items"][-1]["kind"] == "task_claimed"


def test_who_holds_a_task_claims_no_other(call: Call, numbers: list[str]) -> None:
    reviewer = call(REVIEWER)
    done(reviewer.post(f"/tasks/{reviewer.task(numbers[2], 'review')['id']}/claim"))

    answer = reviewer.do(numbers[0], "review", "pass", query="?next=claim", opinion="同意")

    assert answer["next"]["case_no"] == numbers[2]
    assert reviewer.task(numbers[1], "review")["state"] == "open"


def test_a_repeated_completion_claims_nothing_more(call: Call, numbers: list[str]) -> None:
    reviewer = call(REVIEWER)
    path = f"/tasks/{reviewer.task(numbers[0], 'review')['id']}/completion?next=claim"
    body = {"outcome": "pass", "data": {"opinion": "同意"}}

    first = done(reviewer.post(path, body, If_Match='"0"', Idempotency_Key="n1"))
    reviewer.do(numbers[1], "review", "pass", query="?next=none", opinion="同意")
    again = done(reviewer.post(path, body, If_Match='"0"', Idempotency_Key="n1"))

    assert first["next"]["state"] == "claimed"
    assert again["task"] == first["task"]
    assert reviewer.task(numbers[2], "review")["state"] == "open"


def test_a_refused_completion_claims_nothing(call: Call, numbers: list[str]) -> None:
    refused(call(REVIEWER).complete(numbers[0], "review", "pass", query="?next=claim"), 422, "invalid")

    assert {call(REVIEWER).task(number, "review")["state"] for number in numbers} == {"open"}


def test_a_task_keeps_the_form_it_was_opened_with(call: Call, world: World, numbers: list[str], tmp_path: Path) -> None:
    old, reviewer = numbers[0], call(REVIEWER)
    deploy_changed_review(world, tmp_path)
    new = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(new, "check", "accept")

    shown = {number: task_form(call, number) for number in (old, new)}
    reviewer.do(old, "review", "pass", opinion="同意")
    problem = refused(reviewer.complete(new, "review", "pass", opinion="同意"), 422, "invalid")

    assert "site_no" not in shown[old]
    assert "site_no" in shown[new]
    assert problem["errors"][0]["pointer"] == "/site_no"
    reviewer.do(new, "review", "pass", opinion="同意", site_no="1号")


def task_form(call: Call, case_no: str) -> list[str]:
    task_id = call(REVIEWER).task(case_no, "review")["id"]
    return [field["key"] for field in done(call(REVIEWER).get(f"/tasks/{task_id}"))["form"]["components"]]


def deploy_changed_review(world: World, folder: Path) -> None:
    """Deploy the rules again, with one more required field on the review."""
    settings = world.container.settings
    rules = folder / "rules"
    shutil.copytree(settings.rules_dir, rules)
    file = rules / "forms" / "review_with_special.json"
    form = orjson.loads(file.read_bytes())
    form["components"].append({"type": "textfield", "key": "site_no", "label": "编号", "validate": {"required": True}})
    file.write_bytes(orjson.dumps(form))
    deploy_rules(
        world.container.context, bpmn_dir=settings.bpmn_dir, rules_dir=rules, actor=system_actor("command_line")
    )
