"""Branches that run at once (并行分支): where a node stands between the splits of its process and their joins."""

from collections.abc import Collection, Iterator
from typing import Any

from app.engine.library_fixes import CaseProcessSpec
from app.engine.specs.gateways import CaseExclusiveGateway, CaseParallelGateway
from app.engine.specs.node import BoundarySplit
from app.engine.specs.waits import CaseEventGateway

Branch = tuple[str, str]


def branches_of(spec: CaseProcessSpec, name: str) -> frozenset[Branch]:
    """Return the branches the node `name` stands in, as (split, first node of the branch).

    A node stands in a branch when the split leads to it on this one alone: behind the join all of them lead to it. What
    follows a boundary event that ends its activity is no branch, because nothing runs beside it.
    """
    found: set[Branch] = set()
    for split, first_nodes in _splits(spec):
        reached = {first: reach(spec, first, without=(split,)) for first in first_nodes}
        inside = [first for first, names in reached.items() if name in names]
        if len(inside) == 1 and _is_beside(spec, split, inside[0]):
            found.add((split, inside[0]))
    return frozenset(found)


def leads_to_join(spec: CaseProcessSpec, name: str, branches: frozenset[Branch]) -> bool:
    """Say whether a parallel join waits for the token at `name`."""
    nodes = (spec.task_specs[found] for found in _ahead(spec, name, branches))
    return any(isinstance(node, CaseParallelGateway) and len(node.inputs) > 1 for node in nodes)


def rest_of_branch(spec: CaseProcessSpec, name: str, branches: frozenset[Branch]) -> tuple[Any, ...]:
    """Return the nodes the token at `name` may still come to before its branches meet others, the one at `name` too."""
    ahead = _ahead(spec, name, branches)
    return tuple(spec.task_specs[found] for found in ahead if branches <= branches_of(spec, found))


def _ahead(spec: CaseProcessSpec, name: str, branches: frozenset[Branch]) -> frozenset[str]:
    return reach(spec, name, without={split for split, _ in branches})


def reach(spec: CaseProcessSpec, first: str, *, without: Collection[str]) -> frozenset[str]:
    """Return the nodes that can be reached from `first`, itself among them, not through any of `without`."""
    found: set[str] = set()
    open_names = [first]
    while open_names:
        name = open_names.pop()
        if name not in found and name not in without:
            found.add(name)
            open_names.extend(node.name for node in spec.task_specs[name].outputs)
    return frozenset(found)


def _splits(spec: CaseProcessSpec) -> Iterator[tuple[str, list[str]]]:
    """Yield the nodes from which more than one token may go on."""
    for name, node in spec.task_specs.items():
        if not isinstance(node, CaseExclusiveGateway | CaseEventGateway) and len(node.outputs) > 1:
            yield name, [following.name for following in node.outputs]


def _is_beside(spec: CaseProcessSpec, split: str, first: str) -> bool:
    if not isinstance(spec.task_specs[split], BoundarySplit):
        return True
    node: Any = spec.task_specs[first]
    return bool(node.catches_at_boundary and not node.is_interrupting)
