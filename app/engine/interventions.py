"""Interventions (人工干预) in a running instance: a token put elsewhere, a branch taken away, a variable corrected.

Refused is what the diagram could not have led to: another number of tokens before a join, a place in another scope, an
instance among several; and what would leave out an act of the law or of the host, or have it done twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Conflict, NotFound, RuleViolation
from app.domain.snapshot import STROKE
from app.engine.branches import branches_of, leads_to_join, rest_of_branch
from app.engine.expressions import INSTANCE, RESULTS, process_locals
from app.engine.library_fixes import CaseTask
from app.engine.places import place_of
from app.engine.runner import Instance
from app.engine.specs.gateways import CaseInclusiveGateway, CaseParallelGateway, TokenJoin
from app.engine.specs.node import SPLIT_SUFFIX, BoundarySplit, boundary_split_of
from app.engine.specs.thrown import CaseEndEvent
from app.engine.specs.waits import CaseBoundaryEvent, CaseStartEvent
from app.engine.steps import advance
from app.engine.stretches import binds_anywhere, is_on_one_stretch


class InterventionRefused(RuleViolation):
    """What is asked for would leave the instance where its diagram leads nobody. facts: element, and what is in the way."""

    default_code = "intervention_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a token stands or may be put, as `places` tells it, and its name as drawn."""

    element: str
    name: str


def open_places(instance: Instance) -> tuple[Place, ...]:
    """Return the elements that are open and may be left by an intervention, in the order they came up."""
    found = {place_of(task): task for task in instance.workflow.live_tasks() if _is_open(task)}
    return tuple(Place(element=element, name=task.task_spec.element.name) for element, task in found.items())


def targets_from(instance: Instance, element: str) -> tuple[Place, ...]:
    """Return where the token at `element` may be put, by the same rules as `move_token`; nothing where it may not move."""
    try:
        task = _the_open(instance, element)
        _refuse_instances(task, element)
    except (NotFound, Conflict, InterventionRefused):
        return ()
    here, spec = branches_of(task.workflow.spec, _entry(task)), task.workflow.spec
    return tuple(
        Place(element=place_of(task, node.element.id), name=node.element.name)
        for name, node in spec.task_specs.items()
        if _is_fit(node)
        and node.element.id != task.task_spec.element.id
        and branches_of(spec, name) == here
        and is_on_one_stretch(task.task_spec, node, instance.definition.subprocess_specs)
    )


def move_token(instance: Instance, element: str, target: str) -> None:
    """Take the token at `element` away and put it at `target`, in the same scope; then run until the instance waits.

    Raises NotFound `place_not_open`, `target_unknown`, Conflict `place_ambiguous`, InterventionRefused
    `move_inside_instances`, `move_other_scope`, `move_target_unfit`, `move_between_branches`, `move_over_binding_step`
    before anything has changed.
    """
    task = _the_open(instance, element)
    _refuse_instances(task, element)
    process = task.workflow
    node = _target(instance, task, target)
    if branches_of(process.spec, _entry(task)) != branches_of(process.spec, node.name):
        raise InterventionRefused("move_between_branches", element=element, target=target)
    if not is_on_one_stretch(task.task_spec, node, instance.definition.subprocess_specs):
        raise InterventionRefused("move_over_binding_step", element=element, target=target)
    _take_away(task)
    entry = process.spec.task_specs.get(node.name + SPLIT_SUFFIX, node)
    task.add_child(entry).enter()
    _go_on(instance)


def cancel_branch(instance: Instance, element: str) -> None:
    """Take the token at `element` away for good; the branches beside it go on.

    Raises what `move_token` raises of the token, InterventionRefused `branch_is_main` where nothing runs beside it,
    `branch_is_joined` where a parallel join waits for it, `branch_binds` where it still leads to an act of the law or of
    the host, before anything has changed.
    """
    task = _the_open(instance, element)
    _refuse_instances(task, element)
    process = task.workflow
    branches = branches_of(process.spec, _entry(task))
    split = boundary_split_of(task)
    own = {task.id, *(child.id for child in split.children)} if split is not None else {task.id}
    if not branches or not any(other.id not in own for other in process.live.values()):
        raise InterventionRefused("branch_is_main", element=element)
    if leads_to_join(process.spec, _entry(task), branches):
        raise InterventionRefused("branch_is_joined", element=element)
    if binds_anywhere(rest_of_branch(process.spec, _entry(task), branches), instance.definition.subprocess_specs):
        raise InterventionRefused("branch_binds", element=element)
    _take_away(task)
    _go_on(instance)


def read_variable(instance: Instance, path: tuple[str, ...]) -> object:
    """Return a variable, or a name inside one; None where there is nothing."""
    scope: object = instance.variables
    for name in path:
        scope = scope.get(name) if isinstance(scope, dict) else None
    return scope


def set_variable(instance: Instance, path: tuple[str, ...], value: object) -> object:
    """Set a variable, or a name inside one, and let go on what waited for it. Returns what it was; None for nothing.

    Raises NotFound `variable_unknown` when the path leads through something that is no context.
    """
    before, scope = read_variable(instance, path), read_variable(instance, path[:-1])
    if not isinstance(scope, dict):
        raise NotFound("variable_unknown", variable=".".join(path))
    scope[path[-1]] = value
    _set_in_called(instance, path, value)
    _go_on(instance)
    return before


def _set_in_called(instance: Instance, path: tuple[str, ...], value: object) -> None:
    """Let a called process of another file that still runs see what was corrected of its own steps."""
    group, names = path[0], path[1:]
    for process in instance.workflow.subprocesses.values():
        calls = tuple(place_of(process.parent_task).split(STROKE)) if process.is_of_other_file else ()
        if group not in RESULTS or not calls or names[: len(calls)] != calls:
            continue
        scope: object = process_locals(next(iter(process.live.values()))).get(group)
        for name in names[len(calls) : -1]:
            scope = scope.get(name) if isinstance(scope, dict) else None
        if isinstance(scope, dict):
            scope[names[-1]] = value


def _go_on(instance: Instance) -> None:
    instance.workflow.thrown.clear()
    instance.workflow.taken_count = 0
    instance.workflow.begin_move()
    advance(instance.workflow)


def _the_open(instance: Instance, element: str) -> CaseTask:
    found = [task for task in instance.workflow.live_tasks() if _is_open(task) and place_of(task) == element]
    if not found:
        raise NotFound("place_not_open", element=element)
    instance_of_several = next((task for task in found if INSTANCE in task.internal_data), None)
    if len(found) > 1 and instance_of_several is None:
        raise Conflict("place_ambiguous", element=element, count=len(found))
    return instance_of_several or found[0]


def _is_open(task: CaseTask) -> bool:
    """A token that stands somewhere: not at an inner node, a boundary event, or a join that waits for others."""
    spec = task.task_spec
    return spec.element is not None and not isinstance(spec, CaseBoundaryEvent | TokenJoin)


def _entry(task: CaseTask) -> str:
    return str(task.task_spec.name)


def _refuse_instances(task: CaseTask, element: str) -> None:
    for one in _outwards(task):
        if INSTANCE in one.internal_data:
            raise InterventionRefused("move_inside_instances", element=element)


def _outwards(task: CaseTask) -> Iterator[CaseTask]:
    current: CaseTask | None = task
    while current is not None:
        yield current
        current = current.workflow.parent_task


def _target(instance: Instance, task: CaseTask, target: str) -> Any:
    calls, nodes = place_of(task).rpartition(STROKE)[0], task.workflow.spec.task_specs
    around, _, drawn = target.rpartition(STROKE)
    known = (node for node in nodes.values() if node.element is not None and node.element.id == drawn)
    node = nodes.get(drawn) or next((node for node in known if STROKE not in node.name), None)
    if node is None or around != calls:
        if any(item.id == drawn for item in instance.definition.elements.values()):
            raise InterventionRefused("move_other_scope", target=target, element=place_of(task))
        raise NotFound("target_unknown", target=target)
    if not _is_fit(node):
        raise InterventionRefused("move_target_unfit", target=target, element=place_of(task))
    return node


def _is_fit(node: Any) -> bool:
    """A token may begin at what one token alone opens: no start, no end, no boundary event, no join, no inner node."""
    if node.element is None or isinstance(node, CaseStartEvent | CaseEndEvent | CaseBoundaryEvent | BoundarySplit):
        return False
    is_join = isinstance(node, CaseParallelGateway | CaseInclusiveGateway) and len(node.inputs) > 1
    return not is_join and "/" not in node.name


def _take_away(task: CaseTask) -> None:
    split = boundary_split_of(task)
    for child in split.children if split is not None else ():
        child.cancel()
    task.cancel()
