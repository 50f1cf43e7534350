"""Running instances go to a new version of their diagram without moving a due date."""

from dataclasses import replace
from random import Random

import pytest

from app.engine import codec, runner, snapshot
from app.engine.faults import MigrationRefused, StateRefused
from app.engine.migration import migrate, move_results, restate_limit
from app.engine.migration_plan import MigrationPlan, plan_migration
from app.engine.parser import Definition
from tests.unit.engine.diagrams import LAST_STEP, DiagramGenerator, picture, random_move
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    define,
    end,
    gateway,
    instances,
    matter,
    message,
    node,
    service,
    start,
    timer,
    user,
    users,
)


def version(
    *steps: str,
    key: str = "v2",
    limit: str = "5WD",
    attached_to: str = "review",
    event: str = "red",
    trigger: str = "",
) -> Definition:
    body = start() + users(*steps) + end() + end("e2") + chain("start", *steps, "end")
    body += boundary(event, attached_to, trigger or timer(limit)) + chain(event, "e2")
    return replace(define(body), key=key)


OLD = version("accept", "review", "decide", key="v1")


def at_review() -> Host:
    return Host(OLD).done("accept")


def moved(
    host: Host, new: Definition, renamed: dict[str, str] | None = None, limits: frozenset[str] = frozenset()
) -> runner.Instance:
    plan = plan_migration(host.definition, new, elements=renamed, limits=limits)
    return codec.load(migrate(codec.dump(host.instance), plan).tokens, {}, new)


def refusals(host: Host, new: Definition, renamed: dict[str, str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(MigrationRefused) as refused:
        moved(host, new, renamed)
    return [(str(item["element_id"]), str(item["code"])) for item in refused.value.items]


def test_task_added_later_is_met_and_the_deadline_keeps_its_identity() -> None:
    host = at_review()
    instance = moved(host, version("accept", "review", "publish", "decide", limit="3WD"))
    now = snapshot.take(instance)

    assert [task.task_id for task in now.open_tasks] == [host.task("review").task_id]
    assert (now.waits[0].task_id, now.waits[0].key) == (host.wait("red").task_id, "red")
    assert now.waits[0].expression == "5WD"
    runner.apply(instance, host.move_for(now.open_tasks[0], {}))
    assert [task.element for task in snapshot.take(instance).open_tasks] == ["publish"]


def test_finished_task_may_be_gone() -> None:
    instance = moved(at_review(), version("review", "decide"))

    assert [task.element for task in snapshot.take(instance).open_tasks] == ["review"]


@pytest.mark.parametrize(
    ("new", "places"),
    [
        (version("accept", "decide", attached_to="accept"), [("review", "missing")]),
        (version("accept", "review", event="blue"), [("red", "missing"), ("review", "other_events")]),
        (version("accept", "review", attached_to="accept"), [("review", "other_events")]),
        (version("accept", "review", trigger=message("paper")), [("red", "other_trigger")]),
    ],
)
def test_missing_or_changed_place_is_refused_with_its_name(new: Definition, places: list[tuple[str, str]]) -> None:
    assert refusals(at_review(), new) == places


def test_element_of_another_kind_is_refused() -> None:
    body = start() + node("manualTask", "s0") + end() + chain("start", "s0", "end")
    old = replace(define(start() + user("s0") + end() + chain("start", "s0", "end")), key="v1")

    assert refusals(Host(old), replace(define(body), key="v2")) == [("s0", "other_kind")]


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

    assert refusals(Host(fork("a", "b", key="v1")).done("a"), fork("a", "b", "c", key="v2")) == [("j", "other_join")]


def test_state_of_another_definition_is_refused() -> None:
    with pytest.raises(StateRefused):
        migrate(codec.dump(at_review().instance), plan_migration(version("a", "review", key="other"), OLD))


def one(body: str, key: str) -> Definition:
    return replace(define(start() + body + end() + chain("start", "it", "end")), key=key)


def room(body: str, key: str, room_id: str = "room") -> Definition:
    return one(node("subProcess", "it", start("s") + body + end("e") + chain("s", "step", "e")), key)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (matter("it", "food"), matter("it", "seal"), ("it", "other_matter")),
        (service("it", "print"), service("it", "seal"), ("it", "other_operation")),
        (user("it", instances("2", item="a")), user("it", instances("2", item="b")), ("it", "other_instances")),
        (user("it", instances("2")), user("it", instances("2", sequential=True)), ("it", "other_kind")),
        (user("it", instances("2")), user("it"), ("it", "other_kind")),
    ],
)
def test_what_would_be_waited_for_otherwise_is_refused(old: str, new: str, place: tuple[str, str]) -> None:
    assert place in refusals(Host(one(old, "v1")), one(new, "v2"))


def test_step_moved_into_a_subprocess_is_refused_with_that_reason() -> None:
    plain = replace(define(start() + user("step") + end() + chain("start", "step", "end")), key="v1")

    assert refusals(Host(plain), room(user("step"), "v2")) == [("step", "other_scope")]
    assert ("it", "missing") in refusals(Host(room(user("step"), "v1")), replace(plain, key="v2"))


def parallel(*branches: str, key: str) -> Definition:
    body = start() + gateway("parallel", "f", "j") + users(*branches) + end() + chain("start", "f") + chain("j", "end")
    return replace(define(body + "".join(chain("f", branch, "j") for branch in branches)), key=key)


def test_two_steps_of_one_instance_cannot_become_one() -> None:
    assert refusals(Host(parallel("a", "b", key="v1")), parallel("b", "c", key="v2"), {"a": "b"}) == [
        ("b", "two_on_one")
    ]


def test_removed_step_goes_on_at_the_one_it_is_mapped_to_and_finds_its_way_back() -> None:
    old = replace(define(start() + users("a", "b") + end() + chain("start", "a", "b", "end")), key="v1")
    new = replace(define(start() + users("b") + end() + chain("start", "b", "end")), key="v2")
    hosts = {"a": Host(old), "b": Host(old).done("a")}

    there = {
        name: migrate(codec.dump(host.instance), plan_migration(old, new, elements={"a": "b"}))
        for name, host in hosts.items()
    }
    back = {
        name: migrate(state.tokens, plan_migration(new, old), homes=state.places.merged).tokens
        for name, state in there.items()
    }

    assert [open_steps(codec.load(state.tokens, {}, new)) for state in there.values()] == [["b"], ["b"]]
    assert back == {name: codec.dump(host.instance) for name, host in hosts.items()}


def open_steps(instance: runner.Instance) -> list[str]:
    return [task.element for task in snapshot.take(instance).open_tasks]


def limited(limit: str, key: str, timer_limit: str = "5WD") -> Definition:
    body = start() + user("review", **({"lb__limit": limit} if limit else {})) + end() + end("e2")
    body += chain("start", "review", "end") + boundary("red", "review", timer(timer_limit)) + chain("red", "e2")
    return replace(define(body), key=key)


@pytest.mark.parametrize(("old", "new"), [("3WD", "1WD"), ("", "2WD"), ("3WD", "")])
def test_step_keeps_the_limit_it_was_opened_with(old: str, new: str) -> None:
    instance = moved(Host(limited(old, "v1")), limited(new, "v2", timer_limit="9WD"))
    now = snapshot.take(instance)

    assert (now.open_tasks[0].limit, now.waits[0].expression) == (old, "5WD")


def test_changed_limit_counts_when_asked_for_and_is_told() -> None:
    host, plan = (
        Host(limited("3WD", "v1")),
        plan_migration(limited("3WD", "v1"), limited("1WD", "v2", timer_limit="9WD"), limits=frozenset({"review"})),
    )
    state = migrate(codec.dump(host.instance), plan)
    now = snapshot.take(codec.load(state.tokens, {}, plan.new))

    assert (now.open_tasks[0].limit, now.waits[0].expression) == ("1WD", "5WD")
    assert state.places.restated == {(now.open_tasks[0].task_id, "review")}


def test_limit_given_to_a_step_survives_its_saving() -> None:
    instance = Host(limited("3WD", "v1")).instance
    task = snapshot.take(instance).open_tasks[0]

    restate_limit(instance, task.task_id, "review", "2WD")
    loaded = codec.load(codec.dump(instance), {}, instance.definition)

    assert snapshot.take(loaded).open_tasks[0].limit == "2WD"


def test_results_of_finished_steps_follow_their_elements() -> None:
    new = version("accept", "assess", "decide", attached_to="assess")
    plan = plan_migration(OLD, new, elements={"review": "assess", "accept": "accept"})
    variables = {"outcomes": {"accept": "yes", "review": "no"}, "answers": {"review": {"x": 1}}, "review": 3}

    found = move_results(variables, plan)

    assert found == {"outcomes": {"accept": "yes", "assess": "no"}, "answers": {"assess": {"x": 1}}, "review": 3}
    assert move_results(found, plan_migration(new, OLD, elements={"assess": "review"})) == variables


def test_parts_the_normaliser_added_follow_what_they_stand_for() -> None:
    def version_of(step: str, key: str) -> Definition:
        body = start() + user(step) + gateway("parallel", f"{step}__split") + users("x", "y") + end()
        body += chain("start", step, f"{step}__split", "x", "end") + chain(f"{step}__split", "y", "end")
        return replace(define(body, origin={f"{step}__split": step}), key=key)

    plan = plan_migration(version_of("a", "v1"), version_of("b", "v2"), elements={"a": "b"})

    assert plan.nodes == {"a": "b", "a__split": "b__split"}


def there(host: Host, plan: MigrationPlan) -> Host:
    """Move an instance to the other version; the host goes on with it."""
    raw, variables = migrate(codec.dump(host.instance), plan).tokens, move_results(host.variables, plan)
    host.definition = plan.new
    host.instance = codec.load(raw, variables, plan.new)
    host.now = snapshot.take(host.instance)
    return host


@pytest.mark.parametrize("seed", range(60))
def test_way_there_and_back_changes_nothing_wherever_an_instance_stands(seed: int) -> None:
    old, new, ids = DiagramGenerator(seed).versions()
    forth = plan_migration(old, new, elements=ids)
    back = plan_migration(new, old, elements={name: origin for origin, name in ids.items()})
    host, random = Host(old, {"va": True, "items": ["x", "y"]}), Random(seed)

    for _ in range(25):
        raw, variables = codec.dump(host.instance), codec.dump_variables(host.variables)
        there(there(host, forth), back)
        assert (codec.dump(host.instance), codec.dump_variables(host.variables)) == (raw, variables)
        if not random_move(host, random):
            break


@pytest.mark.parametrize("seed", range(60))
def test_walk_that_changes_its_version_meets_the_added_step_and_ends(seed: int) -> None:
    old, new, ids = DiagramGenerator(seed).versions()
    host, random = Host(old, {"items": [1]}, is_saving=True), Random(seed)
    for _ in range(random.randint(0, 8)):
        random_move(host, random)
    was_ended, before = host.ended, picture(host.now)

    there(host, plan_migration(old, new, elements=ids))

    assert [(ids[task], locals_) for task, locals_ in before[0]] == picture(host.now)[0]
    met = set()
    for _ in range(300):
        met.update(host.open)
        if host.ended or not random_move(host, random):
            break
    assert host.ended
    assert was_ended or LAST_STEP in met
