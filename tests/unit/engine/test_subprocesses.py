"""Embedded sub-processes and called processes."""

import pytest

from app.domain.errors import DiagramRefused
from app.engine.faults import LoopLimit
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import (
    boundary,
    chain,
    end,
    ends,
    flow,
    gateway,
    message,
    node,
    process,
    start,
    timer,
    user,
    users,
)

CALLED = process(start("cs") + user("inside") + end("ce") + chain("cs", "inside", "ce"), "Q")
HANDLING = (
    start("hs")
    + users("review", "decide")
    + end("he")
    + node("exclusiveGateway", "returned", default="no")
    + gateway("exclusive", "again")
    + chain("hs", "again", "review", "decide", "returned")
    + flow("returned", "again", 'outcomes.decide = "return"')
    + flow("returned", "he", flow_id="no")
)
CASE = (
    start()
    + node("subProcess", "handling", HANDLING)
    + users("file", "deliver")
    + ends("end", "e2")
    + boundary("deemed", "handling", timer("deemed"))
    + chain("start", "handling", "deliver", "end")
    + chain("deemed", "file", "e2")
)


def test_subprocess_runs_and_the_case_goes_on_after_it(run: Run) -> None:
    host = run(CASE)

    assert host.open == ["review"]
    assert host.done("review").open == ["decide"]
    assert host.done("decide", outcome="return").open == ["review"]
    assert host.done("review").done("decide", outcome="approve").open == ["deliver"]
    assert (host.armed, host.done("deliver").ended) == ([], True)


def test_interrupting_event_ends_everything_inside(run: Run) -> None:
    host = run(CASE).done("review").fire("deemed")

    assert (host.open, host.armed) == (["file"], [])
    assert host.done("file").ended


def test_subprocess_sees_and_writes_the_variables_of_the_case(run: Run) -> None:
    host = run(CASE, {"amount": 1}).done("review", amount=2)

    assert host.variables["amount"] == 2


def test_terminate_inside_ends_the_subprocess_only(run: Run) -> None:
    inner = (
        start("s")
        + gateway("parallel", "f")
        + users("a", "b")
        + end("e")
        + end("stop", "<terminateEventDefinition/>")
        + chain("s", "f", "a", "e")
        + chain("f", "b", "stop")
    )
    host = run(
        start() + node("subProcess", "room", inner) + user("after") + end() + chain("start", "room", "after", "end")
    )

    assert host.done("b").open == ["after"]
    assert host.done("after").ended


def test_empty_way_through_a_subprocess_goes_on_at_once(run: Run) -> None:
    inner = start("s") + end("e") + chain("s", "e")
    host = run(
        start() + node("subProcess", "room", inner) + user("after") + end() + chain("start", "room", "after", "end")
    )

    assert host.open == ["after"]


def test_message_ends_nested_subprocesses_at_once(run: Run) -> None:
    deepest = start("s2") + user("work") + end("e2") + chain("s2", "work", "e2")
    inner = start("s1") + node("subProcess", "room2", deepest) + end("e1") + chain("s1", "room2", "e1")
    body = (
        start()
        + node("subProcess", "room1", inner)
        + user("close")
        + end()
        + boundary("withdraw", "room1", message())
        + chain("start", "room1", "end")
        + chain("withdraw", "close", "end")
    )
    host = run(body).tell("withdraw")

    assert (host.open, len(host.instance.workflow.subprocesses)) == (["close"], 0)
    assert host.done("close").ended


def test_process_called_twice_at_once_runs_twice(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "f", "j")
        + node("callActivity", "c1", calledElement="Q")
        + node("callActivity", "c2", calledElement="Q")
        + user("after")
        + end()
        + chain("start", "f", "c1", "j", "after", "end")
        + chain("f", "c2", "j")
    )
    host = run(body, around=(CALLED,))

    assert host.open == ["inside", "inside"]
    assert host.done("inside").open == ["inside"]
    assert host.done("inside").open == ["after"]


def test_process_that_calls_itself_without_end_is_stopped(run: Run) -> None:
    body = start() + node("callActivity", "c", calledElement="P") + end() + chain("start", "c", "end")

    with pytest.raises(LoopLimit) as refused:
        run(body)

    assert refused.value.code == "nesting_limit"


def test_call_of_an_unknown_process_is_refused_at_parsing(run: Run) -> None:
    with pytest.raises(DiagramRefused) as refused:
        run(start() + node("callActivity", "c", calledElement="nobody") + end() + chain("start", "c", "end"))

    assert refused.value.facts == {"reason": "process_unknown", "process": "nobody"}


def test_lane_of_an_activity_is_the_lane_of_what_is_inside(run: Run) -> None:
    lanes = '<laneSet id="ls"><lane id="l" name="窗口"><flowNodeRef>handling</flowNodeRef></lane></laneSet>'

    assert run(lanes + CASE).task("review").lane == "窗口"
