"""Keep a half-filled form (草稿): nothing typed is lost."""

from collections.abc import Mapping

import orjson

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.drafts import put_draft

MOST_BYTES = 200_000


def save_task_draft(
    context: Context, person: Person, *, task_id: int, version: int, data: Mapping[str, object]
) -> Result:
    """Keep what a person typed into a task's form. version: of the draft as last seen, 0 for a new one.

    Raises Stale when another window saved meanwhile, InvalidInput `draft_too_large`.
    """
    return _save(context, person, f"task:{task_id}", version, data)


def save_application_draft(
    context: Context, person: Person, *, code: str, version: int, data: Mapping[str, object]
) -> Result:
    """Keep an application that is not handed in yet, by matter or theme."""
    return _save(context, person, f"apply:{code}", version, data)


def _save(context: Context, person: Person, topic: str, version: int, data: Mapping[str, object]) -> Result:
    content = orjson.dumps(dict(data))
    if len(content) > MOST_BYTES:
        raise InvalidInput("draft_too_large", most_bytes=MOST_BYTES)
    with context.database.write() as uow:
        saved_at = uow.now()
        saved = put_draft(
            uow,
            draft_id=context.ids.next_id(person.region_code),
            owner_account_id=person.account_id,
            topic=topic,
            version=version,
            content=content.decode(),
        )
    return {"version": saved, "saved_at": saved_at}
