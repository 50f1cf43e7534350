"""Sessions (会话) of people and tokens (接口令牌) of programs; only hashes are stored."""

import sqlalchemy as sa
from sqlalchemy import Column

from app.storage.tables.base import Code, Id, Instant, metadata

session = sa.Table(
    "session",
    metadata,
    Column("id", sa.LargeBinary, primary_key=True),
    Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("csrf", Code(64), nullable=False),
    sa.Index("ix_session_account", "account_id"),
)

api_token = sa.Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("hash", sa.LargeBinary, nullable=False, unique=True),
    Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("scopes", sa.Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    sa.Index("ix_api_token_account", "account_id"),
)
