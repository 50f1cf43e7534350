"""Checks of diagrams: one rule, one file, one test table, one page in `docs/checks/`. The one list of rules."""

from collections.abc import Callable, Iterable

from app.diagrams.checks import (
    bad_attribute,
    bad_condition,
    bad_limit,
    call_circle,
    call_not_deployable,
    calls_too_deep,
    choice_without_default,
    deciding_element,
    deemed_not_allowed,
    deemed_path,
    gateway_without_name,
    host_or_program,
    join_after_choice,
    loop_without_exit,
    loop_without_person,
    members_in_call,
    never_happens,
    not_delivered,
    not_handed_out,
    one_process,
    outcome_not_handled,
    place_too_long,
    runs_twice,
    search_cut,
    steps_longer_than_promise,
    unknown_decision,
    unknown_form,
    unknown_matter,
    unknown_office,
    unknown_operation,
    unknown_process,
    unknown_role,
    unknown_topic,
    unknown_variable,
    unreachable,
    wait_without_way_out,
)
from app.diagrams.graph import Graph
from app.diagrams.tokens import Explored
from app.domain.diagram import Finding, Published

Check = Callable[[Graph, Published], Iterable[Finding]]
CourseCheck = Callable[[Explored], Iterable[Finding]]

CHECKS: tuple[tuple[str, str, Check], ...] = tuple(
    (module.CODE, module.SEVERITY, module.check)
    for module in (
        bad_attribute,
        bad_condition,
        bad_limit,
        call_circle,
        call_not_deployable,
        calls_too_deep,
        choice_without_default,
        deciding_element,
        deemed_not_allowed,
        deemed_path,
        gateway_without_name,
        host_or_program,
        loop_without_exit,
        loop_without_person,
        members_in_call,
        not_delivered,
        not_handed_out,
        one_process,
        outcome_not_handled,
        place_too_long,
        steps_longer_than_promise,
        unknown_decision,
        unknown_form,
        unknown_matter,
        unknown_office,
        unknown_operation,
        unknown_process,
        unknown_role,
        unknown_topic,
        unknown_variable,
        unreachable,
        wait_without_way_out,
    )
)

# Rules about what can happen, asked of the executable form.
COURSE_CHECKS: tuple[tuple[str, str, CourseCheck], ...] = tuple(
    (module.CODE, module.SEVERITY, module.check)
    for module in (join_after_choice, never_happens, runs_twice, search_cut)
)

# Rules about names and habits of this system; a diagram of another one cannot know them.
NAME_CHECKS = frozenset(
    module.CODE
    for module in (
        bad_attribute,
        not_delivered,
        not_handed_out,
        one_process,
        unknown_decision,
        unknown_form,
        unknown_office,
        unknown_operation,
        unknown_role,
        unknown_topic,
        unknown_variable,
    )
)
