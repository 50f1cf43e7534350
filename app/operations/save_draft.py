"""Keep a half-filled form (草稿): nothing typed is lost."""

from collections.abc import Mapping

import orjson

from app.domain.authority import Person
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.vocabulary import Role, TaskState
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.drafts import put_draft
from app.storage.tasks import TaskOwner, find_task_owner

MOST_BYTES = 200_000


def save_task_draft(
    context: Context, person: Person, *, task_id: int, version: int, data: Mapping[str, object]
) -> Result:
    """Keep what a person typed into the form of an open task. version: of the draft as last seen, 0 for a new one.

    Raises NotFound `task_unknown` for a task that is not offered to the person, Conflict `task_closed`, Stale when
    another window saved meanwhile, InvalidInput `draft_too_large`.
    """
    content = orjson.dumps(dict(data))
    if len(content) > MOST_BYTES:
        raise InvalidInput("draft_too_large", most_bytes=MOST_BYTES)
    with context.database.write() as uow:
        owner = find_task_owner(uow, task_id)
        if owner is None or not _is_theirs(person, owner):
            raise NotFound("task_unknown", task=str(task_id))
        if owner.state >= TaskState.COMPLETED:
            raise Conflict("task_closed", task=str(task_id))
        saved_at = uow.now()
        saved = put_draft(
            uow,
            draft_id=context.ids.next_id(person.region_code),
            owner_account_id=person.account_id,
            topic=f"task:{task_id}",
            version=version,
            content=content.decode(),
        )
    return {"version": saved, "saved_at": saved_at}


def _is_theirs(person: Person, owner: TaskOwner) -> bool:
    if owner.role == Role.APPLICANT:
        return owner.applicant_account_id == person.account_id
    return owner.group_id in person.group_ids
