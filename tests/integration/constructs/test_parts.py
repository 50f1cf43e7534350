"""Parts of a deployed diagram and what ends, interrupts or joins them: tasks and deadlines that come and go with it."""

from datetime import timedelta

import pytest

from tests.drawing import boundary, condition, flow, node, path, step, sub_process, timer, trigger
from tests.integration.constructs.conftest import Bench

HOUR = timedelta(hours=1)
PART_END = node("endEvent", "part_end")
WINDOW_TASK = 'lb:role="window_clerk" lb:office="intake" lb:outcomes="seen"'


def handler(start: str, *inside: str, interrupting: bool) -> str:
    """Draw an event sub-process that asks for one step, `told`."""
    return node(
        "subProcess",
        "handler",
        node("startEvent", "heard", start, f'isInterrupting="{str(interrupting).lower()}"')
        + "".join(inside)
        + step("told")
        + node("endEvent", "handler_end")
        + path("heard", "told", "handler_end"),
        'triggeredByEvent="true"',
    )


LOOKED = path("v_start", "look", "v_end")
SEEN = 'default="to_bad_raised"'
ERROR, ESCALATION = trigger("error"), trigger("escalation")
THROWN = {
    "error": node("endEvent", "raised", ERROR),
    "escalation": node("intermediateThrowEvent", "raised", ESCALATION),
}


def part_that_raises(kind: str, handled: str) -> str:
    """Draw a part with two branches: one waits, the other raises a fault when its step is bad."""
    after = path("raised", "part_end") if kind == "escalation" else ""
    return sub_process(
        "part",
        node("parallelGateway", "fork") + step("one") + step("two") + node("exclusiveGateway", "bad", "", SEEN),
        THROWN[kind] + PART_END + node("endEvent", "well") + handled,
        path("part_start", "fork", "one", "part_end") + path("fork", "two", "bad", "raised") + after,
        flow("bad", "well", 'outcomes.two = "seen"'),
    )


def part_that_waits(handled: str) -> str:
    """Draw a part with two steps at once."""
    return sub_process(
        "part",
        node("parallelGateway", "fork") + step("one", attributes='lb:limit="9H"') + step("two") + PART_END + handled,
        node("endEvent", "second_end")
        + path("part_start", "fork", "one", "part_end")
        + path("fork", "two", "second_end"),
    )


@pytest.mark.parametrize(
    ("fault", "interrupting"),
    [("error", True), ("escalation", True), ("escalation", False)],  # an error always ends its part
)
def test_event_sub_process_hears_what_its_part_raises(bench: Bench, fault: str, *, interrupting: bool) -> None:
    drawn = part_that_raises(fault, handler(ERROR if fault == "error" else ESCALATION, interrupting=interrupting))
    case_no = bench.begun(drawn, first="part", last="part")
    assert bench.open(case_no) == ["one", "two"]

    bench.do(case_no, "two", "bad")

    left = ["told"] if interrupting else ["one", "told"]
    assert (bench.open(case_no), bench.stands(case_no)) == (left, left)
    bench.do(case_no, "told")
    assert bench.open(case_no) == (["handle"] if interrupting else ["one"])
    if not interrupting:
        bench.do(case_no, "one")
    bench.closes(case_no)


@pytest.mark.parametrize("interrupting", [True, False])
def test_event_sub_process_with_a_timer(bench: Bench, *, interrupting: bool) -> None:
    case_no = bench.begun(part_that_waits(handler(timer("2H"), interrupting=interrupting)), first="part", last="part")
    assert bench.armed(case_no) == ["heard", "one"]

    bench.fire(3 * HOUR)

    left = ["told"] if interrupting else ["one", "told", "two"]
    assert (bench.open(case_no), bench.stands(case_no)) == (left, left)
    assert bench.armed(case_no) == ([] if interrupting else ["one"])
    for element in left:
        bench.do(case_no, element)
    bench.closes(case_no)


@pytest.mark.parametrize("interrupting", [True, False])
def test_event_sub_process_with_a_condition(bench: Bench, *, interrupting: bool) -> None:
    drawn = part_that_waits(handler(condition('outcomes.two = "bad"'), interrupting=interrupting))
    case_no = bench.begun(drawn, first="part", last="part")
    assert bench.open(case_no) == ["one", "two"]

    bench.do(case_no, "two", "bad")

    left = ["told"] if interrupting else ["one", "told"]
    assert bench.open(case_no) == left
    for element in left:
        bench.do(case_no, element)
    bench.closes(case_no)


def test_event_sub_process_that_waited_in_vain_leaves_with_its_part(bench: Bench) -> None:
    case_no = bench.begun(part_that_waits(handler(timer("2H"), interrupting=True)), first="part", last="part")

    bench.do(case_no, "one")
    bench.do(case_no, "two")

    assert (bench.open(case_no), bench.armed(case_no)) == (["handle"], [])
    bench.fire(3 * HOUR)
    assert bench.open(case_no) == ["handle"]
    bench.closes(case_no)


@pytest.mark.parametrize("tag", ["subProcess", "transaction"])
def test_part_goes_on_when_its_last_token_ended(bench: Bench, tag: str) -> None:
    inner = sub_process("inner", step("deep"), node("endEvent", "inner_end"), path("inner_start", "deep", "inner_end"))
    drawn = sub_process(
        "part",
        inner + node("parallelGateway", "fork") + node("manualTask", "by_hand", "", WINDOW_TASK) + PART_END,
        node("endEvent", "other_end") + path("part_start", "fork", "inner", "part_end"),
        path("fork", "by_hand", "other_end"),
        kind=tag,
    )
    case_no = bench.begun(drawn, first="part", last="part")

    assert (bench.open(case_no), bench.stands(case_no)) == (["by_hand", "deep"], ["by_hand", "deep"])
    bench.do(case_no, "deep")
    assert bench.open(case_no) == ["by_hand"]
    bench.do(case_no, "by_hand")
    bench.closes(case_no)


def test_terminate_end_takes_the_open_tasks_of_its_part_away(bench: Bench) -> None:
    drawn = sub_process(
        "part",
        node("parallelGateway", "fork") + step("one") + step("two", attributes='lb:limit="5H"'),
        node("endEvent", "stop", trigger("terminate")) + PART_END,
        path("part_start", "fork", "one", "stop") + path("fork", "two", "part_end"),
    )
    case_no = bench.begun(drawn, first="part", last="part")
    assert bench.armed(case_no) == ["two"]

    bench.do(case_no, "one")

    assert (bench.open(case_no), bench.armed(case_no)) == (["handle"], [])
    two = next(task for task in bench.case(case_no)["tasks"] if task["element"] == "two")
    assert two["state"] == "withdrawn"
    bench.closes(case_no)


def test_terminate_end_of_the_case_closes_it_beside_an_open_task(bench: Bench) -> None:
    drawn = (
        node("parallelGateway", "fork") + step("beside", attributes='lb:limit="5H"') + node("endEvent", "beside_end")
    )
    drawn += node("exclusiveGateway", "on") + path("fork", "beside", "beside_end") + path("fork", "on")
    end = "<bpmn:incoming>flow_close_case_end</bpmn:incoming>"
    case_no = bench.begun(drawn, first="fork", last="on", swap=(end, end + trigger("terminate")))
    assert bench.open(case_no) == ["beside", "handle"]

    bench.closes(case_no)

    beside = next(task for task in bench.case(case_no)["tasks"] if task["element"] == "beside")
    assert beside["state"] == "withdrawn"


def test_condition_is_waited_for_where_no_task_stands(bench: Bench) -> None:
    drawn = sub_process(
        "part",
        node("parallelGateway", "fork") + step("one") + step("after") + node("endEvent", "one_end") + PART_END,
        node("intermediateCatchEvent", "once", condition('outcomes.one = "seen"')),
        path("part_start", "fork", "one", "one_end") + path("fork", "once", "after", "part_end"),
    )
    case_no = bench.begun(drawn, first="part", last="part")

    assert (bench.open(case_no), bench.stands(case_no)) == (["one"], ["once", "one"])
    bench.do(case_no, "one")
    assert (bench.open(case_no), bench.stands(case_no)) == (["after"], ["after"])
    bench.do(case_no, "after")
    bench.closes(case_no)


def test_signal_is_heard_inside_its_case_alone(bench: Bench) -> None:
    signal = trigger("signal", attributes='signalRef="ready"')
    part = sub_process(
        "part",
        node("parallelGateway", "fork") + step("one") + step("after"),
        node("intermediateThrowEvent", "say", signal) + node("intermediateCatchEvent", "hear", signal),
        node("endEvent", "one_end") + PART_END,
        path("part_start", "fork", "one", "say", "one_end") + path("fork", "hear", "after", "part_end"),
    )
    swap = ("<bpmn:process", '<bpmn:signal id="ready" name="ready"/><bpmn:process')
    first = bench.begun(part, first="part", last="part", swap=swap)
    second = bench.begun(part, first="part", last="part", swap=swap)
    assert bench.stands(first) == ["hear", "one"]

    bench.do(first, "one")

    assert (bench.open(first), bench.open(second)) == (["after"], ["one"])
    for case_no, element in ((first, "after"), (second, "one"), (second, "after")):
        bench.do(case_no, element)
    bench.closes(first)
    bench.closes(second)


def test_refusal_of_an_operation_leaves_its_part_by_the_boundary_event(bench: Bench) -> None:
    drawn = sub_process(
        "part",
        node("serviceTask", "again", "", 'lb:operation="resume_clock"') + PART_END,
        path("part_start", "again", "part_end"),
    )
    drawn += boundary("heard", "part", ERROR, interrupting=True) + step("told") + node("exclusiveGateway", "on")
    case_no = bench.begun(drawn + path("part", "on") + path("heard", "told", "on"), first="part", last="on")

    assert bench.open(case_no) == ["told"]
    assert bench.stands(case_no) == ["told"]
    assert "operation_refused" in bench.happened(case_no)
    bench.do(case_no, "told")
    bench.closes(case_no)


def test_manual_task_without_outcomes_is_done_by_its_clerk(bench: Bench) -> None:
    drawn = node("manualTask", "archive", "", 'lb:role="window_clerk" lb:office="intake"')
    case_no = bench.begun(drawn, first="archive", last="archive")

    bench.complete(bench.tasks(case_no)[0], "")

    assert bench.open(case_no) == ["handle"]
    bench.closes(case_no)


def test_called_process_of_the_same_document_runs_inside_its_case_and_twice_at_once(bench: Bench) -> None:
    called = node("process", "visit", node("startEvent", "v_start") + step("look") + node("endEvent", "v_end") + LOOKED)
    drawn = node("parallelGateway", "fork") + node("parallelGateway", "join")
    drawn += node("callActivity", "one", "", 'calledElement="visit"')
    drawn += node("callActivity", "two", "", 'calledElement="visit"')
    drawn += path("fork", "one", "join") + path("fork", "two", "join")
    swap = ("<bpmndi:BPMNDiagram", called + "<bpmndi:BPMNDiagram")
    case_no = bench.begun(drawn, first="fork", last="join", swap=swap)

    assert (bench.open(case_no), bench.stands(case_no)) == (["look", "look"], ["look"])
    bench.do(case_no, "look")
    assert bench.open(case_no) == ["look"]
    bench.do(case_no, "look")
    bench.closes(case_no)


def test_error_leaves_the_part_beside_alone(bench: Bench) -> None:
    def room(name: str) -> str:
        inside = step(f"in_{name}") + node("exclusiveGateway", f"gw_{name}", "", f'default="to_gw_{name}_well_{name}"')
        ends = node("endEvent", f"bad_{name}", ERROR) + node("endEvent", f"well_{name}")
        flows = path(f"{name}_start", f"in_{name}", f"gw_{name}", f"well_{name}")
        flows += flow(f"gw_{name}", f"bad_{name}", f'outcomes.in_{name} = "bad"')
        heard = boundary(f"heard_{name}", name, ERROR, interrupting=True) + step(f"mend_{name}")
        return sub_process(name, inside, ends, flows) + heard + path(f"heard_{name}", f"mend_{name}")

    drawn = node("parallelGateway", "fork") + room("left") + room("right") + node("inclusiveGateway", "join")
    drawn += path("fork", "left", "join") + path("fork", "right", "join")
    drawn += path("mend_left", "join") + path("mend_right", "join")
    case_no = bench.begun(drawn, first="fork", last="join")

    bench.do(case_no, "in_right", "bad")

    assert bench.open(case_no) == ["in_left", "mend_right"]
    bench.do(case_no, "in_left")
    assert bench.open(case_no) == ["mend_right"]
    bench.do(case_no, "mend_right")
    bench.closes(case_no)


def test_timer_beside_a_step_comes_as_often_as_its_cycle_says(bench: Bench) -> None:
    part = sub_process(
        "part",
        step("one") + boundary("reminded", "one", timer("R2/2H"), interrupting=False) + step("told"),
        PART_END
        + node("endEvent", "told_end")
        + path("part_start", "one", "part_end")
        + path("reminded", "told", "told_end"),
    )
    case_no = bench.begun(part, first="part", last="part")

    counts = []
    for _ in range(3):
        bench.fire(3 * HOUR)
        counts.append((bench.open(case_no).count("told"), bench.armed(case_no)))

    assert counts == [(1, ["reminded"]), (2, []), (2, [])]
    assert bench.happened(case_no).count("deadline_fired") == 2
    assert bench.spent(case_no) == 1
    for element in ("told", "one", "told"):
        bench.do(case_no, element)
    bench.closes(case_no)


def test_rough_drawing_runs_as_it_was_completed(bench: Bench) -> None:
    """A task without a type, a branch that ends nowhere, a note, a group, and the ids the engine keeps for itself."""
    drawn = node("parallelGateway", "fork") + node("task", "Start", "", WINDOW_TASK) + step("End")
    drawn += node("textAnnotation", "note") + '<bpmn:association id="to_note" sourceRef="Start" targetRef="note"/>'
    drawn += path("fork", "Start") + path("fork", "End")
    case_no = bench.begun(drawn, first="fork", last="End")

    assert (bench.open(case_no), bench.stands(case_no)) == (["End", "Start"], ["End", "Start"])
    bench.do(case_no, "Start")
    assert bench.open(case_no) == ["End"]
    bench.do(case_no, "End")
    bench.closes(case_no)
