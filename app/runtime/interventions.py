"""Interventions of a supervisor (人工干预): on the diagram alone. No legal clock, no decision and no end follows from one."""

import hashlib
from collections.abc import Mapping

import orjson

from app.domain.authority import Person
from app.domain.change_rows.pauses import PauseEnd, PauseRow
from app.domain.deadline_instants import BY_DEFAULT
from app.domain.errors import Conflict, Forbidden, RuleViolation, Stale
from app.domain.form import check_answers
from app.domain.intervention import Intervention, InterventionKind, check_asked
from app.domain.vocabulary import Role
from app.engine import interventions
from app.engine.runner import Instance
from app.runtime.access import refuse_foreign_case
from app.runtime.casework import Casework
from app.runtime.decide_change import intervene
from app.runtime.joining import join_closed
from app.runtime.realign import realign

Kind = InterventionKind


def do_intervention(work: Casework, person: Person, asked: Intervention) -> dict[str, object]:
    """Do what is asked, and say what follows from it: tasks, deadlines and members that come or go.

    Raises NotFound for a case the person does not see, Forbidden `not_permitted`, `intervention_own_case`, Conflict
    `case_ended`, `case_paused_already`, `case_not_paused`, Stale `stale`, InvalidInput `invalid`, RuleViolation
    `variable_protected`, `intervention_touches_law`, and what the engine refuses.
    """
    refuse_foreign_case(person, work)
    _refuse_person(work, person)
    check_asked(asked)
    if work.is_closed:
        raise Conflict("case_ended", state=work.state)
    if asked.version != work.case.version:
        raise Stale("stale", case=work.case.case_no, version=work.case.version)
    _DOING[asked.kind](work, asked)
    _refuse_law(work)
    return _effects(work)


def _refuse_person(work: Casework, person: Person) -> None:
    if not person.has_role(Role.SUPERVISOR):
        raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)
    handled = (*work.loaded.handled, *work.loaded.handled_in_theme)
    hands = {step.completed_by for step in handled} | {task.assignee_id for task in work.loaded.tasks}
    if person.staff_id in hands:
        raise Forbidden("intervention_own_case")


def _move_token(work: Casework, asked: Intervention) -> None:
    _record(work, asked, before=asked.element, after=asked.target)
    intervene(work, lambda instance: interventions.move_token(instance, asked.element, asked.target))


def _cancel_branch(work: Casework, asked: Intervention) -> None:
    _record(work, asked, before=asked.element, after="")
    intervene(work, lambda instance: interventions.cancel_branch(instance, asked.element))


def _correct_variable(work: Casework, asked: Intervention) -> None:
    path = tuple(asked.variable.split("."))

    def correct(instance: Instance) -> None:
        value = _checked(work, instance, path, asked.value)
        before = interventions.read_variable(instance, path)
        _record_values(work, asked, before, value)
        interventions.set_variable(instance, path, value)

    intervene(work, correct)


def _checked(work: Casework, instance: Instance, path: tuple[str, ...], value: object) -> object:
    """Check the answer of a form as the form does; what a deciding step answered is a matter of the law."""
    if path[0] != "answers":
        return value
    step, field = path[1:-1], path[-1]
    element = instance.definition.element_at(step)
    if element is None or element.inside or element.decides:
        raise RuleViolation("variable_protected", variable=".".join(path))
    form = work.published.forms.get(element.form_key)
    answers = interventions.read_variable(instance, ("answers", *step))
    if form is None or not isinstance(answers, dict):
        return value
    outcomes = interventions.read_variable(instance, ("outcomes", *step))
    kept = check_answers(form.schema, {**answers, field: value}, given={"outcome": outcomes}, pointer="/value")
    return kept.get(field)


def _pause(work: Casework, asked: Intervention) -> None:
    if work.is_paused:
        raise Conflict("case_paused_already")
    _record(work, asked)
    work.changes.pauses_begun.append(
        PauseRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            paused_at=work.now,
            paused_by=work.actor.code,
            reason=asked.reason.strip(),
        )
    )


def _resume(work: Casework, asked: Intervention) -> None:
    """Let the case go on: closed members are joined now, and what fell due fires with the next tick, in its order."""
    if work.loaded.pause is None:
        raise Conflict("case_not_paused")
    _record(work, asked)
    end = PauseEnd(id=work.loaded.pause.id, resumed_at=work.now, resumed_by=work.actor.code)
    work.changes.pauses_ended.append(end)
    if not join_closed(work):
        realign(work)


_DOING = {
    Kind.MOVE: _move_token,
    Kind.CANCEL: _cancel_branch,
    Kind.CORRECT: _correct_variable,
    Kind.PAUSE: _pause,
    Kind.RESUME: _resume,
}


def _refuse_law(work: Casework) -> None:
    """Refuse what would start, stop or move a clock, decide, end the case, or take an approval by default away.

    A resumed joint case takes in its members, which moves its own clocks as it would have without the pause.
    """
    names = {row.id: row.name for row in work.loaded.deadlines}
    lost = {names[row_id] for row_id in work.changes.deadlines_disarmed if row_id in names}.intersection(BY_DEFAULT)
    touched = (
        "clock" if work.changes.ledger else "",
        "decision" if work.changes.decisions else "",
        "end" if work.is_closed else "",
        "default" if lost else "",
    )
    what = next(filter(None, touched), "")
    if what and not work.changes.pauses_ended:
        raise RuleViolation("intervention_touches_law", what=what)


def _record(work: Casework, asked: Intervention, **facts: object) -> int:
    return work.record(f"intervention_{asked.kind}", {"reason": asked.reason.strip(), **facts})


def _record_values(work: Casework, asked: Intervention, before: object, after: object) -> None:
    """Keep both values where they can be erased; the chain holds their hashes."""
    kept = {"variable": asked.variable, "before": before, "after": after}
    told = {name: hashlib.sha256(_text(kept[name])).hexdigest() for name in ("before", "after")}
    work.keep(asked.kind.value, kept)
    _record(work, asked, variable=asked.variable, **told)


def _text(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)


def _effects(work: Casework) -> dict[str, object]:
    changes, case_id = work.changes, work.case.id
    titles = {row.id: row.title for row in work.loaded.tasks}
    names = {row.id: row.name for row in work.loaded.deadlines}
    programs = {row.id: row.name or row.element for row in work.loaded.external_tasks}
    left = [row.id for row in changes.tasks_closed]
    members = {str(row.id): row.case_no for row in work.loaded.members}
    payloads: list[Mapping[str, object]] = [orjson.loads(row.payload) for row in changes.outbox]
    return {
        "tasks_withdrawn": [titles[row_id] for row_id in left if row_id in titles],
        "tasks_opened": [row.title for row in changes.tasks_opened if row.case_id == case_id],
        "deadlines_disarmed": [
            names[row_id] for row_id in (*changes.deadlines_disarmed, *changes.deadlines_deleted) if row_id in names
        ],
        "deadlines_armed": [row.name for row in changes.deadlines_armed if row.case_id == case_id],
        "members_withdrawn": [
            members[str(item["case_id"])]
            for item in payloads
            if item.get("message") == "withdraw_member_case" and str(item.get("case_id")) in members
        ],
        "members_opened": [row.name for row in changes.cases_added],
        "programs_dropped": [programs[row.id] for row in changes.external_ended if row.id in programs],
        "programs_asked": [row.name or row.element for row in changes.external_opened if row.case_id == case_id],
        "steps_failed": [row.element for row in changes.incidents],
    }
