"""Persons behind credentials, as the doors need them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.runtime.context import Context
from app.storage.database import Connection
from app.storage.people import find_account, load_person_facts
from app.storage.sessions import find_session
from app.storage.tokens import find_token


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Who a credential stands for. csrf_token: of the session, empty for a program's token."""

    person: Person
    csrf_token: str = ""


def person_by_session(connection: Connection, token: str, *, now: datetime) -> SignIn | None:
    """Return who a session cookie stands for; None when it is unknown, ended or expired."""
    session = find_session(connection, hashlib.sha256(token.encode()).digest(), now=now)
    person = person_by_account(connection, session.account_id) if session else None
    return SignIn(person=person, csrf_token=session.csrf) if session and person else None


def person_by_token(connection: Connection, token: str, *, now: datetime) -> SignIn | None:
    """Return who a bearer token stands for; None when it is unknown, revoked or expired."""
    account_id = find_token(connection, hashlib.sha256(token.encode()).digest(), now=now)
    person = person_by_account(connection, account_id) if account_id is not None else None
    return SignIn(person=person) if person else None


def find_person(context: Context, login: str) -> Person:
    """Return the person of a login, for the command line. Raises NotFound `account_unknown`."""
    with context.database.read() as connection:
        account = find_account(connection, login)
        person = person_by_account(connection, account.id) if account else None
    if person is None:
        raise NotFound("account_unknown", login=login)
    return person


def person_by_account(connection: Connection, account_id: int) -> Person | None:
    """Return the person of an account that is active; None otherwise."""
    facts = load_person_facts(connection, account_id)
    return Person(**facts) if facts else None
