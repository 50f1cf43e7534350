"""Bearer tokens of programs (接口令牌); only their hashes are stored."""

from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import account, api_token
from app.storage.unit_of_work import UnitOfWork


def add_token(
    uow: UnitOfWork, *, token_id: int, token_hash: bytes, account_id: int, name: str, expires_at: datetime
) -> None:
    """Add a token."""
    uow.connection.execute(
        api_token.insert().values(
            id=token_id,
            hash=token_hash,
            account_id=account_id,
            name=name,
            created_at=uow.now(),
            expires_at=expires_at,
        )
    )


def find_token(connection: sa.Connection, token_hash: bytes, *, now: datetime) -> int | None:
    """Return the account of a token that is in force; None otherwise."""
    return connection.scalar(
        sa.select(api_token.c.account_id)
        .join(account, account.c.id == api_token.c.account_id)
        .where(
            api_token.c.hash == token_hash,
            api_token.c.expires_at > now,
            api_token.c.revoked_at.is_(None),
            account.c.active,
        )
    )


def revoke_token(uow: UnitOfWork, token_id: int, *, now: datetime) -> bool:
    """Revoke a token. Returns whether there was one in force."""
    touched = uow.connection.execute(
        api_token.update().where(api_token.c.id == token_id, api_token.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return touched.rowcount == 1
