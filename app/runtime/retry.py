"""Try again what failed (重试), a deadline, a decision, work of a program: a person's act, with its line in the chain."""

from dataclasses import fields
from datetime import datetime

from app.domain.actor import Actor, system_actor
from app.domain.authority import Person
from app.domain.change_set import DeadlineChange
from app.domain.errors import Conflict, Forbidden, NotFound
from app.domain.loaded_case import DeadlineFacts
from app.domain.vocabulary import DeadlineState, Role
from app.runtime.access import actor_of, refuse_foreign_case
from app.runtime.advance import Result, Target, change_case, moved
from app.runtime.casework import Casework
from app.runtime.context import Context
from app.runtime.external_tasks import hand_out_again
from app.runtime.rule_decisions import again
from app.storage.incidents import RESOLVED, RETRIED, IncidentEntry, close_incident, find_open_incident
from app.storage.unit_of_work import UnitOfWork

RETRYING = frozenset({Role.SUPERVISOR, Role.DUTY_OFFICER})


def refuse_retry(person: Person | None) -> Actor:
    """Return who retries; None is the operator at the command line. Raises Forbidden for who does not watch over cases."""
    if person is None:
        return system_actor("command_line")
    if not person.has_role(*RETRYING):
        raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)
    return actor_of(person)


def try_again(uow: UnitOfWork, context: Context, person: Person | None, *, case_id: int, deadline_id: int) -> Result:
    """Have a deadline that was given up, or waits after a failure, tried at the next tick; its incident is closed.

    Raises Forbidden, NotFound `case_unknown` for a case the person does not see, NotFound `deadline_unknown` when it
    does not wait for that any more.
    """
    actor = refuse_retry(person)

    def act(work: Casework) -> Result:
        if person is not None:
            refuse_foreign_case(person, work)
        row = next((row for row in work.loaded.deadlines if row.id == deadline_id and _has_failed(row)), None)
        if row is None:
            raise NotFound("deadline_unknown", deadline=str(deadline_id))
        work.record("deadline_retried", {"name": row.name, "attempts": row.attempts})
        work.changes.deadlines_changed.append(_armed(row, work.now))
        return {"deadline_id": str(deadline_id), "case_no": work.case.case_no, "state": "armed"}

    result = change_case(uow, context, Target(case_id=case_id), act, actor=actor)
    incident = find_open_incident(uow.connection, case_id=case_id, deadline_id=deadline_id)
    if incident is not None:
        close_incident(uow, incident.id, state=RETRIED)
    return result


def decide_again(uow: UnitOfWork, context: Context, person: Person, incident: IncidentEntry) -> Result:
    """Have what a business rule task could not decide decided once more, by the tables in force now.

    A case that has gone on another way waits for no decision any more: then the incident is closed, and nothing else
    happens. Raises Forbidden, NotFound `case_unknown` for a case the person does not see, and what the decision raises
    when it fails again.
    """
    actor, state = refuse_retry(person), RETRIED

    def act(work: Casework) -> Result:
        nonlocal state
        assert incident.engine_task is not None
        refuse_foreign_case(person, work)
        work.record("rule_decision_retried", {"element": incident.element})
        try:
            moved(work, again(work, incident.engine_task))
        except Conflict as gone:
            if gone.code != "decision_not_open":
                raise
            state = RESOLVED
        return {"case_no": work.case.case_no, "state": state}

    result = change_case(uow, context, Target(case_id=incident.case_id), act, actor=actor)
    close_incident(uow, incident.id, state=state)
    return result


def have_fetched_again(uow: UnitOfWork, context: Context, person: Person, incident: IncidentEntry) -> Result:
    """Hand out again what a program failed at until its tries were used up; its incident is closed.

    A case that has gone on another way waits for no program any more: then the incident is closed, and nothing else
    happens. Raises Forbidden, NotFound `case_unknown` for a case the person does not see.
    """
    actor, state = refuse_retry(person), RETRIED

    def act(work: Casework) -> Result:
        nonlocal state
        assert incident.external_task_id is not None
        refuse_foreign_case(person, work)
        if not hand_out_again(work, incident.external_task_id):
            state = RESOLVED
        return {"case_no": work.case.case_no, "state": state}

    result = change_case(uow, context, Target(case_id=incident.case_id), act, actor=actor)
    close_incident(uow, incident.id, state=state)
    return result


def _has_failed(row: DeadlineFacts) -> bool:
    return row.state == DeadlineState.DEAD or (row.state == DeadlineState.ARMED and row.attempts > 0)


def _armed(row: DeadlineFacts, now: datetime) -> DeadlineChange:
    kept = {field.name: getattr(row, field.name) for field in fields(DeadlineChange)}
    return DeadlineChange(**kept | {"state": DeadlineState.ARMED, "fire_at": now, "last_error": None})
