"""States of running instances as each released version of the codec wrote them, with the diagrams they belong to.

Run `python -m tests.unit.engine.stored_states` once when `CODEC_VERSION` has grown: it writes the folder of the new
version. A folder that exists is what installations hold in their databases, so it is never written again.
"""

import base64
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import orjson

from app.diagrams.calls import read_calls
from app.diagrams.check_diagram import check_diagram
from app.domain.diagram import Normalised, Published
from app.engine import codec, runner, snapshot
from app.engine.parser import Definition, parse
from app.engine.walking import GOES_ON, load_dice, walk_on

ROOT = Path(__file__).resolve().parents[3]
STATES = ROOT / "tests" / "data" / "states"
CONSTRUCTS = ROOT / "tests" / "data" / "constructs.toml"
SHIPPED = ROOT / "bpmn"
MOVES = (0, 1, 2, 4, 7, 11)
REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An executable diagram that instances are played of. name: of its file in a folder of states. called: by key."""

    name: str
    normalised: Normalised
    called: Mapping[str, Normalised] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        """The diagram, parsed anew, with dice in the place of its conditions."""
        definition = parse(self.normalised, key=self.name, called=self.called)
        load_dice(definition, Random(self.name))
        return definition


def drawn_diagrams() -> Iterator[Drawn]:
    """Yield every shipped diagram and every construct that is executed."""
    for path in sorted(SHIPPED.rglob("process.bpmn")):
        name = "-".join(path.relative_to(SHIPPED).parent.parts)
        yield Drawn(name=name, normalised=check_diagram(path.read_bytes(), file=path.name, published=None)[0])
    constructs = tomllib.loads(CONSTRUCTS.read_text(encoding="utf-8"))["construct"]
    for number, row in enumerate(constructs):
        if row["answer"] == REFUSED:
            continue
        sources = {f"process:{name}": drawn.encode() for name, drawn in row.get("called", {}).items()}
        beside = Published(calls={key: read_calls(raw, called=sources) for key, raw in sources.items()})
        files = {
            key: check_diagram(raw, file="drawn", published=None, beside=beside)[0]
            for key, raw in {"": row["drawn"].encode(), **sources}.items()
        }
        normalised = files.pop("")
        if normalised.is_deployable:
            yield Drawn(name=f"construct-{number:02}", normalised=normalised, called=files)


def picture_of(instance: runner.Instance) -> dict[str, object]:
    """Return what an instance waits for, without ids of tasks."""
    now = snapshot.take(instance)
    return {
        "open_tasks": [[task.element, dict(task.locals)] for task in now.open_tasks],
        "waits": [[wait.key, dict(wait.locals)] for wait in now.waits],
        "members": [[member.element, dict(member.locals)] for member in now.members],
        "services": [service.element for service in now.services],
        "ended": now.ended,
    }


def states_of(drawn: Drawn) -> Iterator[dict[str, Any]]:
    """Yield states along one walk, as they are stored."""
    definition, random = drawn.definition, Random(drawn.name)
    instance, made = runner.begin(definition, {}), 0
    for moves in MOVES:
        outcome, instance = walk_on(instance, random, most_moves=moves - made)
        made = moves
        if outcome != GOES_ON:
            return
        shown = picture_of(instance)
        yield {
            "moves": moves,
            "tokens": base64.b64encode(codec.dump(instance)).decode(),
            "variables": codec.dump_variables(instance.variables).decode(),
            "shown": shown,
        }


def main() -> None:
    """Write the states of the present version of the codec."""
    folder = STATES / f"v{codec.CODEC_VERSION}"
    if folder.exists():
        sys.exit(f"{folder.relative_to(ROOT)} is released and stays as it is. A new form needs a new CODEC_VERSION.")
    folder.mkdir(parents=True)
    for drawn in drawn_diagrams():
        kept = {
            **_kept(drawn.normalised),
            "called": {key: _kept(item) for key, item in drawn.called.items()},
            "states": list(states_of(drawn)),
        }
        if kept["states"]:
            text = orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            (folder / f"{drawn.name}.json").write_bytes(text + b"\n")


def _kept(normalised: Normalised) -> dict[str, object]:
    return {
        "diagram": normalised.xml.decode(),
        "process_id": normalised.processes[0],
        "origin": dict(normalised.origin),
    }


if __name__ == "__main__":
    main()
