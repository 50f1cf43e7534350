"""Stored answers of requests that may arrive twice (幂等键)."""

import sqlalchemy as sa

from app.domain.request_key import RequestKey
from app.storage.tables import idempotency_key
from app.storage.unit_of_work import UnitOfWork


def find_response(uow: UnitOfWork, request: RequestKey) -> bytes | None:
    """Return the stored answer of a request, None for a new one. Raises InvalidInput for the key with another body."""
    columns = idempotency_key.c
    row = uow.connection.execute(
        sa.select(columns.request_hash, columns.response).where(
            columns.actor_id == request.actor_id, columns.scope == request.scope, columns.key == request.key
        )
    ).one_or_none()
    if row is None:
        return None
    request.check_same(bytes(row.request_hash))
    return bytes(row.response)
