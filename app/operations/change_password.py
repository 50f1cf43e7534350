"""Change a password (修改密码): by its holder, who proves to know the present one."""

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.runtime.context import Context
from app.runtime.passwords import LOCKED_FOR, MOST_FAILURES, hash_password, verify_password
from app.storage.people import find_account_by_id, note_failure, note_success, set_password

SHORTEST = 10
LONGEST = 200


def change_password(context: Context, person: Person, *, current: str, new: str) -> str:
    """Change the password of the caller; all their sessions end. Returns the login, to begin a new session with.

    A wrong present password counts as a failed sign-in, so that an open session does not help to guess it.
    Raises InvalidInput `invalid` with one item per fault: `password_wrong` at `/current_password`, `password_too_short`,
    `password_too_long`, `password_same` at `/new_password`; and `account_locked`.
    """
    _check_new(current, new)
    with context.database.read() as connection:
        account = find_account_by_id(connection, person.account_id)
        now = context.database.now(connection)
    if account is None:
        raise InvalidInput("account_unknown")
    if account.locked_until is not None and account.locked_until > now:
        raise InvalidInput("account_locked", minutes=LOCKED_FOR.seconds // 60)
    is_right = verify_password(account.password_hash, current)
    stored = hash_password(new) if is_right else ""
    with context.database.write() as uow:
        if is_right:
            note_success(uow, account.id)
            set_password(uow, account.id, stored)
        else:
            note_failure(uow, account.id, most=MOST_FAILURES, locked_until=uow.now() + LOCKED_FOR)
    if not is_right:
        raise InvalidInput("invalid", items=({"pointer": "/current_password", "code": "password_wrong"},), count=1)
    return account.login


def _check_new(current: str, new: str) -> None:
    code = ""
    if len(new) < SHORTEST:
        code = "password_too_short"
    elif len(new) > LONGEST:
        code = "password_too_long"
    elif new == current:
        code = "password_same"
    if code:
        fault = {"pointer": "/new_password", "code": code, "least": SHORTEST, "most": LONGEST}
        raise InvalidInput("invalid", items=(fault,), count=1)
