"""Interventions: what a supervisor may do to a running instance, and what would leave it where no diagram leads."""

from random import Random

import pytest

from app.domain.errors import CaseworkError, NotFound
from app.engine import interventions
from app.engine.interventions import InterventionRefused
from tests.unit.engine.diagrams import DiagramGenerator, random_move
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    define,
    end,
    ends,
    flow,
    gateway,
    instances,
    matter,
    node,
    service,
    start,
    timer,
    user,
    users,
)


def elements(host: Host) -> list[str]:
    return sorted(task.element for task in host.now.open_tasks)


def line() -> Host:
    body = start() + users("a", "b", "c") + end() + boundary("late", "b", timer("5WD")) + user("told")
    return Host(define(body + chain("start", "a", "b", "c", "end") + chain("late", "told", "c")), is_saving=True)


def fork() -> Host:
    """Two branches, the first of two steps, joined before the last step."""
    body = start() + users("a", "a2", "b", "c") + end() + gateway("parallel", "split", "join")
    flows = chain("start", "split", "a", "a2", "join", "c", "end") + chain("split", "b", "join")
    return Host(define(body + flows), is_saving=True)


def test_token_goes_on_or_back_and_takes_its_deadline_along() -> None:
    host = line()

    host.intervene(interventions.move_token, "a", "b")
    assert (elements(host), [wait.key for wait in host.now.waits]) == (["b"], ["late"])

    host.intervene(interventions.move_token, "b", "a")
    assert (elements(host), host.now.waits) == (["a"], ())


def test_token_moves_within_its_branch_alone() -> None:
    host = fork()

    host.intervene(interventions.move_token, "a", "a2")

    assert elements(host) == ["a2", "b"]
    for target in ("b", "c"):
        with pytest.raises(InterventionRefused) as refused:
            host.intervene(interventions.move_token, "a2", target)
        assert refused.value.code == "move_between_branches"
    assert {place.element for place in interventions.targets_from(host.instance, "a2")} == {"a"}
    assert elements(host) == ["a2", "b"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("start", "move_target_unfit"),
        ("end", "move_target_unfit"),
        ("join", "move_target_unfit"),
        ("nowhere", "target_unknown"),
    ],
)
def test_place_where_no_token_may_begin_is_refused(target: str, code: str) -> None:
    host = fork()

    with pytest.raises(CaseworkError) as refused:
        host.intervene(interventions.move_token, "a", target)

    assert refused.value.code == code
    assert elements(host) == ["a", "b"]


def test_scope_is_never_left_and_an_instance_among_several_never_moved() -> None:
    room = node("subProcess", "room", start("s") + users("x", "y") + end("e") + chain("s", "x", "y", "e"))
    many = user("many", instances("3", item="nth"))
    host = Host(define(start() + room + many + user("z") + end() + chain("start", "room", "many", "z", "end")))

    host.intervene(interventions.move_token, "x", "y")
    with pytest.raises(InterventionRefused) as outside:
        host.intervene(interventions.move_token, "y", "z")
    host.intervene(interventions.move_token, "room", "many")
    with pytest.raises(InterventionRefused) as among:
        host.intervene(interventions.move_token, "many", "z")

    assert outside.value.code == "move_other_scope"
    assert among.value.code == "move_inside_instances"
    assert interventions.targets_from(host.instance, "many") == ()


BINDING = {
    "acceptance": user("x", lb__startsClock="promised"),
    "decision": user("x", lb__decides="true"),
    "operation": service("x"),
    "member": matter("x", "m"),
    "members": matter("x", "m", instances("2")),
    "decision inside": node(
        "subProcess", "x", start("s") + user("y", lb__decides="true") + end("e") + chain("s", "y", "e")
    ),
}


@pytest.mark.parametrize("step", BINDING.values(), ids=BINDING)
def test_step_that_binds_is_neither_left_out_nor_done_twice(step: str) -> None:
    body = start() + users("a", "b", "c") + step + end() + chain("start", "a", "b", "x", "c", "end")
    host = Host(define(body))

    assert {place.element for place in interventions.targets_from(host.instance, "a")} == {"b", "x"}
    with pytest.raises(InterventionRefused) as refused:
        host.intervene(interventions.move_token, "a", "c")

    assert (refused.value.code, elements(host)) == ("move_over_binding_step", ["a"])


def test_step_that_binds_is_not_done_again() -> None:
    body = start() + users("a", "b") + user("x", lb__decides="true") + end() + chain("start", "a", "x", "b", "end")
    host = Host(define(body)).done("a")

    host.intervene(interventions.move_token, "x", "a")
    host.done("a", "x")

    assert interventions.targets_from(host.instance, "b") == ()


def test_branch_that_a_join_waits_for_is_not_cancelled() -> None:
    host = fork()

    with pytest.raises(InterventionRefused) as refused:
        host.intervene(interventions.cancel_branch, "a")

    assert refused.value.code == "branch_is_joined"
    assert elements(host) == ["a", "b"]


def test_branch_beside_the_main_one_is_cancelled_and_the_main_one_is_not() -> None:
    body = start() + users("a", "side") + ends("end", "aside") + boundary("ask", "a", timer("2WD"), interrupting=False)
    host = Host(define(body + chain("start", "a", "end") + chain("ask", "side", "aside")), is_saving=True)
    host.fire("ask")

    with pytest.raises(InterventionRefused) as refused:
        host.intervene(interventions.cancel_branch, "a")
    host.intervene(interventions.cancel_branch, "side")

    assert refused.value.code == "branch_is_main"
    assert elements(host) == ["a"]


def test_inclusive_join_goes_on_without_the_cancelled_branch() -> None:
    body = start() + users("a", "b", "c") + end() + gateway("inclusive", "split", "join")
    flows = chain("start", "split") + flow("split", "a", "true") + flow("split", "b", "true")
    host = Host(define(body + flows + chain("a", "join", "c", "end") + chain("b", "join")))
    host.done("b")

    host.intervene(interventions.cancel_branch, "a")

    assert elements(host) == ["c"]


@pytest.mark.parametrize("binding", ["decide", "send", "member"])
def test_branch_that_leads_to_a_step_that_binds_is_not_cancelled(binding: str) -> None:
    body = start() + users("a", "side") + end() + gateway("inclusive", "split", "join")
    body += user("decide", **{"lb:decides": "true"}) + service("send") + matter("member", "m")
    flows = chain("start", "split") + flow("split", "a", "true") + flow("split", "side", "true")
    host = Host(define(body + flows + chain("a", binding, "join", "end") + chain("side", "join")), is_saving=True)

    with pytest.raises(InterventionRefused) as refused:
        host.intervene(interventions.cancel_branch, "a")
    assert (refused.value.code, elements(host)) == ("branch_binds", ["a", "side"])

    host.intervene(interventions.cancel_branch, "side")
    assert elements(host) == ["a"]


def test_a_join_waits_for_an_inner_branch_whatever_loop_leads_back_to_a_split() -> None:
    body = start() + users("a", "b", "c", "d") + end() + gateway("parallel", "outer", "inner", "meet", "last")
    flows = chain("start", "outer", "inner", "a", "meet", "last", "end") + chain("inner", "b", "meet")
    host = Host(define(body + flows + chain("outer", "c", "d", "last")), is_saving=True)

    for element in ("a", "b", "c"):
        with pytest.raises(InterventionRefused) as refused:
            host.intervene(interventions.cancel_branch, element)
        assert refused.value.code == "branch_is_joined"


def test_corrected_variable_is_read_by_the_next_condition() -> None:
    body = start() + users("a", "b", "c") + end() + node("exclusiveGateway", "x", default="other")
    flows = chain("start", "a", "x") + flow("x", "b", "size > 3") + flow("x", "c", flow_id="other")
    host = Host(define(body + flows + chain("b", "end") + chain("c", "end")), {"size": 1, "form": {"name": "x"}})

    before = host.intervene(interventions.set_variable, ("size",), 7)
    nested = host.intervene(interventions.set_variable, ("form", "name"), "y")
    with pytest.raises(NotFound):
        host.intervene(interventions.set_variable, ("size", "deep"), 1)
    host.done("a")

    assert (before, nested, elements(host)) == (1, "x", ["b"])


@pytest.mark.parametrize("seed", range(60))
def test_random_interventions_never_leave_an_instance_stuck(seed: int) -> None:
    random = Random(seed)
    definition = DiagramGenerator(seed).definition()
    host = Host(definition, {"items": [1, 2], "va": False, "vb": True, "vc": False}, is_saving=True)

    for _ in range(150):
        if host.now.ended:
            break
        if random.random() < 0.25:
            _intervene(host, random)
        elif not random_move(host, random):
            break

    for _ in range(400):
        if host.now.ended or not random_move(host, random):
            break
    assert host.now.ended or random_move(host, random)


def _intervene(host: Host, random: Random) -> None:
    """Do something to a random place; a refusal must leave everything as it was."""
    places = interventions.open_places(host.instance)
    if not places:
        return
    element = random.choice(places).element
    targets = interventions.targets_from(host.instance, element)
    try:
        if targets and random.random() < 0.8:
            host.intervene(interventions.move_token, element, random.choice(targets).element)
        else:
            host.intervene(interventions.cancel_branch, element)
    except (InterventionRefused, CaseworkError):
        return
