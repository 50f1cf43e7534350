"""Retry a dead letter (死信重试)."""

from app.domain.authority import Person
from app.domain.errors import Forbidden, NotFound
from app.domain.vocabulary import Role
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.deadlines import revive


def retry_deadline(context: Context, person: Person, *, deadline_id: int) -> Result:
    """Arm a deadline that was given up, to be tried at the next tick. Raises Forbidden, NotFound `deadline_unknown`."""
    if person.roles.isdisjoint({Role.SUPERVISOR, Role.DUTY_OFFICER}):
        raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)
    with context.database.write() as uow:
        if not revive(uow, deadline_id, now=uow.now()):
            raise NotFound("deadline_unknown", deadline=str(deadline_id))
    return {"deadline_id": str(deadline_id), "state": "armed"}
