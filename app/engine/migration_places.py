"""Whether a token can stand at a node of the new version: what it waits for there must be the same thing."""

from collections.abc import Callable
from typing import Any

from app.domain.migration import PlaceFault
from app.engine.migration_plan import MigrationPlan
from app.engine.sources import prefix_of
from app.engine.specs.activities import MemberCase, ServiceCall
from app.engine.specs.gateways import TokenJoin
from app.engine.specs.node import SPLIT_SUFFIX
from app.engine.specs.waits import CatchingNode

Rename = Callable[[str], str]
MARKER_PARTS = ("item_name", "output_item", "output_name")


def fault_at(plan: MigrationPlan, old: Any, new: Any, before: str, rename: Rename) -> PlaceFault | None:
    """Return why a live token cannot go from node `before` of process `old` to its counterpart in `new`, else None."""
    was, now = old.task_specs[before], new.task_specs.get(rename(before))
    if now is None:
        beside = (spec.task_specs for spec in plan.new.subprocess_specs.values() if spec.file == new.file)
        elsewhere = any(rename(before) in nodes for nodes in beside)
        return PlaceFault.OTHER_SCOPE if elsewhere else PlaceFault.MISSING
    if type(was) is not type(now):
        return PlaceFault.OTHER_KIND
    if _boundary(new, rename(before)) != {rename(event) for event in _boundary(old, before)}:
        return PlaceFault.OTHER_EVENTS
    return _other_content(was, now, rename) or _other_process(was, now, rename, prefix_of(old.file))


def _other_content(was: Any, now: Any, rename: Rename) -> PlaceFault | None:
    if isinstance(was, TokenJoin) and _inputs(now) != sorted(map(rename, _inputs(was))):
        return PlaceFault.OTHER_JOIN
    if isinstance(was, CatchingNode) and _trigger(was) != _trigger(now):
        return PlaceFault.OTHER_TRIGGER
    if any(getattr(was, part, None) != getattr(now, part, None) for part in MARKER_PARTS):
        return PlaceFault.OTHER_INSTANCES
    if isinstance(was, MemberCase) and _matter(was) != _matter(now):
        return PlaceFault.OTHER_MATTER
    if isinstance(was, ServiceCall) and _called(was) != _called(now):
        return PlaceFault.OTHER_OPERATION
    return None


def _other_process(was: Any, now: Any, rename: Rename, prefix: str) -> PlaceFault | None:
    """Compare what activities run. prefix: of the names of their file; a process of another file keeps its key."""
    inner, inner_now = getattr(was, "spec", None), getattr(now, "spec", None)
    if inner is None:
        return None
    wanted = prefix + rename(inner.removeprefix(prefix)) if inner.startswith(prefix) else inner
    return None if wanted == inner_now else PlaceFault.OTHER_PROCESS


def _boundary(spec: Any, name: str) -> set[str]:
    """Return the boundary events of the activity `name`; an added one would not be armed, so it counts as a change."""
    split = spec.task_specs.get(name + SPLIT_SUFFIX)
    return set() if split is None else {node.name for node in split.outputs} - {name}


def _inputs(join: Any) -> list[str]:
    return sorted(node.name for node in join.inputs)


def _trigger(node: Any) -> tuple[type, str]:
    """Return what kind of thing an event waits for. Its name is passive: the host addresses a wait by task and key."""
    return type(node.event_definition), getattr(node.event_definition, "kind", "")


def _matter(member: Any) -> str:
    return str(member.element.matter_code)


def _called(service: Any) -> tuple[str, str]:
    return service.element.operation, service.element.topic
