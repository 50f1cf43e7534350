"""Errors, escalations and services: who catches, and what goes outwards."""

import pytest

from app.domain.errors import RuleViolation
from app.engine import runner
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import (
    boundary,
    chain,
    end,
    ends,
    gateway,
    instances,
    node,
    process,
    service,
    start,
    trigger,
    user,
    users,
)

AROUND = (
    '<error id="E" errorCode="busy" name="Busy"/>',
    '<error id="F" errorCode="broken"/>',
    '<escalation id="X" escalationCode="ask_chief" name="Ask"/>',
    '<message id="M" name="M"/>',
)


def two_rooms(kind: str, reference: str, *, interrupting: bool = True) -> str:
    text = start() + gateway("parallel", "f") + users("after1", "after2") + end() + flow_start()
    for number in "12":
        inner = (
            start("s" + number)
            + user("work" + number)
            + end("out" + number, trigger(kind, reference))
            + chain("s" + number, "work" + number, "out" + number)
        )
        text += node("subProcess", "room" + number, inner)
        text += boundary("catch" + number, "room" + number, trigger(kind, reference), interrupting=interrupting)
        text += chain("f", "room" + number, "end") + chain("catch" + number, "after" + number, "end")
    return text


def flow_start() -> str:
    return chain("start", "f")


PUSH = (
    start()
    + service("push")
    + user("by_hand")
    + end()
    + chain("start", "push", "end")
    + boundary("failed", "push", trigger("error", "E"))
    + chain("failed", "by_hand", "end")
)


def test_who_catches_a_code_is_known_before_it_is_reported(run: Run) -> None:
    host = run(PUSH, around=AROUND)
    push = host.service("push").task_id

    assert runner.catches(host.instance, push, "busy")
    assert not runner.catches(host.instance, push, "broken")
    assert host.service("push").task_id == push


def test_error_is_caught_by_the_own_room_only(run: Run) -> None:
    host = run(two_rooms("error", "E"), around=AROUND).done("work1")

    assert sorted(host.open) == ["after1", "work2"]
    assert host.now.thrown == ()


def test_escalation_runs_beside_the_room_that_threw_it(run: Run) -> None:
    host = run(two_rooms("escalation", "X", interrupting=False), around=AROUND).done("work2")

    assert sorted(host.open) == ["after2", "work1"]
    assert host.done("work1", "after1", "after2").ended


def test_escalation_beside_may_happen_again(run: Run) -> None:
    inner = (
        start("s")
        + gateway("parallel", "f")
        + users("a", "b", "c")
        + ends("e1")
        + end("x1", trigger("escalation", "X"))
        + end("x2", trigger("escalation", "X"))
        + chain("s", "f", "a", "x1")
        + chain("f", "b", "x2")
        + chain("f", "c", "e1")
    )
    body = (
        start()
        + node("subProcess", "room", inner)
        + user("chief")
        + ends("end", "out")
        + chain("start", "room", "end")
        + boundary("heard", "room", trigger("escalation", "X"), interrupting=False)
        + chain("heard", "chief", "out")
    )
    host = run(body, around=AROUND).done("a", "b")

    assert sorted(host.open) == ["c", "chief", "chief"]


def test_interrupting_escalation_stops_the_token_that_threw_it(run: Run) -> None:
    inner = (
        start("s")
        + node("intermediateThrowEvent", "ask", trigger("escalation", "X"))
        + user("never")
        + end("e")
        + chain("s", "ask", "never", "e")
    )
    body = (
        start()
        + node("subProcess", "room", inner)
        + user("chief")
        + ends("end", "out")
        + chain("start", "room", "end")
        + boundary("heard", "room", trigger("escalation", "X"))
        + chain("heard", "chief", "out")
    )

    assert run(body, around=AROUND).open == ["chief"]


def test_service_waits_until_the_host_reports(run: Run) -> None:
    body = start() + service("push", "send_letter", lb__input="{to: name, pages: 1 + 1}") + user("after") + end()
    host = run(body + chain("start", "push", "after", "end"), {"name": "张三"})

    service_ = host.service("push")
    assert (service_.operation, service_.inputs) == ("send_letter", {"to": "张三", "pages": 2})
    assert host.finish("push", receipt=7).open == ["after"]
    assert host.variables["receipt"] == 7


def test_services_follow_each_other_in_one_move(run: Run) -> None:
    steps = [f"v{number}" for number in range(5)]
    host = run(start() + "".join(map(service, steps)) + end() + chain("start", *steps, "end"))

    done = []
    while host.now.services:
        done.append(host.now.services[0].element)
        host.finish(done[-1])

    assert (done, host.ended) == (steps, True)


def test_external_service_names_its_topic(run: Run) -> None:
    body = start() + node("serviceTask", "push", lb__external="province") + end() + chain("start", "push", "end")

    assert run(body).service("push").topic == "province"


def test_input_that_is_no_context_is_refused(run: Run) -> None:
    body = start() + service("push", lb__input="1 + 1") + end() + chain("start", "push", "end")

    with pytest.raises(RuleViolation) as refused:
        run(body)

    assert refused.value.code == "input_not_context"


def test_failed_service_takes_the_error_path(run: Run) -> None:
    host = run(PUSH, around=AROUND).fail("push", "busy")

    assert (host.open, host.now.services) == (["by_hand"], ())
    assert host.done("by_hand").ended


def test_failure_nobody_catches_is_thrown_and_the_service_stays_open(run: Run) -> None:
    host = run(PUSH, around=AROUND).fail("push", "other")

    assert [(thrown.kind, thrown.name, thrown.code) for thrown in host.now.thrown] == [("error", "push", "other")]
    assert host.finish("push").ended


def test_event_for_the_very_code_goes_before_the_one_for_every_code(run: Run) -> None:
    body = (
        start()
        + service("push")
        + users("any", "exact")
        + end()
        + chain("start", "push", "end")
        + boundary("every", "push", trigger("error"))
        + boundary("busy", "push", trigger("error", "E"))
        + chain("every", "any", "end")
        + chain("busy", "exact", "end")
    )

    assert run(body, around=AROUND).fail("push", "busy").open == ["exact"]
    assert run(body, around=AROUND).fail("push", "strange").open == ["any"]


def test_failure_goes_outwards_through_called_processes(run: Run) -> None:
    called = process(
        start("cs")
        + service("push")
        + user("beside")
        + gateway("parallel", "cf")
        + end("ce")
        + chain("cs", "cf", "push", "ce")
        + chain("cf", "beside", "ce"),
        "Q",
    )
    body = (
        start()
        + node("callActivity", "call", calledElement="Q")
        + user("by_hand")
        + end()
        + chain("start", "call", "end")
        + boundary("any", "call", trigger("error"))
        + chain("any", "by_hand", "end")
    )
    host = run(body, around=(*AROUND, called)).fail("push", "anything")

    assert (host.open, host.now.services) == (["by_hand"], ())


def test_failure_in_one_instance_is_caught_at_the_activity(run: Run) -> None:
    body = (
        start()
        + node("serviceTask", "push", instances("3"), lb__operation="work")
        + user("by_hand")
        + end()
        + chain("start", "push", "end")
        + boundary("failed", "push", trigger("error", "E"))
        + chain("failed", "by_hand", "end")
    )
    host = run(body, around=AROUND)

    assert len(host.now.services) == 3
    assert (host.fail("push", "busy").open, host.now.services) == (["by_hand"], ())


def test_error_end_nobody_catches_is_thrown_outwards(run: Run) -> None:
    host = run(
        start() + user("a") + end("out", trigger("error", "F")) + chain("start", "a", "out"), around=AROUND
    ).done("a")

    assert [(thrown.kind, thrown.code) for thrown in host.now.thrown] == [("error", "broken")]
    assert host.ended


def test_message_leaves_the_instance(run: Run) -> None:
    body = (
        start()
        + node("sendTask", "letter", messageRef="M")
        + node("intermediateThrowEvent", "call", trigger("message", "M"))
        + end("end", trigger("message", "M"))
        + chain("start", "letter", "call", "end")
    )
    host = run(body, around=AROUND)

    assert [(thrown.kind, thrown.name) for thrown in host.now.thrown] == [("message", "M")] * 3


def test_send_task_with_an_operation_is_a_service(run: Run) -> None:
    body = start() + node("sendTask", "letter", lb__operation="notify") + end() + chain("start", "letter", "end")

    assert run(body).finish("letter").ended


def test_error_stops_what_runs_beside_it_before_it_can_run(run: Run) -> None:
    inner = (
        start("s")
        + gateway("parallel", "f")
        + end("out", trigger("error", "E"))
        + node("intermediateThrowEvent", "late", trigger("message", "M"))
        + end("e")
        + chain("s", "f", "out")
        + chain("f", "late", "e")
    )
    body = (
        start()
        + node("subProcess", "room", inner)
        + user("repair")
        + end()
        + chain("start", "room", "end")
        + boundary("caught", "room", trigger("error", "E"))
        + chain("caught", "repair", "end")
    )
    host = run(body, around=AROUND)

    assert (host.open, host.now.thrown) == (["repair"], ())
