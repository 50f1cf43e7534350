"""Half-filled forms (草稿): one per person and topic."""

import sqlalchemy as sa

from app.domain.errors import Stale
from app.storage import dialects
from app.storage.tables import draft
from app.storage.unit_of_work import UnitOfWork


def put_draft(uow: UnitOfWork, *, draft_id: int, owner_account_id: int, topic: str, version: int, content: str) -> int:
    """Keep a draft and return its new version.

    version: as last seen, 0 for a new one. Raises Stale when another window saved meanwhile.
    """
    columns = draft.c
    mine = (columns.owner_account_id == owner_account_id, columns.topic == topic)
    values = {"version": version + 1, "content": content, "saved_at": uow.now()}
    if version:
        statement = draft.update().where(*mine, columns.version == version).values(**values)
    else:
        new = dialects.insert_ignore(uow.connection, draft)
        statement = new.values(id=draft_id, owner_account_id=owner_account_id, topic=topic, **values)
    if uow.connection.execute(statement).rowcount != 1:
        stored = uow.connection.scalar(sa.select(columns.version).where(*mine))
        raise Stale("stale", version=stored or 0)
    return version + 1


def find_draft(connection: sa.Connection, *, owner_account_id: int, topic: str) -> tuple[int, str] | None:
    """Return version and content of a draft; None when there is none."""
    row = connection.execute(
        sa.select(draft.c.version, draft.c.content).where(
            draft.c.owner_account_id == owner_account_id, draft.c.topic == topic
        )
    ).one_or_none()
    return (row.version, row.content) if row else None
