"""Stretches of a process: what lies between two steps that bind.

A step binds when more than the path depends on it: it accepts or decides, the host works for it, or a member case does.
To carry a token past it leaves out what the law asks for; to carry one back before it has it done twice.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.engine.specs.activities import (
    HUMAN_TASKS,
    CaseCallActivity,
    CaseSubProcess,
    MemberCase,
    ServiceCall,
)
from app.engine.specs.decisions import DecisionTask
from app.engine.specs.instances import CaseLoop, ParallelInstances, SequentialInstances

MARKERS = (ParallelInstances, SequentialInstances, CaseLoop)


def is_on_one_stretch(one: Any, other: Any, processes: Mapping[str, Any]) -> bool:
    """Say whether one of two nodes of a scope leads to the other without a step between them that binds.

    one: where the token stands; a step that waits for a program outside may be left, because it has done nothing in the
    case yet. processes: every process of the definition, by name.
    """
    return _leads(one, other, processes, may_leave=_waits_for_program(one)) or _leads(other, one, processes)


def binds_anywhere(nodes: Iterable[Any], processes: Mapping[str, Any]) -> bool:
    """Say whether one of several nodes binds. processes: every process of the definition, by name."""
    return any(_binds(node, processes, frozenset()) for node in nodes)


def _waits_for_program(node: Any) -> bool:
    return isinstance(node, ServiceCall) and node.element is not None and bool(node.element.topic)


def _leads(first: Any, last: Any, processes: Mapping[str, Any], *, may_leave: bool = False) -> bool:
    """Say whether `first` and what lies between it and `last` may be left out, or done again.

    may_leave: `first` may be, whatever it is.
    """
    found: set[Any] = set()
    coming = [first]
    while coming:
        node = coming.pop()
        if node in found or (_binds(node, processes, frozenset()) and not (may_leave and node is first)):
            continue
        if last in node.outputs:
            return True
        found.add(node)
        coming.extend(node.outputs)
    return False


def _binds(node: Any, processes: Mapping[str, Any], seen: frozenset[str]) -> bool:
    """Say whether a node binds, or anything inside it: the instances of a marker, the process of an activity."""
    if isinstance(node, MARKERS):
        return _binds(node.repeated(), processes, seen)
    if isinstance(node, CaseSubProcess | CaseCallActivity):
        inside = processes[node.spec].task_specs.values() if node.spec not in seen else ()
        return any(_binds(item, processes, seen | {node.spec}) for item in inside)
    if isinstance(node, HUMAN_TASKS):
        return node.element is not None and bool(node.element.decides or node.element.starts_clock)
    return isinstance(node, ServiceCall | DecisionTask | MemberCase)
