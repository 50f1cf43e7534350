"""Sign in and out (登录、退出)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.domain.errors import InvalidInput
from app.runtime.context import Context
from app.runtime.passwords import LOCKED_FOR, MOST_FAILURES, verify_password
from app.storage.people import find_account, note_failure, note_success
from app.storage.sessions import add_session, end_session


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that began: the cookie's value and the CSRF token; only their hashes are stored."""

    token: str
    account_id: int


def sign_in(context: Context, *, login: str, password: str) -> NewSession:
    """Begin a session. After five failures in a row an account rests for fifteen minutes.

    Raises InvalidInput `sign_in_failed` (the same for an unknown login and a wrong password, in the same time) and
    `account_locked`.
    """
    with context.database.write() as uow:
        account = find_account(uow.connection, login.strip().lower())
        now = uow.now()
        if account is not None and account.locked_until is not None and account.locked_until > now:
            raise InvalidInput("account_locked", minutes=LOCKED_FOR.seconds // 60)
    is_right = verify_password(account.password_hash if account else None, password)
    with context.database.write() as uow:
        now = uow.now()
        if account is None or not account.is_active or not is_right:
            if account is not None:
                note_failure(uow, account.id, most=MOST_FAILURES, locked_until=now + LOCKED_FOR)
            failed = True
        else:
            failed = False
            note_success(uow, account.id)
            token = secrets.token_urlsafe(32)
            add_session(
                uow,
                token_hash=hashlib.sha256(token.encode()).digest(),
                account_id=account.id,
                csrf=secrets.token_urlsafe(24),
                expires_at=now + timedelta(hours=context.settings.session_hours),
            )
    if failed or account is None:
        raise InvalidInput("sign_in_failed")
    return NewSession(token=token, account_id=account.id)


def sign_out(context: Context, *, token: str) -> None:
    """End a session."""
    with context.database.write() as uow:
        end_session(uow, hashlib.sha256(token.encode()).digest())
