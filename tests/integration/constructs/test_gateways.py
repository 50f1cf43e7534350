"""Gateways of a deployed diagram in a running case: which tasks open, what joins, and that no update is lost."""

from datetime import timedelta

import pytest

from app.operations.complete_task import complete_task
from tests.drawing import flow, node, path, step, timer, trigger
from tests.integration.constructs.conftest import Bench
from tests.racing import race, refusals
from tests.web.api_world import WINDOW

HOUR = timedelta(hours=1)
OPINION = 'lb:form="review"'
CHOSEN = "".join(
    (
        step("one") + step("two") + step("a") + step("b"),
        node("inclusiveGateway", "fork", attributes='default="to_fork_join"') + node("inclusiveGateway", "join"),
        path("one", "two", "fork", "join") + path("a", "join") + path("b", "join"),
        flow("fork", "a", 'outcomes.one = "bad"') + flow("fork", "b", 'outcomes.two = "bad"'),
    )
)
AGAIN = "".join(
    (
        node("exclusiveGateway", "round") + step("one") + step("two") + step("a") + step("b") + step("check"),
        node("inclusiveGateway", "fork", attributes='default="to_fork_join"') + node("inclusiveGateway", "join"),
        node("exclusiveGateway", "enough", attributes='default="to_enough_on"') + node("exclusiveGateway", "on"),
        path("round", "one", "two", "fork", "join", "check", "enough", "on") + path("a", "join") + path("b", "join"),
        flow("fork", "a", 'outcomes.one = "bad"') + flow("fork", "b", 'outcomes.two = "bad"'),
        flow("enough", "round", 'outcomes.check = "bad"'),
    )
)
TIMERS = "".join(
    (
        step("one") + node("eventBasedGateway", "fork") + step("a") + step("b") + node("exclusiveGateway", "join"),
        node("intermediateCatchEvent", "soon", timer("2H")) + node("intermediateCatchEvent", "later", timer("5H")),
        path("one", "fork", "soon", "a", "join") + path("fork", "later", "b", "join"),
    )
)
BOTH = "".join(
    (
        node("parallelGateway", "fork") + step("a", attributes=OPINION) + step("b", attributes=OPINION),
        node("parallelGateway", "join") + step("c"),
        path("fork", "a", "join", "c") + path("fork", "b", "join"),
    )
)
SEVERAL_FLOWS = "".join(
    (
        step("one") + step("a") + step("b") + node("parallelGateway", "join"),
        path("one", "a", "join") + path("one", "b", "join"),
    )
)
CONDITIONAL_FLOWS = "".join(
    (
        step("one") + step("a") + step("b") + node("exclusiveGateway", "join"),
        flow("one", "a", 'outcomes.one = "bad"') + flow("one", "b", 'outcomes.one = "seen"'),
        path("a", "join") + path("b", "join"),
    )
)
LINKS = "".join(
    (
        node("intermediateThrowEvent", "go", trigger("link", attributes='name="L"')),
        node("intermediateCatchEvent", "here", trigger("link", attributes='name="L"')),
        step("one") + step("a") + path("one", "go") + path("here", "a"),
    )
)


@pytest.mark.parametrize(
    ("one", "two", "opened"), [("seen", "seen", []), ("bad", "seen", ["a"]), ("bad", "bad", ["a", "b"])]
)
def test_inclusive_gateway_opens_every_branch_whose_condition_holds(
    bench: Bench, one: str, two: str, opened: list[str]
) -> None:
    case_no = bench.begun(CHOSEN, first="one", last="join")

    bench.do(case_no, "one", one)
    bench.do(case_no, "two", two)

    assert bench.open(case_no) == (opened or ["handle"])
    assert bench.stands(case_no) == (opened or ["handle"])
    for element in opened:
        bench.do(case_no, element)
    assert bench.open(case_no) == ["handle"]
    assert bench.happened(case_no).count("task_completed") == 2 + len(opened)
    bench.closes(case_no)


def test_inclusive_gateway_in_a_loop_joins_each_round_by_itself(bench: Bench) -> None:
    case_no = bench.begun(AGAIN, first="round", last="on")

    for one, two, opened in (("bad", "bad", ["a", "b"]), ("seen", "bad", ["b"]), ("seen", "seen", [])):
        bench.do(case_no, "one", one)
        bench.do(case_no, "two", two)
        assert bench.open(case_no) == (opened or ["check"])
        for element in reversed(opened):
            bench.do(case_no, element)
        assert bench.open(case_no) == ["check"]
        bench.do(case_no, "check", "bad")

    assert bench.open(case_no) == ["one"]
    bench.do(case_no, "one")
    bench.do(case_no, "two")
    bench.do(case_no, "check")
    bench.closes(case_no)


def test_event_gateway_goes_on_with_the_first_of_its_timers_and_disarms_the_other(bench: Bench) -> None:
    case_no = bench.begun(TIMERS, first="one", last="join")
    bench.do(case_no, "one")

    assert (bench.armed(case_no), bench.open(case_no), bench.stands(case_no)) == (
        ["later", "soon"],
        [],
        ["later", "soon"],
    )
    bench.fire(2 * HOUR + HOUR)

    assert (bench.armed(case_no), bench.open(case_no), bench.stands(case_no)) == ([], ["a"], ["a"])
    bench.fire(6 * HOUR)
    assert bench.open(case_no) == ["a"]
    assert bench.happened(case_no).count("deadline_fired") == 1
    bench.do(case_no, "a")
    bench.closes(case_no)


def test_parallel_join_keeps_what_two_clerks_answer_at_the_same_moment(bench: Bench) -> None:
    case_no = bench.begun(BOTH, first="fork", last="c")
    person, context = bench.world.person(WINDOW), bench.world.container.context
    todo = [bench.completion(case_no, element) for element in ("a", "b")]

    outcomes = race([lambda given=given: complete_task(context, person, given) for given in todo])

    assert refusals(outcomes) == []
    assert bench.open(case_no) == ["c"]
    assert bench.variables(case_no)["answers"] == {"a": {"opinion": "a"}, "b": {"opinion": "b"}}
    bench.do(case_no, "c")
    bench.closes(case_no)


def test_several_flows_out_of_a_task_are_walked_at_once(bench: Bench) -> None:
    case_no = bench.begun(SEVERAL_FLOWS, first="one", last="join")

    bench.do(case_no, "one")

    assert (bench.open(case_no), bench.stands(case_no)) == (["a", "b"], ["a", "b"])
    bench.do(case_no, "b")
    assert bench.open(case_no) == ["a"]
    bench.do(case_no, "a")
    bench.closes(case_no)


@pytest.mark.parametrize(("outcome", "opened"), [("bad", "a"), ("seen", "b")])
def test_condition_on_a_flow_of_a_task_chooses(bench: Bench, outcome: str, opened: str) -> None:
    case_no = bench.begun(CONDITIONAL_FLOWS, first="one", last="join")

    bench.do(case_no, "one", outcome)

    assert bench.open(case_no) == [opened]
    bench.do(case_no, opened)
    bench.closes(case_no)


def test_link_leads_to_its_other_end(bench: Bench) -> None:
    case_no = bench.begun(LINKS, first="one", last="a")

    bench.do(case_no, "one")

    assert (bench.open(case_no), bench.stands(case_no)) == (["a"], ["a"])
    bench.do(case_no, "a")
    bench.closes(case_no)
