"""Retry a dead letter (死信重试)."""

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.runtime.advance import Result
from app.runtime.context import Context, in_transaction
from app.runtime.retry import refuse_retry, try_again
from app.storage.deadlines import case_of_deadline
from app.storage.unit_of_work import UnitOfWork


def retry_deadline(context: Context, person: Person | None, *, deadline_id: int) -> Result:
    """Have a deadline that was given up, or waits after a failure, tried at the next tick.

    person: None for the operator at the command line. Raises Forbidden, NotFound `deadline_unknown`, also for one of a
    case the person does not see.
    """
    refuse_retry(person)

    def retry(uow: UnitOfWork) -> Result:
        case_id = case_of_deadline(uow.connection, deadline_id)
        unknown = NotFound("deadline_unknown", deadline=str(deadline_id))
        if case_id is None:
            raise unknown
        try:
            return try_again(uow, context, person, case_id=case_id, deadline_id=deadline_id)
        except NotFound as unseen:
            raise unknown from unseen

    return in_transaction(context, retry)
