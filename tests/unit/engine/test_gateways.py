"""Tokens at gateways: forks, joins, choices and rings."""

import pytest

from app.engine.faults import NoMatchingFlow
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import chain, chain_of, end, ends, flow, gateway, node, start, user, users

FORK = (
    start()
    + gateway("parallel", "fork", "join")
    + users("a", "b", "after")
    + end()
    + chain("start", "fork", "a", "join", "after", "end")
    + chain("fork", "b", "join")
)


def choice(first: str = 'kind = "A"', *, default: str = "") -> str:
    return (
        start()
        + node("exclusiveGateway", "g", default=default)
        + users("a", "b", "c")
        + end()
        + flow("start", "g")
        + flow("g", "a", first)
        + flow("g", "b", 'kind = "B"')
        + (flow("g", "c", flow_id=default) if default else "")
        + chain("a", "end")
        + chain("b", "end")
        + chain("c", "end")
    )


def optional_branches() -> str:
    return (
        start()
        + node("inclusiveGateway", "which", default="none")
        + users("food", "sign", "after")
        + end()
        + gateway("inclusive", "join")
        + flow("start", "which")
        + flow("which", "food", "wants_food")
        + flow("which", "sign", "wants_sign")
        + flow("which", "join", flow_id="none")
        + chain("food", "join", "after", "end")
        + chain("sign", "join")
    )


def test_tasks_follow_each_other(run: Run) -> None:
    host = run(chain_of(3))

    seen = []
    while not host.ended:
        seen += host.open
        host.done(host.open[0])

    assert seen == ["s0", "s1", "s2"]


@pytest.mark.parametrize(("kind", "expected"), [("A", ["a"]), ("B", ["b"]), ("?", ["c"]), (None, ["c"])])
def test_exclusive_gateway_takes_the_first_condition_that_holds_or_the_default(
    run: Run, kind: object, expected: list[str]
) -> None:
    host = run(choice(default="other"), {"kind": kind} if kind else {})

    assert host.open == expected


def test_first_of_two_conditions_that_hold_is_taken(run: Run) -> None:
    host = run(choice("true"), {"kind": "B"})

    assert host.open == ["a"]


def test_no_matching_flow_names_the_gateway(run: Run) -> None:
    with pytest.raises(NoMatchingFlow) as refused:
        run(choice(), {"kind": "?"})

    assert refused.value.facts == {"element": "g"}


def test_parallel_join_waits_for_all_branches(run: Run) -> None:
    host = run(FORK)

    assert host.open == ["a", "b"]
    assert host.done("b").open == ["a"]
    assert host.done("a").open == ["after"]
    assert host.done("after").ended


def test_join_in_a_loop_joins_in_each_round(run: Run) -> None:
    body = (
        start()
        + gateway("exclusive", "again")
        + gateway("parallel", "fork", "join")
        + users("a", "b")
        + node("exclusiveGateway", "g", default="ok")
        + end()
        + chain("start", "again", "fork", "a", "join", "g")
        + chain("fork", "b", "join")
        + flow("g", "again", "repeat")
        + flow("g", "end", flow_id="ok")
    )
    host = run(body, {"repeat": True})

    for _ in range(2):
        assert sorted(host.done("a").open) == ["b"]
        assert sorted(host.done("b").open) == ["a", "b"]
    host.done("b", repeat=False)
    host.done("a")

    assert host.ended


def test_token_that_comes_twice_on_one_flow_does_not_fire_a_parallel_join(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork", "join")
        + gateway("exclusive", "merge")
        + users("a", "b", "c", "after")
        + end()
        + chain("start", "fork", "a", "merge", "join", "after", "end")
        + chain("fork", "b", "merge")
        + chain("fork", "c", "join")
    )
    host = run(body)

    assert host.done("a", "b").open == ["c"]
    assert host.done("c").open == ["after"]
    assert not host.done("after").ended  # the surplus token stays where it is, as BPMN says


def test_two_flows_from_one_gateway_into_a_join_count_as_two(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork", "join")
        + user("after")
        + end()
        + chain("start", "fork", "join", "after", "end")
        + chain("fork", "join")
    )

    assert run(body).open == ["after"]


@pytest.mark.parametrize(
    ("food", "sign", "expected"),
    [(False, False, ["after"]), (True, False, ["food"]), (False, True, ["sign"]), (True, True, ["food", "sign"])],
)
def test_inclusive_join_waits_for_the_chosen_branches_only(
    run: Run, *, food: bool, sign: bool, expected: list[str]
) -> None:
    host = run(optional_branches(), {"wants_food": food, "wants_sign": sign})

    assert host.open == expected
    host.done(*[element for element in expected if element != "after"])
    assert host.open == ["after"]
    assert host.done("after").ended


def test_inclusive_join_waits_while_a_longer_branch_can_still_come(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork")
        + gateway("inclusive", "join")
        + users("a", "b", "c", "after")
        + end()
        + node("exclusiveGateway", "g", default="away")
        + end("out")
        + chain("start", "fork", "a", "join", "after", "end")
        + chain("fork", "b", "g")
        + flow("g", "c", "long")
        + flow("g", "out", flow_id="away")
        + chain("c", "join")
    )

    long = run(body, {"long": True}).done("a")
    assert long.open == ["b"]
    assert long.done("b").open == ["c"]
    assert long.done("c").open == ["after"]

    short = run(body, {"long": False}).done("a")
    assert short.open == ["b"]
    assert short.done("b").open == ["after"]


def test_inclusive_join_waits_for_the_way_through_a_boundary_event(run: Run) -> None:
    body = (
        start()
        + gateway("parallel", "fork")
        + gateway("inclusive", "join")
        + users("a", "b", "late", "after")
        + ends("end", "out")
        + node(
            "boundaryEvent",
            "red",
            "<timerEventDefinition><timeDuration>5WD</timeDuration></timerEventDefinition>",
            attachedToRef="b",
        )
        + chain("start", "fork", "a", "join", "after", "end")
        + chain("fork", "b", "out")
        + chain("red", "late", "join")
    )

    fired = run(body).done("a")
    assert fired.open == ["b"]
    assert fired.fire("red").open == ["late"]
    assert fired.done("late").open == ["after"]

    assert run(body).done("a", "b").open == ["after"]


def test_inclusive_gateways_nest(run: Run) -> None:
    body = (
        start()
        + gateway("inclusive", "outer", "inner", "inner_join", "outer_join")
        + users("a", "b", "c", "after")
        + end()
        + flow("start", "outer")
        + flow("outer", "inner", "x")
        + flow("outer", "c", "y")
        + flow("inner", "a", "true")
        + flow("inner", "b", "z")
        + chain("a", "inner_join")
        + chain("b", "inner_join", "outer_join", "after", "end")
        + chain("c", "outer_join")
    )
    host = run(body, {"x": True, "y": True, "z": True})

    assert sorted(host.open) == ["a", "b", "c"]
    assert sorted(host.done("a", "c").open) == ["b"]
    assert host.done("b").open == ["after"]


def test_inclusive_join_in_a_loop_joins_in_each_round(run: Run) -> None:
    body = (
        start()
        + gateway("exclusive", "again")
        + gateway("inclusive", "split", "join")
        + users("a", "b")
        + node("exclusiveGateway", "g", default="ok")
        + end()
        + chain("start", "again", "split")
        + flow("split", "a", "true")
        + flow("split", "b", "both")
        + chain("a", "join", "g")
        + chain("b", "join")
        + flow("g", "again", "repeat")
        + flow("g", "end", flow_id="ok")
    )
    host = run(body, {"repeat": True, "both": True})

    assert host.done("a").open == ["b"]
    assert host.done("b", both=False).open == ["a"]
    assert host.done("a", repeat=False).ended


def test_event_gateway_chooses_by_what_happens_first(run: Run) -> None:
    timers = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
    body = (
        start()
        + gateway("eventBased", "race")
        + users("a", "b", "c")
        + end()
        + node("intermediateCatchEvent", "soon", timers.format("3WD"))
        + node("intermediateCatchEvent", "late", timers.format("P1M"))
        + node("intermediateCatchEvent", "answer", "<messageEventDefinition/>", name="补正")
        + chain("start", "race", "soon", "a", "end")
        + chain("race", "late", "b", "end")
        + chain("race", "answer", "c", "end")
    )

    assert run(body).armed == ["soon", "late", "answer"]
    assert run(body).fire("soon").open == ["a"]
    assert run(body).fire("late").open == ["b"]
    answered = run(body).tell("answer", letter=7)
    assert (answered.open, answered.armed, answered.variables["messages"]) == (["c"], [], {"answer": {"letter": 7}})
