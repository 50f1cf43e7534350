"""Deadlines, messages, signals and conditions: armed by the diagram, fired by the host."""

import pytest

from app.domain.errors import Conflict
from app.domain.moves import FireDeadline
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import (
    boundary,
    chain,
    condition,
    end,
    ends,
    gateway,
    instances,
    message,
    node,
    start,
    timer,
    trigger,
    user,
    users,
)

SIGNAL = '<signal id="S" name="stop all"/>'
REVIEW = (
    start()
    + users("review", "deemed", "remind")
    + ends("end", "e2", "e3")
    + chain("start", "review", "end")
    + boundary("red", "review", timer("promised"))
    + boundary("yellow", "review", timer("promised 50%"), interrupting=False)
    + chain("red", "deemed", "e2")
    + chain("yellow", "remind", "e3")
)


def catch(node_id: str, inner: str, **attributes: str) -> str:
    return node("intermediateCatchEvent", node_id, inner, **attributes)


def test_boundary_deadlines_are_armed_with_their_activity(run: Run) -> None:
    host = run(REVIEW)

    armed = [(wait.key, wait.kind, wait.expression, wait.attached_to, wait.interrupting) for wait in host.now.waits]
    assert armed == [
        ("red", "deadline", "promised", "review", True),
        ("yellow", "deadline", "promised 50%", "review", False),
    ]


def test_non_interrupting_deadline_runs_beside_the_activity(run: Run) -> None:
    host = run(REVIEW).fire("yellow")

    assert (host.open, host.armed) == (["review", "remind"], ["red"])
    assert host.done("review").open == ["remind"]
    assert host.done("remind").ended


def test_interrupting_deadline_takes_the_activity_away(run: Run) -> None:
    host = run(REVIEW).fire("yellow").fire("red")

    assert (sorted(host.open), host.armed) == (["deemed", "remind"], [])
    assert host.done("remind", "deemed").ended


def test_deadline_is_disarmed_when_its_activity_completes(run: Run) -> None:
    host = run(REVIEW).done("review")

    assert (host.armed, host.ended) == ([], True)


def test_late_fire_is_refused_and_harmless(run: Run) -> None:
    body = (
        start()
        + users("review", "after")
        + ends("end", "e2")
        + chain("start", "review", "after", "end")
        + boundary("red", "review", timer("5WD"))
        + chain("red", "e2")
    )
    host = run(body)
    late = FireDeadline(task_id=host.wait("red").task_id, key="red")
    host.done("review")

    with pytest.raises(Conflict) as refused:
        host.apply(late)

    assert refused.value.code == "wait_not_open"
    assert host.done("after").ended


def test_task_id_of_a_wait_stays_the_same_while_it_is_open(run: Run) -> None:
    host = run(REVIEW)
    before = host.wait("red").task_id

    assert host.fire("yellow").wait("red").task_id == before


@pytest.mark.parametrize(("text", "times"), [("R3/1D", 3), ("R1/1D", 1)])
def test_cycle_is_armed_as_often_as_it_says(run: Run, text: str, times: int) -> None:
    body = (
        start()
        + users("review", "urge")
        + ends("end", "e2")
        + chain("start", "review", "end")
        + boundary("daily", "review", timer(text, "timeCycle"), interrupting=False)
        + chain("daily", "urge", "e2")
    )
    host = run(body)

    assert host.wait("daily").expression == "1D"
    fired = 0
    while host.armed:
        host.fire("daily")
        fired += 1

    assert (fired, host.open) == (times, ["review"] + ["urge"] * times)


def test_intermediate_deadline_holds_the_case_until_it_fires(run: Run) -> None:
    host = run(
        start()
        + catch("publicity", timer("=days"))
        + user("decide")
        + end()
        + chain("start", "publicity", "decide", "end")
    )

    assert (host.open, host.wait("publicity").expression) == ([], "=days")
    assert host.fire("publicity").open == ["decide"]


def test_message_boundary_may_be_told_again_while_the_activity_is_open(run: Run) -> None:
    body = (
        start()
        + users("review", "read")
        + ends("end", "e2")
        + chain("start", "review", "end")
        + boundary("letter", "review", message(), interrupting=False)
        + chain("letter", "read", "e2")
    )
    host = run(body)

    first = host.wait("letter").task_id
    host.tell("letter", pages=1)
    second = host.wait("letter").task_id
    host.tell("letter", pages=2)

    assert first != second
    assert (host.open, host.variables["messages"]) == (["review", "read", "read"], {"letter": {"pages": 2}})
    assert host.done("review").armed == []


def test_receive_task_waits_for_its_message(run: Run) -> None:
    body = start() + node("receiveTask", "answer", messageRef="M") + end() + chain("start", "answer", "end")
    host = run(body, around=('<message id="M" name="补正"/>',))

    assert (host.wait("answer").kind, host.wait("answer").name) == ("message", "补正")
    assert host.tell("answer").ended


def test_thrown_signal_is_heard_here_and_told_to_the_host(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork")
        + users("a", "b", "after")
        + ends("end", "e2", "e3")
        + node("intermediateThrowEvent", "shout", trigger("signal", "S"))
        + boundary("heard", "b", trigger("signal", "S"))
        + chain("heard", "after", "e3")
        + chain("start", "fork", "a", "shout", "end")
        + chain("fork", "b", "e2")
    )
    host = run(body, around=(SIGNAL,)).done("a")

    assert [(thrown.kind, thrown.name) for thrown in host.now.thrown] == [("signal", "stop all")]
    assert host.open == ["after"]


def test_signal_from_outside_reaches_a_wait(run: Run) -> None:
    host = run(
        start() + catch("heard", trigger("signal", "S")) + end() + chain("start", "heard", "end"), around=(SIGNAL,)
    )

    assert (host.wait("heard").kind, host.wait("heard").name) == ("signal", "stop all")
    assert host.tell("heard").ended


def test_condition_is_looked_at_when_a_variable_changes_anywhere(run: Run) -> None:
    inner = start("s") + user("measure") + end("e") + chain("s", "measure", "e")
    body = (
        start()
        + gateway("parallel", "fork")
        + node("subProcess", "room", inner)
        + catch("hot", condition("degrees = 40"))
        + user("alarm")
        + ends("end", "e2")
        + chain("start", "fork", "room", "end")
        + chain("fork", "hot", "alarm", "e2")
    )
    host = run(body, {"degrees": 20})

    assert (host.open, host.now.waits[0].kind) == (["measure"], "condition")
    assert host.done("measure", degrees=40).open == ["alarm"]


def test_condition_that_holds_already_does_not_wait(run: Run) -> None:
    body = (
        start()
        + catch("hot", condition("degrees = 40"))
        + user("alarm")
        + end()
        + chain("start", "hot", "alarm", "end")
    )

    assert run(body, {"degrees": 40}).open == ["alarm"]


def test_non_interrupting_condition_happens_once(run: Run) -> None:
    body = (
        start()
        + users("review", "note")
        + ends("end", "e2")
        + chain("start", "review", "end")
        + boundary("big", "review", condition("big"), interrupting=False)
        + chain("big", "note", "e2")
    )
    host = run(body, {"big": True})

    assert sorted(host.open) == ["note", "review"]
    assert host.armed == []


def test_deadline_inside_each_instance_is_told_apart_by_its_locals(run: Run) -> None:
    inner = (
        start("s")
        + users("opinion", "chase")
        + ends("e", "e2")
        + chain("s", "opinion", "e")
        + boundary("slow", "opinion", timer("2WD"), interrupting=False)
        + chain("slow", "chase", "e2")
    )
    body = (
        start()
        + node("subProcess", "ask", instances("offices", item="office") + inner)
        + user("go_on")
        + end()
        + boundary("stop", "ask", timer("5WD"))
        + chain("start", "ask", "go_on", "end")
        + chain("stop", "go_on")
    )
    host = run(body, {"offices": ["fire", "health"]})

    assert [(wait.key, wait.locals) for wait in host.now.waits] == [
        ("stop", {}),
        ("slow", {"office": "fire"}),
        ("slow", {"office": "health"}),
    ]
    host.fire("slow", office="health")
    assert [(task.element, task.locals["office"]) for task in host.now.open_tasks] == [
        ("opinion", "fire"),
        ("opinion", "health"),
        ("chase", "health"),
    ]
    assert (host.fire("stop").open, host.armed) == (["go_on"], [])


def test_two_interrupting_deadlines_on_one_task_do_not_mix(run: Run) -> None:
    body = (
        start()
        + users("review", "a", "b")
        + ends("end", "e2", "e3")
        + chain("start", "review", "end")
        + boundary("first", "review", timer("3WD"))
        + boundary("second", "review", timer("5WD"))
        + chain("first", "a", "e2")
        + chain("second", "b", "e3")
    )

    assert run(body).fire("second").open == ["b"]
    assert run(body).fire("first").open == ["a"]
