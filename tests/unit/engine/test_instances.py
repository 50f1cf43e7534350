"""Several instances of one activity, and loops."""

import pytest

from app.domain.errors import RuleViolation
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import chain, end, flow, gateway, instances, node, start, user

PEOPLE = instances("people", item="person", outputs="opinions", output="opinion")


def several(marker: str, *, inner: str = "") -> str:
    kind = "subProcess" if inner else "userTask"
    return start() + node(kind, "ask", marker + inner) + user("after") + end() + chain("start", "ask", "after", "end")


def test_each_instance_sees_its_item_and_outputs_are_collected_by_position(run: Run) -> None:
    host = run(several(PEOPLE), {"people": ["law", "fire", "tax"]})

    assert [task.locals for task in host.now.open_tasks] == [{"person": "law"}, {"person": "fire"}, {"person": "tax"}]
    for person in ("tax", "law", "fire"):
        host.apply_to("ask", person=person, opinion=f"{person} agrees")

    assert host.variables["opinions"] == ["law agrees", "fire agrees", "tax agrees"]
    assert (host.open, host.task("after").locals) == (["after"], {})
    assert "opinion" not in host.variables
    assert "person" not in host.variables


def test_outcomes_and_answers_of_the_form_may_be_the_output(run: Run) -> None:
    host = run(several(instances("people", outputs="all", output="outcome")), {"people": [1, 2]})

    host.done("ask", outcome="accept").done("ask", outcome="refuse")
    assert host.variables["all"] == ["accept", "refuse"]

    host = run(several(PEOPLE), {"people": [1]}).done("ask", answers={"ask": {"opinion": "yes"}})
    assert host.variables["opinions"] == ["yes"]


def test_locals_choose_the_way_inside_an_instance(run: Run) -> None:
    inner = (
        start("s")
        + node("exclusiveGateway", "g", default="other")
        + user("legal")
        + user("general")
        + end("e")
        + flow("s", "g")
        + flow("g", "legal", 'person = "law"')
        + flow("g", "general", flow_id="other")
        + chain("legal", "e")
        + chain("general", "e")
    )
    host = run(several(PEOPLE, inner=inner), {"people": ["law", "fire"]})

    assert host.open == ["legal", "general"]
    host.done("general", opinion="no").done("legal", opinion="yes")
    assert (host.open, host.variables["opinions"]) == (["after"], ["yes", "no"])


def test_output_set_in_one_branch_of_an_instance_is_not_lost_when_another_branch_ends_last(run: Run) -> None:
    inner = (
        start("s")
        + gateway("parallel", "f", "j")
        + user("a")
        + user("b")
        + end("e")
        + chain("s", "f", "a", "j", "e")
        + chain("f", "b", "j")
    )
    host = run(several(PEOPLE, inner=inner), {"people": [1]})

    host.done("a", opinion="yes").done("b")

    assert host.variables["opinions"] == ["yes"]


def test_outcomes_of_one_instance_do_not_decide_for_another(run: Run) -> None:
    inner = (
        start("s")
        + user("check")
        + user("wait")
        + node("exclusiveGateway", "g", default="no")
        + user("good")
        + user("bad")
        + end("e")
        + chain("s", "check", "wait", "g")
        + flow("g", "good", 'outcomes.check = "accept"')
        + flow("g", "bad", flow_id="no")
        + chain("good", "e")
        + chain("bad", "e")
    )
    host = run(several(instances("people", item="person"), inner=inner), {"people": [1, 2]})

    host.apply_to("check", person=1, outcome="accept")
    host.apply_to("check", person=2, outcome="refuse")
    host.apply_to("wait", person=1)
    host.apply_to("wait", person=2)

    assert [(task.element, task.locals) for task in host.now.open_tasks] == [
        ("good", {"person": 1}),
        ("bad", {"person": 2}),
    ]


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("people", [[], None])
def test_empty_list_passes_at_once(run: Run, *, sequential: bool, people: object) -> None:
    marker = instances("people", item="person", outputs="opinions", output="opinion", sequential=sequential)
    host = run(several(marker), {"people": people})

    assert (host.open, host.variables["opinions"]) == (["after"], [])


@pytest.mark.parametrize(("sequential", "first"), [(False, ["ask", "ask", "ask"]), (True, ["ask"])])
def test_number_of_instances_may_be_given(run: Run, *, sequential: bool, first: list[str]) -> None:
    host = run(several(instances("3", item="number", sequential=sequential)))

    assert (host.open, host.now.open_tasks[0].locals) == (first, {"number": 0})
    assert host.done("ask", "ask", "ask").open == ["after"]


def test_sequential_instances_follow_each_other_over_the_list_as_it_was(run: Run) -> None:
    marker = instances("people", item="person", outputs="opinions", output="opinion", sequential=True)
    host = run(several(marker), {"people": ["a", "b"]})

    seen = []
    while host.open == ["ask"]:
        seen.append(host.now.open_tasks[0].locals["person"])
        host.done("ask", opinion=len(seen), people=[])

    assert (seen, host.variables["opinions"]) == (["a", "b"], [1, 2])


@pytest.mark.parametrize("sequential", [False, True])
def test_completion_condition_ends_the_rest(run: Run, *, sequential: bool) -> None:
    marker = instances("4", outputs="opinions", output="opinion", until='opinion = "no"', sequential=sequential)
    host = run(several(marker))

    assert host.done("ask", opinion="yes").open[0] == "ask"
    assert host.done("ask", opinion="no").open == ["after"]
    assert host.variables["opinions"] == ["yes", "no", None, None]


def test_completion_condition_ends_subprocess_instances_with_all_inside(run: Run) -> None:
    inner = start("s") + user("work") + end("e") + chain("s", "work", "e")
    host = run(several(instances("3", until="refused"), inner=inner))

    host.done("work", refused=True)

    assert (host.open, len(host.instance.workflow.subprocesses)) == (["after"], 0)


def test_instances_inside_instances_keep_their_locals_apart(run: Run) -> None:
    inner = (
        start("s")
        + node("userTask", "sign", instances("=rooms", item="room", outputs="signs", output="sign"))
        + end("e")
        + chain("s", "sign", "e")
    )
    marker = instances("floors", item="floor", outputs="all", output="signs")
    host = run(several(marker, inner=inner), {"floors": ["1F", "2F"], "rooms": ["a", "b"]})

    for task in host.now.open_tasks:
        host.apply_to("sign", **task.locals, sign=f"{task.locals['floor']}{task.locals['room']}")

    assert host.variables["all"] == [["1Fa", "1Fb"], ["2Fa", "2Fb"]]
    assert "signs" not in host.variables


def test_too_many_instances_are_refused(run: Run) -> None:
    with pytest.raises(RuleViolation) as refused:
        run(several(instances("501")))

    assert refused.value.code == "too_many_instances"


def test_collection_that_is_no_list_is_refused(run: Run) -> None:
    with pytest.raises(RuleViolation) as refused:
        run(several(instances("people")), {"people": "law"})

    assert refused.value.code == "instances_not_a_list"


def loop(condition: str = "", maximum: str = "", *, test_before: bool = False) -> str:
    attributes = {"loopMaximum": maximum} if maximum else {}
    attributes |= {"testBefore": "true"} if test_before else {}
    inner = f"<loopCondition>{condition}</loopCondition>" if condition else ""
    return several(node("standardLoopCharacteristics", "loop", inner, **attributes))


def test_loop_repeats_while_its_condition_holds(run: Run) -> None:
    host = run(loop("again"))

    assert host.done("ask", again=True).open == ["ask"]
    assert host.done("ask", again=False).open == ["after"]


def test_loop_ends_at_its_maximum(run: Run) -> None:
    assert run(loop(maximum="2")).done("ask", "ask").open == ["after"]


def test_loop_that_tests_before_may_not_run_at_all(run: Run) -> None:
    assert run(loop("again", test_before=True), {"again": False}).open == ["after"]
