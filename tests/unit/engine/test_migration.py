"""Running instances go to a new version of their diagram without moving a due date."""

from dataclasses import replace

import pytest

from app.engine import codec, runner, snapshot
from app.engine.faults import MigrationRefused, StateRefused
from app.engine.migration import migrate
from app.engine.parser import Definition
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    define,
    end,
    gateway,
    instances,
    node,
    start,
    timer,
    user,
    users,
)


def version(
    *steps: str, key: str = "v2", limit: str = "5WD", attached_to: str = "review", event: str = "red"
) -> Definition:
    body = start() + users(*steps) + end() + end("e2") + chain("start", *steps, "end")
    body += boundary(event, attached_to, timer(limit)) + chain(event, "e2")
    return replace(define(body), key=key)


OLD = version("accept", "review", "decide", key="v1")


def at_review() -> Host:
    return Host(OLD).done("accept")


def moved(host: Host, new: Definition, renamed: dict[str, str] | None = None) -> runner.Instance:
    return codec.load(migrate(codec.dump(host.instance), host.definition, new, renamed=renamed), {}, new)


def test_task_added_later_is_met_and_the_deadline_keeps_its_identity() -> None:
    host = at_review()
    instance = moved(host, version("accept", "review", "publish", "decide", limit="3WD"))
    now = snapshot.take(instance)

    assert [task.task_id for task in now.open_tasks] == [host.task("review").task_id]
    assert (now.waits[0].task_id, now.waits[0].key) == (host.wait("red").task_id, "red")
    assert now.waits[0].expression == "3WD"
    runner.apply(instance, host.move_for(now.open_tasks[0], {}))
    assert [task.element for task in snapshot.take(instance).open_tasks] == ["publish"]


def test_finished_task_may_be_gone() -> None:
    instance = moved(at_review(), version("review", "decide"))

    assert [task.element for task in snapshot.take(instance).open_tasks] == ["review"]


@pytest.mark.parametrize(
    ("new", "nodes"),
    [
        (version("accept", "decide", attached_to="accept"), "review"),
        (version("accept", "review", event="blue"), "red, review"),
        (version("accept", "review", attached_to="accept"), "review"),
    ],
)
def test_missing_or_changed_place_is_refused_with_its_name(new: Definition, nodes: str) -> None:
    with pytest.raises(MigrationRefused) as refused:
        moved(at_review(), new)

    assert refused.value.facts == {"nodes": nodes}


def test_element_of_another_kind_is_refused() -> None:
    body = start() + node("manualTask", "s0") + end() + chain("start", "s0", "end")
    old = replace(define(start() + user("s0") + end() + chain("start", "s0", "end")), key="v1")

    with pytest.raises(MigrationRefused):
        moved(Host(old), replace(define(body), key="v2"))


def test_renamed_element_is_found_again() -> None:
    new = version("accept", "assess", "decide", attached_to="assess", event="late")
    instance = moved(at_review(), new, {"review": "assess", "red": "late"})
    now = snapshot.take(instance)

    assert ([task.element for task in now.open_tasks], now.waits[0].key) == (["assess"], "late")


def test_renamed_subprocess_goes_on_inside_each_instance() -> None:
    def several(room: str, key: str) -> Definition:
        inner = start("s") + user("work") + end("e") + chain("s", "work", "e")
        body = start() + node("subProcess", room, instances("2") + inner) + end() + chain("start", room, "end")
        return replace(define(body), key=key)

    instance = moved(Host(several("room", "v1")), several("hall", "v2"), {"room": "hall"})
    tasks = snapshot.take(instance).open_tasks

    for task in tasks:
        runner.apply(instance, Host.move_for(task, {}))
    assert (len(tasks), instance.ended) == (2, True)


def test_waiting_join_with_other_flows_is_refused() -> None:
    def fork(*branches: str, key: str) -> Definition:
        body = (
            start() + gateway("parallel", "f", "j") + users(*branches) + end() + chain("start", "f") + chain("j", "end")
        )
        return replace(define(body + "".join(chain("f", branch, "j") for branch in branches)), key=key)

    with pytest.raises(MigrationRefused) as refused:
        moved(Host(fork("a", "b", key="v1")).done("a"), fork("a", "b", "c", key="v2"))

    assert refused.value.facts == {"nodes": "j"}


def test_state_of_another_definition_is_refused() -> None:
    with pytest.raises(StateRefused):
        migrate(codec.dump(at_review().instance), version("a", "review", key="other"), OLD)
