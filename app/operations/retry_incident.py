"""Retry what an incident stands for (异常重试)."""

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.runtime.advance import Result
from app.runtime.context import Context, in_transaction
from app.runtime.retry import decide_again, refuse_retry, try_again
from app.storage.incidents import OPEN, find_incident
from app.storage.unit_of_work import UnitOfWork


def retry_incident(context: Context, person: Person, *, incident_id: int) -> Result:
    """Have the deadline behind an open incident tried at the next tick, or a failed decision made at once, and close it.

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
