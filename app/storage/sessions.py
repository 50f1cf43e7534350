"""Sessions of people (会话); only hashes of their tokens are stored."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import account, session
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A session in force."""

    account_id: int
    csrf: str


def add_session(uow: UnitOfWork, *, token_hash: bytes, account_id: int, csrf: str, expires_at: datetime) -> None:
    """Begin a session."""
    uow.connection.execute(
        session.insert().values(id=token_hash, account_id=account_id, csrf=csrf, expires_at=expires_at)
    )


def find_session(connection: sa.Connection, token_hash: bytes, *, now: datetime) -> StoredSession | None:
    """Return a session that has not expired, of an account that is active."""
    row = connection.execute(
        sa.select(session.c.account_id, session.c.csrf)
        .join(account, account.c.id == session.c.account_id)
        .where(session.c.id == token_hash, session.c.expires_at > now, account.c.active)
    ).one_or_none()
    return StoredSession(account_id=row.account_id, csrf=row.csrf) if row else None


def end_session(uow: UnitOfWork, token_hash: bytes) -> None:
    """End a session."""
    uow.connection.execute(session.delete().where(session.c.id == token_hash))
