"""Retry what an incident stands for (异常重试)."""

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.runtime.advance import Result
from app.runtime.context import Context, in_transaction
from app.runtime.retry import decide_again, have_fetched_again, refuse_retry, try_again
from app.storage.incidents import OPEN, find_incident
from app.storage.unit_of_work import UnitOfWork


def retry_incident(context: Context, person: Person, *, incident_id: int) -> Result:
    """Have what an open incident stands for tried again, and close it.

    A deadline is tried at the next tick, a decision made at once, work of a program handed out again.

    Raises Forbidden, NotFound `incident_unknown` for one that is closed, waits for nothing, or is of a case the person
    does not see, and what the decision raises when it fails again.
    """
    refuse_retry(person)

    def retry(uow: UnitOfWork) -> Result:
        found = find_incident(uow.connection, incident_id)
        unknown = NotFound("incident_unknown", incident=str(incident_id))
        if found is None or found.state != OPEN:
            raise unknown
        try:
            if found.engine_task is not None:
                tried = decide_again(uow, context, person, found)
            elif found.external_task_id is not None:
                tried = have_fetched_again(uow, context, person, found)
            elif found.deadline_id is not None:
                tried = try_again(uow, context, person, case_id=found.case_id, deadline_id=found.deadline_id)
            else:
                raise unknown
        except NotFound as unseen:
            if unseen.code == "decision_unknown":
                raise
            raise unknown from unseen
        return {"incident_id": str(incident_id), **tried}

    return in_transaction(context, retry)
