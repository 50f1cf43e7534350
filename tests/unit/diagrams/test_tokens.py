"""The search over all courses of a process: what it finds, by the shortest way, and that it agrees with random walks."""

from random import Random

import pytest

from app.diagrams.check_diagram import check_diagram
from app.diagrams.graph import build_graph
from app.diagrams.normalise import rewrite
from app.diagrams.reader import read
from app.diagrams.tokens import Explored, explore
from app.engine.parser import parse
from app.engine.walking import ENDED, STUCK, load_dice, walk
from tests.unit.engine.diagrams import DiagramGenerator
from tests.unit.engine.kit import (
    boundary,
    chain,
    document,
    end,
    ends,
    flow,
    gateway,
    instances,
    node,
    process,
    start,
    timer,
    trigger,
    user,
    users,
)

FORK = start() + gateway("parallel", "fork", "join") + chain("start", "fork") + chain("join", "end") + end()


def explored(body: str, *, most: int = 2_000) -> Explored:
    return explore(build_graph(rewrite(read(document(process(body)).encode(), file="x")).root), most=most)


def choice_into(join: str) -> str:
    return (
        start()
        + node("exclusiveGateway", "g", default="no")
        + users("a", "b")
        + gateway(join, "meet")
        + end()
        + chain("start", "g")
        + flow("g", "a", "x")
        + flow("g", "b", flow_id="no")
        + chain("a", "meet", "end")
        + chain("b", "meet")
    )


def test_a_fork_and_its_join_are_sound() -> None:
    found = explored(FORK + users("a", "b") + chain("fork", "a", "join") + chain("fork", "b", "join"))

    assert (found.stuck, found.twice, found.cut) == ({}, {}, [])
    assert found.passed >= {"start", "fork", "a", "b", "join", "end"}


def test_a_parallel_join_behind_a_choice_stands_still() -> None:
    found = explored(choice_into("parallel"))

    assert found.stuck["meet"].path == ("start", "g", "a")
    assert len(found.stuck["meet"].missing) == 1
    assert "end" not in found.passed


@pytest.mark.parametrize("join", ["exclusive", "inclusive"])
def test_other_joins_behind_a_choice_go_on(join: str) -> None:
    assert explored(choice_into(join)).stuck == {}


def test_the_shortest_way_into_a_standstill_is_told() -> None:
    found = explored(
        FORK
        + users("a", "b", "again")
        + node("exclusiveGateway", "g", default="out")
        + chain("fork", "a", "g")
        + flow("g", "again", "x")
        + chain("again", "a")
        + flow("g", "stop", flow_id="out")
        + end("stop")
        + chain("fork", "b", "join")
        + flow("g", "join", "y")
    )

    assert "g" in found.stuck["join"].path
    assert "again" not in found.stuck["join"].path


def test_a_token_that_an_interruption_took_away_is_missed_at_the_join() -> None:
    found = explored(
        FORK
        + users("a", "b")
        + chain("fork", "a", "join")
        + chain("fork", "b", "join")
        + boundary("late", "a", timer("5WD"))
        + end("gone")
        + chain("late", "gone")
    )

    assert set(found.stuck) == {"join"}


def test_an_end_that_takes_everything_away_leaves_nothing_waiting() -> None:
    found = explored(
        FORK
        + users("a", "b")
        + chain("fork", "a", "join")
        + chain("fork", "b", "stop")
        + flow("never", "join")
        + user("never")
        + end("stop", trigger("terminate"))
    )

    assert found.stuck == {}


def test_branches_that_meet_without_a_join_run_twice() -> None:
    found = explored(
        start()
        + gateway("parallel", "fork")
        + users("a", "b", "c")
        + end()
        + chain("start", "fork", "a", "c", "end")
        + chain("fork", "b", "c")
    )

    assert set(found.twice) == {"c"}


def test_a_loop_that_comes_back_does_not_run_twice() -> None:
    found = explored(
        start()
        + users("a")
        + node("exclusiveGateway", "g", default="out")
        + ends("end")
        + chain("start", "a", "g")
        + flow("g", "a", "x")
        + flow("g", "end", flow_id="out")
    )

    assert (found.twice, found.stuck) == ({}, {})


def test_the_search_says_when_it_met_its_bound() -> None:
    assert explored(choice_into("exclusive"), most=1).cut == ["P"]


def test_the_inside_of_a_sub_process_is_a_course_of_its_own() -> None:
    inner = choice_into("parallel").replace('id="start"', 'id="begin"').replace('"start"', '"begin"')
    body = start("s") + node("subProcess", "r", inner + instances("xs")) + end("e") + chain("s", "r", "e")

    assert set(explored(body).stuck) == {"meet"}


@pytest.mark.parametrize("seed", range(40))
def test_what_is_built_of_blocks_is_sound(seed: int) -> None:
    generator = DiagramGenerator(seed)
    generator.definition()
    raw = document('<error id="E" errorCode="busy"/>', process(_text_of(seed)))

    found = explore(build_graph(rewrite(read(raw.encode(), file="x")).root))

    assert found.stuck == {}


def _text_of(seed: int) -> str:
    generator = DiagramGenerator(seed)
    first, last = generator._block(3)
    return generator.text + start() + end() + chain("start", first) + chain(last, "end")


@pytest.mark.parametrize("seed", range(60))
def test_walks_stand_still_only_where_the_search_says(seed: int) -> None:
    """Forks, joins and choices wired at random, with one way back at most."""
    random = Random(seed)
    raw = document(process(_tangle(random))).encode()
    normalised, findings = check_diagram(raw, file="x", published=None)
    codes = {item.code for item in findings}
    definition = parse(normalised, key="k")
    load_dice(definition, random)

    walks = {walk(definition, random) for _ in range(30)}

    if "join-after-choice" not in codes and "search-cut" not in codes:
        assert STUCK not in walks
    if "join-after-choice" not in codes and "loop-without-exit" not in codes and "runs-twice" not in codes:
        assert ENDED in walks


def _tangle(random: Random) -> str:
    names = [f"n{number}" for number in range(8)]
    kinds = [random.choice(["parallelGateway", "exclusiveGateway", "inclusiveGateway", "userTask"]) for _ in names]
    parts = [start(), end(), chain("start", "n0"), chain("n7", "end")]
    parts += [node(kind, name) for kind, name in zip(kinds, names, strict=True)]
    for number, name in enumerate(names[:-1]):
        targets = random.sample(names[number + 1 :], k=min(len(names) - number - 1, random.choice([1, 1, 2])))
        is_choosing = kinds[number] in ("exclusiveGateway", "inclusiveGateway") and len(targets) > 1
        parts += [flow(name, target, "x" if is_choosing and index else "") for index, target in enumerate(targets)]
    return "".join(parts)
