"""Who is asking: a bearer token for programs, a session cookie for people. Kept for five seconds."""

import hmac
import time
from dataclasses import dataclass

from flask import Flask, Request, current_app, request
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user

from app.domain.authority import Person
from app.domain.errors import Forbidden, InvalidInput
from app.runtime.context import Context
from app.runtime.people import SignIn, person_by_session, person_by_token
from app.web.errors import SAFE_METHODS, Unauthenticated

COOKIE = "lianban_session"
KEPT_S = 5.0
MOST_KEPT = 2_000


@dataclass(slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The person behind a request, and the CSRF token of their session (empty for a bearer token)."""

    sign_in: SignIn

    def get_id(self) -> str:
        """Return the account id as Flask-Login wants it."""
        return str(self.sign_in.person.account_id)


class Kept:
    """Sign-ins of the last seconds by hashed credential; a program that calls often is not looked up each time."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, SignIn]] = {}

    def find(self, credential: str) -> SignIn | None:
        """Return the sign-in of a credential seen within five seconds."""
        found = self._kept.get(credential)
        return found[1] if found and time.monotonic() - found[0] < KEPT_S else None

    def keep(self, credential: str, sign_in: SignIn) -> None:
        """Keep a sign-in for five seconds."""
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        self._kept[credential] = (time.monotonic(), sign_in)

    def forget(self) -> None:
        """Forget everything, after somebody signed out or was disabled here."""
        self._kept.clear()


def register_sign_in(app: Flask) -> None:
    """Let Flask-Login ask us for the person behind each request, and protect writes of sessions by CSRF tokens."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.anonymous_user = AnonymousUserMixin
    app.extensions["lianban_sign_ins"] = Kept()

    manager.request_loader(_load)

    @app.before_request
    def check_csrf() -> None:
        if request.method in SAFE_METHODS or _bearer(request) or COOKIE not in request.cookies:
            return
        sent = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token") or ""
        if current_user.is_authenticated and not hmac.compare_digest(sent, current_user.sign_in.csrf_token):
            raise InvalidInput("csrf_failed")


def current_person() -> Person:
    """Return who is signed in. Raises Unauthenticated when nobody is."""
    if not current_user.is_authenticated:
        raise Unauthenticated
    person: Person = current_user.sign_in.person
    return person


def find_current_person() -> Person | None:
    """Return who is signed in, None when nobody is."""
    return current_user.sign_in.person if current_user.is_authenticated else None


def forget_sign_ins() -> None:
    """Look every sign-in up again: one of them ended just now. Other processes see it within five seconds."""
    kept: Kept = current_app.extensions["lianban_sign_ins"]
    kept.forget()


def csrf_token() -> str:
    """Return the CSRF token of this session for forms; empty when nobody is signed in."""
    return current_user.sign_in.csrf_token if current_user.is_authenticated else ""


def require_role(*roles: str) -> Person:
    """Return the current person when they hold one of `roles`. Raises Forbidden otherwise."""
    person = current_person()
    if not person.roles.intersection(roles):
        raise Forbidden("not_permitted", needs=", ".join(roles))
    return person


def _load(asking: Request) -> SignedIn | None:
    found = _find(asking)
    return SignedIn(found) if found else None


def _find(asking: Request) -> SignIn | None:
    token = _bearer(asking)
    credential = token or asking.cookies.get(COOKIE, "")
    if not credential:
        return None
    kept: Kept = current_app.extensions["lianban_sign_ins"]
    found = kept.find(credential)
    if found is None:
        context: Context = current_app.extensions["lianban"]
        with context.database.read() as connection:
            now = context.database.now(connection)
            load = person_by_token if token else person_by_session
            found = load(connection, credential, now=now)
        if found is not None:
            kept.keep(credential, found)
    return found


def _bearer(asking: Request) -> str:
    scheme, _, token = asking.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
