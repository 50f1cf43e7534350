"""What a diagram cannot do with a case: nothing is moved, an incident names the place, and a supervisor helps it on."""

from datetime import timedelta

import pytest

from app.engine import steps
from tests.drawing import flow, instances, node, path, step, sub_process, timer
from tests.integration.constructs.conftest import Bench
from tests.web.api_world import SUPERVISOR, WINDOW, Body, done, refused

HOUR = timedelta(hours=1)
NO_WAY = "".join(
    (
        node("exclusiveGateway", "which") + step("a") + step("b") + node("exclusiveGateway", "on"),
        flow("which", "a", 'form.company_type = "A"') + flow("which", "b", 'form.company_type = "B"'),
        path("a", "on") + path("b", "on"),
    )
)
AFTER_A_STEP = step("one") + flow("one", "which") + NO_WAY
AFTER_A_TIMER = (
    node("intermediateCatchEvent", "soon", timer("2H")) + step("one") + path("one", "soon", "which") + NO_WAY
)
MANY = sub_process(
    "many",
    instances('if outcomes.one = "bad" then 500 else 1'),
    "".join(node("exclusiveGateway", f"g{number}") for number in range(5)) + node("endEvent", "many_end"),
    path("many_start", "g0", "g1", "g2", "g3", "g4", "many_end"),
)


def incidents(bench: Bench, case_no: str) -> list[Body]:
    listed = done(bench.call(SUPERVISOR).get("/incidents", limit=200))["items"]
    return [item for item in listed if item["case_no"] == case_no]


def correct(bench: Bench, case_no: str, value: object) -> Body:
    """Let a supervisor correct the kind of company."""
    supervisor = bench.call(SUPERVISOR)
    etag = supervisor.get(f"/cases/{case_no}").headers["ETag"]
    body = {"kind": "correct_variable", "reason": "受理时录错", "variable": "form.company_type", "value": value}
    return done(supervisor.post(f"/cases/{case_no}/interventions", body, If_Match=etag))


def tried(bench: Bench, case_no: str, outcome: str, code: str) -> None:
    """Complete the step, which is refused."""
    task = bench.tasks(case_no, "one")[0]
    sent = {"outcome": outcome, "data": {}}
    path_of_task = f"/tasks/{task['id']}/completion"
    refused(bench.call(WINDOW).post(path_of_task, sent, If_Match=f'"{task["version"]}"'), 422, code)


def test_step_before_a_gateway_without_a_way_stays_and_goes_on_after_a_correction(bench: Bench) -> None:
    case_no = bench.begun(AFTER_A_STEP, first="one", last="on")
    before, known = bench.case(case_no), bench.variables(case_no)

    for _ in range(2):
        tried(bench, case_no, "seen", "no_matching_flow")

    assert bench.case(case_no) == before
    assert (bench.variables(case_no), bench.happened(case_no)) == (known, ["case_received"])
    (found,) = incidents(bench, case_no)
    assert (found["code"], found["element"], found["attempts"]) == ("no_matching_flow", "which", 2)
    correct(bench, case_no, "A")
    bench.do(case_no, "one")
    assert (bench.open(case_no), incidents(bench, case_no)) == (["a"], [])
    bench.do(case_no, "a")
    bench.closes(case_no)


def test_timer_before_a_gateway_without_a_way_is_an_incident_at_once_and_is_tried_again(bench: Bench) -> None:
    case_no = bench.begun(AFTER_A_TIMER, first="one", last="on")
    bench.do(case_no, "one")

    bench.fire(3 * HOUR)

    (found,) = incidents(bench, case_no)
    assert (found["code"], found["element"], found["attempts"]) == ("no_matching_flow", "which", 1)
    assert (bench.open(case_no), bench.stands(case_no)) == ([], ["soon"])
    assert "deadline_fired" not in bench.happened(case_no)
    correct(bench, case_no, "B")
    done(bench.call(SUPERVISOR).post(f"/incidents/{found['id']}/retry"))
    bench.fire(timedelta(seconds=1))
    assert (bench.open(case_no), incidents(bench, case_no)) == (["b"], [])
    bench.do(case_no, "b")
    bench.closes(case_no)


@pytest.mark.parametrize("unit", ["tasks", "seconds"])
def test_move_that_runs_too_long_is_refused_whole(bench: Bench, monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    case_no = bench.begun(step("one") + MANY + path("one", "many"), first="one", last="many")
    before, known = bench.case(case_no), bench.variables(case_no)

    with monkeypatch.context() as patched:
        if unit == "seconds":
            patched.setattr(steps, "MAX_SECONDS", 0.0)
            patched.setattr(steps, "SHORT_SECONDS", 0.0)
        tried(bench, case_no, "bad" if unit == "tasks" else "seen", "loop_limit")

    assert bench.case(case_no) == before
    assert (bench.variables(case_no), bench.happened(case_no)) == (known, ["case_received"])
    (found,) = incidents(bench, case_no)
    assert (found["code"], unit in found["error"]) == ("loop_limit", True)
    bench.do(case_no, "one")
    assert (bench.open(case_no), incidents(bench, case_no)) == (["handle"], [])
    bench.closes(case_no)
