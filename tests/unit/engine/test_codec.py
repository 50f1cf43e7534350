"""Saving and loading: nothing changes, definitions least of all, and what cannot be read is refused."""

import zlib
from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest

from app.domain.errors import DiagramRefused
from app.engine import codec, runner, snapshot
from app.engine.faults import StateRefused
from app.engine.parser import Definition, parse, shape
from tests.unit.engine.diagrams import ERRORS, DiagramGenerator, picture, random_move
from tests.unit.engine.kit import (
    Host,
    boundary,
    chain,
    chain_of,
    condition,
    define,
    end,
    ends,
    instances,
    node,
    normalised,
    start,
    timer,
    trigger,
    user,
    users,
)

WALK_STEPS = 40
REVIEW = (
    start()
    + users("review", "late")
    + ends("end", "e2")
    + boundary("red", "review", timer("5WD"))
    + chain("start", "review", "end")
    + chain("red", "late", "e2")
)


def opened(raw: bytes) -> dict[str, Any]:
    state: dict[str, Any] = orjson.loads(zlib.decompress(raw))
    return state


def closed(state: dict[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(state))


def walk(definition: Definition, seed: int, *, is_saving: bool) -> list[tuple[object, ...]]:
    random = Random(seed)
    host = Host(definition, {"va": True, "items": ["x", "y"]}, is_saving=is_saving)
    seen = [(picture(host.now), dict(host.variables))]
    for _ in range(WALK_STEPS):
        if not random_move(host, random):
            break
        seen.append((picture(host.now), dict(host.variables)))
    return seen


@pytest.mark.parametrize("seed", range(120))
def test_saving_and_loading_after_every_step_changes_nothing(seed: int) -> None:
    definition = DiagramGenerator(seed).definition()
    before = shape(definition)

    for round_ in range(2):
        alive = walk(definition, 1000 * seed + round_, is_saving=False)
        saved = walk(definition, 1000 * seed + round_, is_saving=True)
        assert alive == saved

    assert shape(definition) == before


def test_most_random_walks_come_to_the_end() -> None:
    ended = 0
    for seed in range(60):
        host, random = Host(DiagramGenerator(seed).definition(), {"items": [1]}), Random(seed)
        for _ in range(300):
            if host.ended:
                break
            assert random_move(host, random), f"seed {seed} has nothing left to do before its end"
        ended += host.ended

    assert ended >= 55


def test_loaded_instance_is_written_the_same_way_again() -> None:
    definition = DiagramGenerator(7).definition()
    instance = runner.begin(definition, {"items": [1, 2]})
    snapshot.take(instance)
    raw = codec.dump(instance)

    assert codec.dump(codec.load(raw, {}, definition)) == raw


def test_locals_of_one_scope_stay_one_scope() -> None:
    inner = (
        start("s")
        + node("parallelGateway", "f")
        + node("parallelGateway", "j")
        + users("a", "b")
        + end("e")
        + chain("s", "f", "a", "j", "e")
        + chain("f", "b", "j")
    )
    marker = instances("2", item="number", outputs="all", output="note")
    body = start() + node("subProcess", "room", marker + inner) + end() + chain("start", "room", "end")
    host = Host(define(body), is_saving=True)

    host.apply_to("a", number=1, note="of one")

    assert [task.locals for task in host.now.open_tasks] == [
        {"number": 0},
        {"number": 0},
        {"number": 1, "note": "of one"},
    ]


def test_finished_tasks_are_forgotten() -> None:
    body = (
        start()
        + node("exclusiveGateway", "merge")
        + user("fix")
        + node("exclusiveGateway", "g", default="ok")
        + end()
        + chain("start", "merge", "fix", "g")
        + chain("g", "merge")
        .replace("/>", ">")
        .replace("></sequenceFlow>", "><conditionExpression>again</conditionExpression></sequenceFlow>")
        + '<sequenceFlow id="ok" sourceRef="g" targetRef="end"/>'
    )
    host = Host(define(body), {"again": True}, is_saving=True)
    size = len(codec.dump(host.instance))

    for _ in range(50):
        host.done("fix", again=True)

    assert len(codec.dump(host.instance)) <= size + 40


def test_ended_and_cancelled_instances_are_stored_too() -> None:
    host = Host(define(chain_of(1)), is_saving=True).done("s0")

    assert codec.load(codec.dump(host.instance), {}, host.definition).ended


def test_old_states_are_brought_up_version_by_version() -> None:
    definition = define(REVIEW)
    instance = runner.begin(definition, {})
    state = opened(codec.dump(instance))
    state["old_name"] = state.pop("k")
    raw = closed({**state, "v": codec.CODEC_VERSION - 1})

    def to_current(old: dict[str, Any]) -> dict[str, Any]:
        return {**old, "k": old["old_name"]}

    loaded = codec.load(raw, {}, definition, upgrades={codec.CODEC_VERSION - 1: to_current})

    assert snapshot.take(loaded) == snapshot.take(instance)


def test_finished_node_the_definition_no_longer_has_is_no_hindrance() -> None:
    raw = codec.dump(
        runner.begin(define(chain_of(2).replace('id="start"', 'id="begin"').replace('"start"', '"begin"')), {})
    )

    loaded = codec.load(raw, {}, define(chain_of(2)))

    assert [task.element for task in snapshot.take(loaded).open_tasks] == ["s0"]


REFUSALS = [
    ("too_new", lambda state: closed({**state, "v": codec.CODEC_VERSION + 1})),
    ("too_old", lambda state: closed({**state, "v": 0})),
    ("other_definition", lambda state: closed({**state, "k": "other"})),
    ("node_gone", lambda state: closed({**state, "n": ["gone" for _ in state["n"]]})),
    ("unreadable", lambda state: closed(state)[:-9]),
    ("unreadable", lambda state: str(state).encode()),
]


@pytest.mark.parametrize(("reason", "spoil"), REFUSALS)
def test_state_that_cannot_be_read_is_refused(reason: str, spoil: Any) -> None:
    definition = define(REVIEW)
    state = opened(codec.dump(runner.begin(definition, {})))

    with pytest.raises(StateRefused) as refused:
        codec.load(spoil(state), {}, definition)

    assert refused.value.facts["reason"] == reason


def test_instance_with_events_nobody_has_seen_is_not_written() -> None:
    instance = runner.begin(
        define(start() + end("out", trigger("error", "E")) + chain("start", "out"), around=ERRORS), {}
    )

    with pytest.raises(StateRefused) as refused:
        codec.dump(instance)
    assert refused.value.facts["reason"] == "events_not_taken"

    assert len(snapshot.take(instance).thrown) == 1
    codec.dump(instance)


def test_variables_are_canonical_json() -> None:
    raw = codec.dump_variables({"b": 1, "a": {"名": [1.5, None, True]}})

    assert raw == '{"a":{"名":[1.5,null,true]},"b":1}'.encode()
    assert codec.load_variables(raw) == {"b": 1, "a": {"名": [1.5, None, True]}}


def test_values_that_are_no_json_are_refused() -> None:
    with pytest.raises(StateRefused) as refused:
        codec.dump_variables({"a": object()})

    assert refused.value.facts["reason"] == "variables_not_json"


DIAGRAMS = [
    ("unreadable", b"<definitions"),
    (
        "unreadable",
        b'<!DOCTYPE d [<!ENTITY e "x">]><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    ),
]
BODIES = [
    ("node_not_supported", start() + node("scriptTask", "x") + end() + chain("start", "x", "end")),
    ("node_not_supported", start() + node("complexGateway", "x") + end() + chain("start", "x", "end")),
    ("node_not_supported", start() + node("subProcess", "x", triggeredByEvent="true") + end() + chain("start", "end")),
    ("not_one_start", user("x") + end() + chain("x", "end")),
    ("not_one_start", start() + start("s2") + end() + chain("start", "end") + chain("s2", "end")),
    ("flow_without_node", start() + end() + chain("start", "nowhere")),
    (
        "flow_without_condition",
        start() + node("exclusiveGateway", "g") + ends("a", "b") + chain("start", "g", "a") + chain("g", "b"),
    ),
    ("boundary_without_activity", start() + end() + boundary("b", "nobody", timer("1D")) + chain("start", "end")),
    (
        "instances_without_collection",
        start() + user("x", "<multiInstanceLoopCharacteristics/>") + end() + chain("start", "x", "end"),
    ),
    (
        "feel_",
        start()
        + user("x")
        + node("intermediateCatchEvent", "c", condition("1 +"))
        + end()
        + chain("start", "c", "end"),
    ),
    ("loop_without_end", start() + user("x", "<standardLoopCharacteristics/>") + end() + chain("start", "x", "end")),
]


@pytest.mark.parametrize(("reason", "body"), BODIES)
def test_what_the_engine_does_not_run_is_refused_at_parsing(reason: str, body: str) -> None:
    with pytest.raises(DiagramRefused) as refused:
        define(body)

    assert str(refused.value.facts["reason"]).startswith(reason)


@pytest.mark.parametrize(("reason", "xml"), DIAGRAMS)
def test_text_that_is_no_safe_diagram_is_refused_at_parsing(reason: str, xml: bytes) -> None:
    with pytest.raises(DiagramRefused) as refused:
        parse(replace(normalised(""), xml=xml), key="k")

    assert refused.value.facts["reason"] == reason
