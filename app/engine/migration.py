"""Move a stored instance to a new version of its definition: open tasks and waits keep their ids, so no due date moves.

Rows name their nodes, so migration is a check and a change of names; nothing runs. What is finished may be gone in the
new version. A step keeps the limit it was opened with, noted at its token, unless the changed one was asked for.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState

from app.domain.migration import ChangedLimit, MovedPlaces, Place, PlaceFault
from app.domain.snapshot import STROKE
from app.engine.codec import DEFLATE_LEVEL, State, read_state
from app.engine.expressions import RESULTS
from app.engine.faults import MigrationRefused
from app.engine.limits import limits_of, noted_limits, with_limits
from app.engine.migration_places import fault_at
from app.engine.migration_plan import MigrationPlan, element_of
from app.engine.parser import Definition
from app.engine.places import place_of_wait
from app.engine.runner import Instance
from app.engine.sources import prefix_of

NO_HOMES: Mapping[str, str] = {}
TASK, NAME, STATE, SCOPE, INTERNAL = 0, 2, 3, 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedState:
    """State bytes for the new version, and what went with them."""

    tokens: bytes
    places: MovedPlaces


def migrate(raw: bytes, plan: MigrationPlan, *, homes: Mapping[str, str] = NO_HOMES) -> MigratedState:
    """Return the state of an instance, stored under `plan.old`, as one of `plan.new`.

    homes: `MovedPlaces.merged` of the migration that is taken back, for tokens that came from one of several elements.
    Raises MigrationRefused with every place where the instance stands and cannot go on; StateRefused when `raw` is no
    state of `plan.old`. The variables go through `move_results`.
    """
    state = read_state(raw, plan.old)
    moved = _Moved(plan, state["n"], homes)
    files: dict[int, str] = {}
    for process, old_name, calls in _processes(state, plan.old):
        moved.take(process, old_name, calls)
        file = plan.old.subprocess_specs[old_name].file
        files |= dict.fromkeys((row[SCOPE] for row in process["t"]), file)
    if moved.faults:
        places = sorted(moved.faults, key=lambda place: (place.element, place.fault))
        raise MigrationRefused(
            nodes=", ".join(dict.fromkeys(place.element for place in places)),
            items=tuple({"element_id": place.element, "code": place.fault.value} for place in places),
        )
    state["n"] = list(moved.names)
    state["s"] = [[parent, plan.name(name), process] for parent, name, process in state["s"]]
    state["k"] = plan.new.key
    for number, scope in enumerate(state["d"]):
        _move_results(scope, plan, prefix_of(files.get(number, "")))
    return MigratedState(
        tokens=zlib.compress(orjson.dumps(state), DEFLATE_LEVEL),
        places=MovedPlaces(restated=frozenset(moved.restated), merged=moved.merged),
    )


def move_results(variables: Mapping[str, object], plan: MigrationPlan) -> dict[str, object]:
    """Return the variables with the results of steps under the new ids of their elements."""
    found = dict(variables)
    _move_results(found, plan, "")
    return found


def restate_limit(instance: Instance, task_id: str, element: str, text: str) -> None:
    """Give a live step another limit than its diagram draws. element: the place of the step or event."""
    for task in instance.workflow.live_tasks():
        if task.id.hex == task_id:
            keys = [key for key in limits_of(task.task_spec) if place_of_wait(task, key) == element]
            noted = {**noted_limits(task.internal_data), **dict.fromkeys(keys, text)}
            task.internal_data = with_limits(task.internal_data, noted)


def changed_limits(plan: MigrationPlan) -> tuple[ChangedLimit, ...]:
    """Return the steps and timers whose limits the new version draws otherwise than the old one."""
    was = {plan.name(key): text for key, text in _drawn_limits(plan.old)}
    return tuple(
        ChangedLimit(element=plan.new.author_id(key), name=plan.new.elements[key].name, old=was[key], new=text)
        for key, text in _drawn_limits(plan.new)
        if key in was and was[key] != text
    )


def _drawn_limits(definition: Definition) -> Iterator[tuple[str, str]]:
    for process in definition.subprocess_specs.values():
        for spec in process.task_specs.values():
            yield from ((prefix_of(process.file) + key, text) for key, text in limits_of(spec).items())


class _Moved:
    """The rows of one instance while they are moved. Names are numbered anew, in the order of their rows."""

    def __init__(self, plan: MigrationPlan, old_names: list[str], homes: Mapping[str, str]) -> None:
        self.names: dict[str, int] = {}
        self.faults: set[Place] = set()
        self.restated: set[tuple[str, str]] = set()
        self.merged: dict[str, str] = {}
        self._plan, self._old_names, self._homes = plan, old_names, homes

    def take(self, process: State, old_name: str, calls: str) -> None:
        """Move the rows of one process, or note why they cannot be moved. calls: the places that lead into its file."""
        plan = self._plan
        old, is_main = plan.old.subprocess_specs[old_name], old_name == plan.old.process_id
        new = plan.new.subprocess_specs.get(plan.new.process_id if is_main else plan.name(old_name))
        if new is None:
            self._note(old_name, PlaceFault.MISSING)
            return
        names = [(self._old_names[row[NAME]], self._name_of(row, old.file)) for row in process["t"]]
        renamed, places = dict(names), dict[str, str]()
        for row, (before, after) in zip(process["t"], names, strict=True):
            row[NAME] = self.names.setdefault(after, len(self.names))
            if not row[STATE] & TaskState.NOT_FINISHED_MASK:
                continue
            is_shared = places.setdefault(after, before) != before
            fault = fault_at(plan, old, new, before, lambda name: renamed.get(name) or plan.name(name, old.file))
            if is_shared or fault is not None:
                self._note(prefix_of(old.file) + before, fault or PlaceFault.TWO_ON_ONE)
            else:
                nodes = old.task_specs[before], new.task_specs[after]
                row[INTERNAL] = self._limits(row, nodes, file=old.file, calls=calls) or 0

    def _name_of(self, row: list[Any], file: str) -> str:
        """Return the new name of the node of a row; where several elements become one, note which it was."""
        plan, before = self._plan, self._old_names[row[NAME]]
        element = element_of(before)
        if prefix_of(file) + plan.name(element, file) in plan.merged:
            self.merged[row[TASK]] = element
        home = self._homes.get(row[TASK])
        return home + before[len(element) :] if home else plan.name(before, file)

    def _limits(self, row: list[Any], nodes: tuple[Any, Any], *, file: str, calls: str) -> dict[str, Any]:
        """Return the internal data of a token with those limits that are not as its diagram draws them."""
        (before, after), internal, plan = nodes, row[INTERNAL] or {}, self._plan
        own, noted = element_of(before.name), noted_limits(internal)
        was = {
            element_of(after.name) if key == own else plan.name(key, file): noted.get(key, text)
            for key, text in limits_of(before).items()
        }
        kept: dict[str, str] = {}
        for key, text in limits_of(after).items():
            element = plan.new.author_id(prefix_of(file) + key)
            if was.get(key, text) == text:
                continue
            if element in plan.limits:
                self.restated.add((row[TASK], plan.place(calls) + element.removeprefix(prefix_of(file))))
            else:
                kept[key] = was[key]
        return with_limits(internal, kept)

    def _note(self, name: str, fault: PlaceFault) -> None:
        self.faults.add(Place(element=self._plan.old.author_id(element_of(name)), fault=fault))


def _processes(state: State, old: Definition) -> Iterator[tuple[State, str, str]]:
    """Yield each process with its name and the place, up to its last stroke, of the calls that lead into its file."""
    found: dict[str, tuple[str, str, str]] = {}
    for parent, name, process in (("", old.process_id, state["p"]), *state["s"]):
        calls = ""
        if parent:
            around, calls, node = found[parent]
            outer = old.subprocess_specs[around]
            if old.subprocess_specs[name].file != outer.file:
                calls += outer.task_specs[node].element.id + STROKE
        found.update({row[TASK]: (name, calls, state["n"][row[NAME]]) for row in process["t"]})
        yield process, name, calls


def _move_results(scope: dict[str, object], plan: MigrationPlan, prefix: str) -> None:
    """Put results of steps under their new ids. prefix: of the names of the file the steps lie in."""
    for group in RESULTS:
        found = scope.get(group)
        if isinstance(found, dict):
            scope[group] = plan.results_under(prefix, found)
