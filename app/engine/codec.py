"""Write a live instance as bytes and read it back; nothing that the definition or the variables already say.

State (orjson, then zlib level 1):
  {"v": codec version, "k": definition key, "n": [node names], "d": [locals], "p": process,
   "s": [[parent task, process name, process], …]}
  process = {"t": rows, "x": completed}
  row     = [task id, parent row or -1, name number, state, locals number, internal data or 0]

Rows stand in the order of arrival, so a parent comes before its children and a reloaded instance behaves the same.
Nodes are known by name, so a newer normaliser may add nodes without breaking stored states. Tasks of one scope share
one entry of "d", as they share one dictionary in memory.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.util.task import TaskState

from app.engine.faults import StateRefused
from app.engine.library_fixes import CaseProcess, CaseSubWorkflow, CaseTask, GoneNode, HostFunction
from app.engine.parser import Definition
from app.engine.runner import NO_FUNCTIONS, Instance, new_workflow

CODEC_VERSION = 1
DEFLATE_LEVEL = 1
State = dict[str, Any]
Upgrade = Callable[[State], State]
UPGRADES: Mapping[int, Upgrade] = {}  # version -> function that gives the state of the next version


def dump(instance: Instance) -> bytes:
    """Return the state bytes; the variables are written beside it with `dump_variables`.

    Raises StateRefused (reason `events_not_taken`) when something was thrown that no snapshot has shown.
    """
    workflow = instance.workflow
    if len(workflow.thrown) > workflow.taken_count:
        raise StateRefused(reason="events_not_taken")
    writer = _Writer()
    state = {
        "v": CODEC_VERSION,
        "k": instance.definition.key,
        "p": writer.process(workflow),
        "s": [[sub.parent_task.id.hex, sub.spec.name, writer.process(sub)] for sub in workflow.subprocesses.values()],
        "n": list(writer.names),
        "d": writer.scopes,
    }
    return zlib.compress(orjson.dumps(state), DEFLATE_LEVEL)


def load(
    raw: bytes,
    variables: dict[str, object],
    definition: Definition,
    *,
    functions: Mapping[str, HostFunction] = NO_FUNCTIONS,
    upgrades: Mapping[int, Upgrade] = UPGRADES,
) -> Instance:
    """Return the live instance `dump` was given. The instance takes `variables` over and changes them.

    Raises StateRefused with a reason: `unreadable`, `too_old`, `too_new`, `other_definition`, `node_gone` (a live task
    stands at a node the definition lacks; migrate the instance first).
    """
    state = read_state(raw, definition, upgrades=upgrades)
    workflow = new_workflow(definition, variables, functions=functions)
    scopes: list[dict[str, object]] = state["d"]
    _fill(workflow, state["p"], state["n"], scopes)
    for parent, name, stored in state["s"]:
        parent_task = workflow.find_live(UUID(hex=parent))
        spec = definition.subprocess_specs.get(name)
        if parent_task is None or spec is None:
            raise StateRefused(reason="node_gone", node=name)
        process = CaseSubWorkflow(spec, parent_task)
        workflow.subprocesses[parent_task.id] = process
        _fill(process, stored, state["n"], scopes)
    return Instance(definition=definition, workflow=workflow)


def read_state(raw: bytes, definition: Definition, *, upgrades: Mapping[int, Upgrade] = UPGRADES) -> State:
    """Return the state as JSON values in the form of CODEC_VERSION. Raises StateRefused as `load` does."""
    state = _upgraded(_decoded(raw), upgrades)
    if state["k"] != definition.key:
        raise StateRefused(reason="other_definition", stored=state["k"], given=definition.key)
    return state


def dump_variables(variables: Mapping[str, object]) -> bytes:
    """Return the variables as canonical JSON: UTF-8, keys sorted, no blanks. Raises StateRefused for other values."""
    try:
        return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    except TypeError as fault:
        raise StateRefused(reason="variables_not_json", text=str(fault)) from fault


def load_variables(raw: bytes) -> dict[str, object]:
    """Return the variables `dump_variables` was given. Raises StateRefused."""
    try:
        variables: dict[str, object] = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        raise StateRefused(reason="unreadable", text=str(fault)) from fault
    return variables


class _Writer:
    """Numbers the names and the locals while processes are written."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.scopes: list[dict[str, object]] = []
        self._numbers: dict[int, int] = {}

    def process(self, process: CaseProcess) -> State:
        """Return one process as JSON values."""
        rows: list[list[object]] = []
        places: dict[UUID, int] = {}
        for task in process.tasks.values():
            places[task.id] = len(rows)
            rows.append(
                [
                    task.id.hex,
                    places.get(task.parent_id, -1) if task.parent_id is not None else -1,
                    self.names.setdefault(task.task_spec.name, len(self.names)),
                    task.state_number,
                    self._scope(task.data),
                    task.internal_data or 0,
                ]
            )
        return {"t": rows, "x": process.completed}

    def _scope(self, data: dict[str, object]) -> int:
        """Number a dictionary by its identity: equal locals of two instances are still two."""
        number = self._numbers.get(id(data))
        if number is None:
            number = self._numbers[id(data)] = len(self.scopes)
            self.scopes.append(data)
        return number


def _decoded(raw: bytes) -> State:
    try:
        state: State = orjson.loads(zlib.decompress(raw))
    except (zlib.error, orjson.JSONDecodeError) as fault:
        raise StateRefused(reason="unreadable", text=str(fault)) from fault
    return state


def _upgraded(state: State, upgrades: Mapping[int, Upgrade]) -> State:
    while state["v"] < CODEC_VERSION:
        upgrade = upgrades.get(state["v"])
        if upgrade is None:
            raise StateRefused(reason="too_old", version=state["v"], supported=CODEC_VERSION)
        state = {**upgrade(state), "v": state["v"] + 1}
    if state["v"] > CODEC_VERSION:
        raise StateRefused(reason="too_new", version=state["v"], supported=CODEC_VERSION)
    return state


def _fill(process: CaseProcess, stored: State, names: list[str], scopes: list[dict[str, object]]) -> None:
    specs = process.spec.task_specs
    tasks: list[CaseTask] = []
    for task_id, parent, name, state, scope, internal in stored["t"]:
        spec = specs.get(names[name])
        if spec is None:
            if state & TaskState.NOT_FINISHED_MASK:
                raise StateRefused(reason="node_gone", node=names[name])
            spec = GoneNode(names[name])
        task = CaseTask(process, spec, tasks[parent] if parent >= 0 else None, state, UUID(hex=task_id))
        task.data = scopes[scope]
        if internal:
            task.internal_data = internal
        tasks.append(task)
    process.completed = stored["x"]
