"""Checks of diagrams: one rule, one file, one test table, one page in `docs/checks/`. The one list of rules."""

from collections.abc import Callable, Iterable

from app.diagrams.checks import (
    bad_condition,
    bad_limit,
    deciding_element,
    deemed_path,
    gateway_without_name,
    join_after_choice,
    loop_without_person,
    outcome_not_handled,
    unknown_form,
    unknown_matter,
    unknown_operation,
    unknown_role,
    unreachable,
    wait_without_way_out,
)
from app.diagrams.graph import Graph
from app.domain.diagram import Finding, Published

Check = Callable[[Graph, Published], Iterable[Finding]]

CHECKS: tuple[tuple[str, str, Check], ...] = tuple(
    (module.CODE, module.SEVERITY, module.check)
    for module in (
        bad_condition,
        bad_limit,
        deciding_element,
        deemed_path,
        gateway_without_name,
        join_after_choice,
        loop_without_person,
        outcome_not_handled,
        unknown_form,
        unknown_matter,
        unknown_operation,
        unknown_role,
        unreachable,
        wait_without_way_out,
    )
)

# Rules about names of this system; a diagram of another one cannot know them.
NAME_CHECKS = frozenset(module.CODE for module in (unknown_form, unknown_operation, unknown_role))
