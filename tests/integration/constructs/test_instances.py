"""Activities with several instances, and loops: a task for each item, what each sees and gives out, and when it ends."""

from datetime import timedelta

import pytest

from tests.drawing import boundary, flow, instances, marker, node, path, step, sub_process, timer
from tests.integration.constructs.conftest import Bench
from tests.web.api_world import WINDOW, done

HOUR = timedelta(hours=1)
OPINION = 'lb:form="review"'
SHOPS = '["甲店", "乙店", "丙店"]'


def over_shops(*, sequential: bool = False, collection: str = SHOPS, until: str = "") -> str:
    """Draw a step for each shop, whose opinions are collected."""
    marker_of = instances(
        collection, sequential=sequential, item="shop", output="opinion", into="opinions", until=until
    )
    return step("visit", inside=marker_of, attributes=OPINION)


def shown(bench: Bench, case_no: str) -> list[tuple[int, object]]:
    """Return what the open tasks say of their instances: number and item."""
    pages = [done(bench.call(WINDOW).get(f"/tasks/{task['id']}")) for task in bench.tasks(case_no)]
    return sorted((page["task"]["instance_no"], page["locals"].get("shop")) for page in pages)


def test_each_item_has_a_task_that_shows_it_and_outputs_keep_their_places(bench: Bench) -> None:
    case_no = bench.begun(over_shops(), first="visit", last="visit")

    assert (bench.open(case_no), bench.stands(case_no)) == (["visit"] * 3, ["visit"])
    assert shown(bench, case_no) == [(1, "甲店"), (2, "乙店"), (3, "丙店")]
    for number in (3, 1, 2):
        task = next(task for task in bench.tasks(case_no) if task["instance_no"] == number)
        bench.complete(task, opinion=f"第{number}家合格")

    assert bench.variables(case_no)["opinions"] == ["第1家合格", "第2家合格", "第3家合格"]
    assert bench.open(case_no) == ["handle"]
    assert "shop" not in bench.variables(case_no)
    assert bench.happened(case_no).count("task_completed") == 3
    bench.closes(case_no)


def test_items_come_one_after_the_other_and_no_earlier_answer_is_shown(bench: Bench) -> None:
    case_no = bench.begun(over_shops(sequential=True), first="visit", last="visit")

    for number, shop in enumerate(("甲店", "乙店", "丙店"), start=1):
        assert shown(bench, case_no) == [(number, shop)]
        page = done(bench.call(WINDOW).get(f"/tasks/{bench.tasks(case_no)[0]['id']}"))
        assert page["earlier"] == {}
        bench.do(case_no, "visit", opinion=shop)

    assert bench.variables(case_no)["opinions"] == ["甲店", "乙店", "丙店"]
    bench.closes(case_no)


@pytest.mark.parametrize(("collection", "count"), [("2", 2), ("[]", 0)])
def test_a_number_gives_so_many_tasks_and_an_empty_list_none(bench: Bench, collection: str, count: int) -> None:
    drawn = step("before") + over_shops(collection=collection) + path("before", "visit")
    case_no = bench.begun(drawn, first="before", last="visit")

    bench.do(case_no, "before")

    assert bench.open(case_no) == (["visit"] * count or ["handle"])
    for number in range(count):
        bench.do(case_no, "visit", opinion=str(number))
    bench.closes(case_no)


@pytest.mark.parametrize("sequential", [False, True])
def test_completion_condition_takes_the_open_tasks_away(bench: Bench, *, sequential: bool) -> None:
    drawn = over_shops(sequential=sequential, until='outcomes.visit = "bad"')
    case_no = bench.begun(drawn, first="visit", last="visit")

    bench.do(case_no, "visit", opinion="合格")
    assert "visit" in bench.open(case_no)
    bench.do(case_no, "visit", "bad", opinion="不合格")

    assert bench.open(case_no) == ["handle"]
    states = sorted(task["state"] for task in bench.case(case_no)["tasks"] if task["element"] == "visit")
    assert states == (["completed"] * 2 if sequential else ["completed", "completed", "withdrawn"])
    bench.closes(case_no)


def test_timer_cancels_all_instances_of_a_part_and_leaves_nothing(bench: Bench) -> None:
    part = sub_process(
        "part",
        instances(SHOPS, item="shop"),
        step("visit", attributes='lb:limit="5H"'),
        node("endEvent", "part_end"),
        path("part_start", "visit", "part_end"),
    )
    drawn = part + boundary("late", "part", timer("2H"), interrupting=True) + step("told")
    drawn += node("exclusiveGateway", "on") + path("part", "on") + path("late", "told", "on")
    case_no = bench.begun(drawn, first="part", last="on")
    assert shown(bench, case_no) == [(1, "甲店"), (2, "乙店"), (3, "丙店")]
    assert bench.armed(case_no) == ["late", "visit", "visit", "visit"]
    bench.do(case_no, "visit")

    bench.fire(3 * HOUR)

    assert (bench.open(case_no), bench.stands(case_no), bench.armed(case_no)) == (["told"], ["told"], [])
    states = sorted(task["state"] for task in bench.case(case_no)["tasks"] if task["element"] == "visit")
    assert states == ["completed", "withdrawn", "withdrawn"]
    bench.do(case_no, "told")
    bench.closes(case_no)


def test_loop_repeats_while_its_condition_holds_and_at_most_so_often(bench: Bench) -> None:
    again = marker("standardLoopCharacteristics", '<bpmn:loopCondition>outcomes.one = "bad"</bpmn:loopCondition>')
    drawn = step("one", inside=again) + step("two", inside=marker("standardLoopCharacteristics", "", 'loopMaximum="3"'))
    case_no = bench.begun(drawn + flow("one", "two"), first="one", last="two")

    for outcome in ("bad", "bad", "seen"):
        assert (bench.open(case_no), bench.tasks(case_no)[0]["instance_no"]) == (["one"], None)
        bench.do(case_no, "one", outcome)
    for _ in range(3):
        assert bench.open(case_no) == ["two"]
        bench.do(case_no, "two", "bad")

    assert bench.open(case_no) == ["handle"]
    bench.closes(case_no)
