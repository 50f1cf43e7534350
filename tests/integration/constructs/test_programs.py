"""Work for programs outside as it is drawn: several instances at once, a send task, errors caught and not."""

import pytest

from app.domain.external_task import Failure
from tests.drawing import boundary, flow, node, path, step, trigger
from tests.external_work import complete, fail, fetch
from tests.integration.constructs.conftest import Bench

TOPIC = 'lb:external="business-register"'


def test_each_instance_hands_out_its_own_item_and_all_are_waited_for(bench: Bench) -> None:
    several = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>=[&quot;A&quot;, &quot;B&quot;]"
        '</bpmn:loopDataInputRef><bpmn:inputDataItem id="i" name="place"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    asked = node("serviceTask", "ask", several, f'{TOPIC} lb:input="={{company_name: place}}"')

    case_no = bench.begun(asked, first="ask", last="ask")
    tasks = fetch(bench.world)

    assert sorted(str(task.variables["company_name"]) for task in tasks) == ["A", "B"]
    assert bench.stands(case_no) == ["ask"]
    complete(bench.world, tasks[0])
    assert bench.open(case_no) == []
    complete(bench.world, tasks[1])
    assert bench.open(case_no) == ["handle"]
    bench.closes(case_no)


def test_send_task_waits_for_its_program(bench: Bench) -> None:
    case_no = bench.begun(node("sendTask", "tell", attributes=TOPIC), first="tell", last="tell")
    (task,) = fetch(bench.world)

    complete(bench.world, task)

    assert bench.open(case_no) == ["handle"]


@pytest.mark.parametrize(("code", "state", "opened"), [("busy", "caught", ["by_hand"]), ("", "waiting", [])])
def test_reported_code_is_caught_and_a_failure_without_one_is_not(
    bench: Bench, code: str, state: str, opened: list[str]
) -> None:
    drawn = (
        node("serviceTask", "ask", attributes=TOPIC)
        + boundary("bad", "ask", trigger("error"), interrupting=True)
        + step("by_hand")
        + node("exclusiveGateway", "gw_both")
        + path("ask", "gw_both")
        + flow("bad", "by_hand")
        + flow("by_hand", "gw_both")
    )
    case_no = bench.begun(drawn, first="ask", last="gw_both")
    (task,) = fetch(bench.world)

    answer = fail(bench.world, task, Failure(message="占线", error_code=code))

    assert answer["state"] == state
    assert bench.open(case_no) == opened
