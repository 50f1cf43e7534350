"""Move a stored instance to a new version of its definition: open tasks and waits keep their ids, so no due date moves.

Rows name their nodes, so migration is a check and a change of names. What is finished may be gone in the new version.
"""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState

from app.engine.codec import DEFLATE_LEVEL, State, read_state
from app.engine.faults import MigrationRefused
from app.engine.node_builder import INSTANCE_SUFFIX
from app.engine.parser import Definition
from app.engine.specs.gateways import TokenJoin
from app.engine.specs.node import SPLIT_SUFFIX


def migrate(raw: bytes, old: Definition, new: Definition, *, renamed: Mapping[str, str] | None = None) -> bytes:
    """Return the state bytes for `new` of an instance that was stored under `old`. The variables stay as they are.

    renamed: element id in the old executable diagram -> id in the new one. Raises MigrationRefused with every node
    where the instance stands and that is missing, of another kind, has other boundary events, or joins other flows;
    StateRefused when `raw` is not a state of `old`.
    """
    names = _Names(renamed or {})
    state = read_state(raw, old)
    blocked: set[str] = set()
    for process, old_id in _processes(state, old):
        new_spec = new.subprocess_specs.get(new.process_id if process is state["p"] else names.new(old_id))
        if new_spec is None:
            blocked.add(old_id)
            continue
        blocked.update(_blocked(process, state["n"], old.subprocess_specs[old_id], new_spec, names))
    if blocked:
        raise MigrationRefused(nodes=", ".join(sorted(old.author_id(_element_of(name)) for name in blocked)))
    state["n"] = [names.new(name) for name in state["n"]]
    state["s"] = [[parent, names.new(name), process] for parent, name, process in state["s"]]
    state["k"] = new.key
    return zlib.compress(orjson.dumps(state), DEFLATE_LEVEL)


class _Names:
    """New names of nodes; inner nodes are called after their activity."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._renamed = renamed

    def new(self, name: str) -> str:
        """Return the name in the new version."""
        element = _element_of(name)
        return self._renamed.get(element, element) + name[len(element) :]


def _element_of(name: str) -> str:
    return name.removesuffix(INSTANCE_SUFFIX).removesuffix(SPLIT_SUFFIX)


def _processes(state: State, old: Definition) -> Iterable[tuple[State, str]]:
    yield state["p"], old.process_id
    for _, name, process in state["s"]:
        yield process, name


def _blocked(process: State, node_names: list[str], old: Any, new: Any, names: _Names) -> Iterable[str]:
    for _, _, number, task_state, _, _ in process["t"]:
        name = node_names[number]
        if not task_state & TaskState.NOT_FINISHED_MASK:
            continue
        before, after = old.task_specs[name], new.task_specs.get(names.new(name))
        is_other = type(before) is not type(after) or _boundary(new, names.new(name)) != {
            names.new(event) for event in _boundary(old, name)
        }
        if is_other or (isinstance(before, TokenJoin) and _inputs(after) != sorted(map(names.new, _inputs(before)))):
            yield name


def _boundary(spec: Any, name: str) -> set[str]:
    """Return the boundary events of the activity `name`; an added one would not be armed, so it counts as a change."""
    split = spec.task_specs.get(name + SPLIT_SUFFIX)
    return set() if split is None else {node.name for node in split.outputs} - {name}


def _inputs(join: Any) -> list[str]:
    return sorted(node.name for node in join.inputs)
