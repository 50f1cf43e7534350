"""States in the databases of installations: what any released version wrote, this one loads and brings to its end."""

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from app.domain.diagram import Normalised
from app.engine import codec, runner, snapshot
from app.engine.parser import Definition, parse, shape
from app.engine.walking import ENDED, load_dice, walk_on
from tests.unit.engine.stored_states import STATES, Drawn, drawn_diagrams, picture_of

KEPT = sorted(STATES.glob("v*/*.json"))
DRAWN = {drawn.name: drawn for drawn in drawn_diagrams()}
WALKS = 3


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def kept_in(path: Path) -> tuple[Definition, list[dict[str, Any]]]:
    kept = orjson.loads(path.read_bytes())
    called = {key: drawn_in(item) for key, item in kept.get("called", {}).items()}
    definition = parse(drawn_in(kept), key=path.stem, called=called)
    load_dice(definition, Random(path.stem))
    return definition, kept["states"]


def drawn_in(kept: dict[str, Any]) -> Normalised:
    return Normalised(xml=kept["diagram"].encode(), processes=(kept["process_id"],), origin=kept["origin"])


def loaded(state: dict[str, Any], definition: Definition) -> runner.Instance:
    variables = codec.load_variables(state["variables"].encode())
    return codec.load(base64.b64decode(state["tokens"]), variables, definition)


def test_every_version_of_the_codec_has_its_states() -> None:
    folders = {folder.name for folder in STATES.iterdir()}

    assert folders == {f"v{version}" for version in range(1, codec.CODEC_VERSION + 1)}
    assert len(KEPT) >= 50


@pytest.mark.parametrize("path", KEPT, ids=name_of)
def test_a_stored_state_stands_where_it_stood_when_it_was_written(path: Path) -> None:
    definition, states = kept_in(path)

    shown = [orjson.loads(orjson.dumps(picture_of(loaded(state, definition)))) for state in states]

    assert shown == [state["shown"] for state in states]


@pytest.mark.parametrize("path", KEPT, ids=name_of)
def test_a_stored_state_can_be_brought_to_its_end(path: Path) -> None:
    definition, states = kept_in(path)

    for state in states:
        ends = {walk_on(loaded(state, definition), Random(seed))[0] for seed in range(20)}
        assert ENDED in ends, (state["moves"], ends)


@pytest.mark.parametrize("path", [path for path in KEPT if path.parent.name == f"v{codec.CODEC_VERSION}"], ids=name_of)
def test_the_form_of_a_released_version_does_not_change(path: Path) -> None:
    definition, states = kept_in(path)

    for state in states:
        instance = loaded(state, definition)
        snapshot.take(instance)
        written = zlib.decompress(codec.dump(instance))
        assert written == zlib.decompress(base64.b64decode(state["tokens"])), "another form needs another CODEC_VERSION"


@pytest.mark.parametrize("drawn", DRAWN.values(), ids=list(DRAWN))
def test_saving_at_every_step_plays_a_diagram_as_never_saving_does(drawn: Drawn) -> None:
    for seed in range(WALKS):
        alive = list(played(drawn.definition, seed, is_saving=False))
        saving = drawn.definition
        before = shape(saving)

        saved = list(played(saving, seed, is_saving=True))

        assert saved == alive
        assert shape(saving) == before, "playing changed the definition that all instances share"


def played(definition: Definition, seed: int, *, is_saving: bool) -> Iterator[dict[str, object]]:
    """What an instance waits for after each move of a walk, saved and loaded before each or never."""
    seen: list[dict[str, object]] = []

    def keep(instance: runner.Instance) -> runner.Instance:
        seen.append(picture_of(instance))
        if not is_saving:
            return instance
        variables = codec.load_variables(codec.dump_variables(instance.variables))
        return codec.load(codec.dump(instance), variables, definition)

    _outcome, last = walk_on(runner.begin(definition, {}), Random(seed), most_moves=60, keep=keep)
    yield from seen
    yield picture_of(last)
