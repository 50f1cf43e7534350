"""Which moves fit, and what a move may cost."""

from uuid import uuid4

import pytest

from app.domain.errors import Conflict
from app.domain.feel import FeelStopped
from app.domain.moves import (
    Cancel,
    CloseMember,
    CompleteTask,
    Correlate,
    FailService,
    FinishService,
    FireDeadline,
    Move,
    Start,
)
from app.engine import codec, runner, snapshot
from app.engine.expressions import CaseExpressions
from app.engine.faults import LoopLimit
from tests.unit.engine.conftest import Run
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    chain_of,
    define,
    end,
    ends,
    flow,
    gateway,
    message,
    node,
    service,
    start,
    timer,
    user,
)

MIXED = (
    start()
    + gateway("parallel", "f")
    + user("check")
    + service("push")
    + node("intermediateCatchEvent", "answer", message())
    + ends("e1", "e2", "e3", "e4")
    + boundary("red", "check", timer("5WD"))
    + chain("start", "f", "check", "e1")
    + chain("f", "push", "e2")
    + chain("f", "answer", "e3")
    + chain("red", "e4")
)
LB = {
    "lb__role": "window_clerk",
    "lb__office": "intake",
    "lb__form": "completeness_check",
    "lb__outcomes": "accept, correct,refuse_acceptance",
    "lb__limit": "notice5",
    "lb__decides": "true",
    "lb__startsClock": "promised,statutory",
    "lb__signatures": "2",
    "lb__handledBy": "external",
}


def test_attributes_of_the_author_reach_the_snapshot() -> None:
    body = start() + user("check", name="受理审查", **LB) + end() + chain("start", "check", "end")
    task = snapshot.take(runner.begin(define(body), {})).open_tasks[0]

    assert (task.element, task.name, task.role, task.office) == ("check", "受理审查", "window_clerk", "intake")
    assert task.outcomes == ("accept", "correct", "refuse_acceptance")
    assert (task.form_key, task.limit, task.decides, task.signatures) == ("completeness_check", "notice5", True, 2)
    assert (task.starts_clock, task.handled_by) == (("promised", "statutory"), "external")


def test_ids_of_added_nodes_become_the_authors_ids() -> None:
    body = (
        start()
        + node("subProcess", "P__outer", start("s") + user("u__inner") + end("e") + chain("s", "u__inner", "e"))
        + end()
        + boundary("ask__on", "P__outer", timer("1D"))
        + chain("start", "P__outer", "end")
        + chain("ask__on", "end")
    )
    instance = runner.begin(define(body, origin={"P__outer": "P", "ask__on": "ask", "u__inner": "u"}), {})
    now = snapshot.take(instance)

    assert [task.element for task in now.open_tasks] == ["u"]
    assert [(wait.key, wait.attached_to) for wait in now.waits] == [("ask", "P")]
    runner.apply(instance, FireDeadline(task_id=now.waits[0].task_id, key="ask"))
    assert instance.ended


def test_task_ids_are_hexadecimal_and_stay() -> None:
    instance = runner.begin(define(MIXED), {})
    before = snapshot.take(instance)

    assert {len(task.task_id) for task in before.open_tasks} == {32}
    assert snapshot.take(instance) == before


def moves_that_do_not_fit(host: Host) -> list[tuple[str, Move]]:
    check = host.task("check").task_id
    push = host.service("push").task_id
    red = host.wait("red").task_id
    answer = host.wait("answer").task_id
    return [
        ("task_not_open", CompleteTask(task_id=push)),
        ("task_not_open", CompleteTask(task_id=red)),
        ("task_not_open", CompleteTask(task_id=uuid4().hex)),
        ("task_not_open", CompleteTask(task_id="no id at all")),
        ("task_not_open", CloseMember(task_id=check)),
        ("service_not_running", FinishService(task_id=check)),
        ("service_not_running", FailService(task_id=uuid4().hex, error_code="x")),
        ("wait_not_open", FireDeadline(task_id=red, key="other")),
        ("wait_not_open", FireDeadline(task_id=check, key="red")),
        ("wait_not_open", FireDeadline(task_id=answer, key="answer")),
        ("wait_not_open", Correlate(task_id=red, key="red")),
        ("already_started", Start()),
    ]


def test_moves_that_do_not_fit_are_refused_and_change_nothing(run: Run) -> None:
    host = run(MIXED)
    before = host.now

    for code, move in moves_that_do_not_fit(host):
        with pytest.raises(Conflict) as refused:
            runner.apply(host.instance, move)
        assert refused.value.code == code

    assert snapshot.take(host.instance) == before


def test_completed_task_is_not_completed_twice(run: Run) -> None:
    host = run(chain_of(2))
    first = CompleteTask(task_id=host.task("s0").task_id)
    host.apply(first)

    with pytest.raises(Conflict):
        host.apply(first)

    assert host.open == ["s1"]


def test_cancelled_instance_waits_for_nothing(run: Run) -> None:
    host = run(MIXED).apply(Cancel(reason="withdrawn"))

    assert (host.ended, host.open, host.armed, host.now.services) == (True, [], [], ())
    with pytest.raises(Conflict) as refused:
        host.apply(Cancel(reason="again"))
    assert refused.value.code == "instance_ended"


def test_ring_of_gateways_is_stopped(run: Run) -> None:
    body = (
        start()
        + user("u")
        + gateway("exclusive", "a", "b")
        + end()
        + chain("start", "u", "a", "b")
        + flow("b", "a", "true")
        + flow("b", "end")
    )
    host = run(body)

    with pytest.raises(LoopLimit) as refused:
        host.done("u")

    assert refused.value.facts == {"limit": 2000, "unit": "tasks"}


def test_move_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    for name in ("monotonic", "thread_time"):
        monkeypatch.setattr(f"app.engine.steps.{name}", lambda: next(clock))
    body = start() + gateway("exclusive", "a", "b") + end() + chain("start", "a", "b", "end")

    with pytest.raises(LoopLimit) as refused:
        runner.begin(define(body), {})

    assert refused.value.facts["unit"] == "seconds"


def test_tokens_without_bound_are_stopped(run: Run) -> None:
    body = (
        start()
        + gateway("exclusive", "a")
        + gateway("parallel", "f")
        + user("u")
        + end()
        + chain("start", "a", "f", "a")
        + chain("f", "u", "end")
    )

    with pytest.raises(LoopLimit):
        run(body)


def test_thrown_events_stay_until_the_next_move() -> None:
    body = (
        start()
        + user("a")
        + node("sendTask", "letter", name="Letter")
        + service("push")
        + user("b")
        + end()
        + chain("start", "a", "letter", "push", "b", "end")
    )
    instance = runner.begin(define(body), {})
    runner.apply(instance, CompleteTask(task_id=snapshot.take(instance).open_tasks[0].task_id))
    first = snapshot.take(instance)

    runner.apply(instance, FinishService(task_id=first.services[0].task_id))
    second = snapshot.take(instance)
    runner.apply(instance, CompleteTask(task_id=second.open_tasks[0].task_id))

    assert [thrown.name for thrown in first.thrown] == ["Letter"]
    assert second.thrown == first.thrown
    assert snapshot.take(instance).thrown == ()


def test_chain_longer_than_the_recursion_limit_runs() -> None:
    instance = runner.begin(define(chain_of(1500)), {})
    body = start() + "".join(gateway("exclusive", f"g{n}") for n in range(1500)) + user("u") + end()
    passing = runner.begin(define(body + chain("start", *(f"g{n}" for n in range(1500)), "u", "end")), {})

    assert snapshot.take(instance).open_tasks[0].element == "s0"
    assert snapshot.take(passing).open_tasks[0].element == "u"


def test_scripts_are_refused() -> None:
    with pytest.raises(PermissionError):
        CaseExpressions().execute(None, "import os")  # type: ignore[arg-type]


def test_steps_of_all_expressions_of_a_move_are_counted_together() -> None:
    nested = "some a in xs satisfies some b in xs satisfies some c in xs satisfies a + b + c = -1"
    body = start() + user("u") + node("exclusiveGateway", "g", default="d") + end() + chain("start", "u", "g")
    body += flow("g", "u", nested) + flow("g", "end", flow_id="d")
    instance = runner.begin(define(body), {"xs": list(range(200))})

    with pytest.raises(FeelStopped):
        runner.apply(instance, CompleteTask(task_id=snapshot.take(instance).open_tasks[0].task_id))


def test_host_lends_its_calendar_to_expressions() -> None:
    body = (
        start() + service("s", lb__input="{days: working days between(from, to)}") + end() + chain("start", "s", "end")
    )
    lent = {"working days between": lambda first, last: [first, last]}
    instance = runner.begin(define(body), {"from": "a", "to": "b"}, functions=lent)
    loaded = codec.load(codec.dump(instance), {"from": "a", "to": "b"}, instance.definition, functions=lent)

    assert snapshot.take(loaded).services[0].inputs == {"days": ["a", "b"]}
