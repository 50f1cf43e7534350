"""Staff and tokens (人员与令牌): added, disabled, given roles by an administrator."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.domain.authority import Person
from app.domain.errors import Forbidden, InvalidInput, NotFound
from app.domain.vocabulary import Role
from app.runtime.advance import Result
from app.runtime.context import Context
from app.runtime.passwords import hash_password
from app.storage.people import NewStaff, add_staff, find_account, set_active, set_roles
from app.storage.tokens import add_token, revoke_token


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInput:
    """An officer as entered."""

    login: str
    name: str
    department_code: str
    roles: tuple[str, ...]
    password: str


def create_staff(context: Context, person: Person, entered: StaffInput) -> Result:
    """Add an officer with an account. Raises Forbidden, InvalidInput `login_taken`, `department_unknown`, `role_unknown`."""
    _require_admin(person)
    known = {role.value for role in Role}
    unknown = [role for role in entered.roles if role not in known]
    if unknown:
        raise InvalidInput("role_unknown", role=", ".join(unknown))
    published = context.library.current()
    department = published.department_by_code(entered.department_code)
    if department is None:
        raise InvalidInput("department_unknown", department=entered.department_code)
    with context.database.write() as uow:
        if find_account(uow.connection, entered.login) is not None:
            raise InvalidInput("login_taken", login=entered.login)
        staff_id = add_staff(
            uow,
            NewStaff(
                id=context.ids.next_id(department.region_code),
                account_id=context.ids.next_id(department.region_code),
                login=entered.login,
                name=entered.name,
                password_hash=hash_password(entered.password),
                department_id=department.id,
                roles=entered.roles,
                valid_from=uow.now(),
            ),
        )
    return {"staff_id": str(staff_id), "login": entered.login}


def set_staff_active(context: Context, person: Person, *, login: str, is_active: bool) -> Result:
    """Disable or enable an account; its sessions and tokens end at once."""
    _require_admin(person)
    with context.database.write() as uow:
        account = find_account(uow.connection, login)
        if account is None:
            raise NotFound("account_unknown", login=login)
        set_active(uow, account.id, is_active=is_active)
    return {"login": login, "active": is_active}


def set_staff_roles(
    context: Context, person: Person, *, login: str, department_code: str, roles: tuple[str, ...]
) -> Result:
    """Replace the roles of an officer in a department."""
    _require_admin(person)
    department = context.library.current().department_by_code(department_code)
    if department is None:
        raise InvalidInput("department_unknown", department=department_code)
    with context.database.write() as uow:
        account = find_account(uow.connection, login)
        if account is None or account.staff_id is None:
            raise NotFound("account_unknown", login=login)
        set_roles(uow, account.staff_id, department_id=department.id, roles=roles, now=uow.now())
    return {"login": login, "roles": list(roles)}


def issue_token(context: Context, person: Person | None, *, login: str, name: str, days: int) -> Result:
    """Issue a bearer token for an account. The token is in the answer and nowhere else; its hash is stored.

    person: None on the command line, where whoever runs it owns the machine.
    """
    if person is not None:
        _require_admin(person)
    token = f"lb_{secrets.token_urlsafe(32)}"
    with context.database.write() as uow:
        account = find_account(uow.connection, login)
        if account is None:
            raise NotFound("account_unknown", login=login)
        expires_at = uow.now() + timedelta(days=days)
        token_id = context.ids.next_id("4228")
        add_token(
            uow,
            token_id=token_id,
            token_hash=hashlib.sha256(token.encode()).digest(),
            account_id=account.id,
            name=name,
            expires_at=expires_at,
        )
    return {"token_id": str(token_id), "token": token, "expires_at": expires_at.isoformat()}


def revoke_api_token(context: Context, person: Person, *, token_id: int) -> Result:
    """Revoke a token; it stops working within five seconds everywhere."""
    _require_admin(person)
    with context.database.write() as uow:
        if not revoke_token(uow, token_id, now=uow.now()):
            raise NotFound("token_unknown", token=str(token_id))
    return {"token_id": str(token_id), "revoked": True}


def _require_admin(person: Person) -> None:
    if Role.ADMIN not in person.roles:
        raise Forbidden("not_permitted", needs=Role.ADMIN.value)
