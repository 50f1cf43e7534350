"""What every API view needs of its request: the context, a reading, keys, versions, instants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from flask import current_app, request

from app.container import Container
from app.domain.authority import Scope
from app.domain.errors import CaseworkError, InvalidInput
from app.domain.request_key import RequestKey, request_key
from app.domain.vocabulary import Role
from app.queries.joint_applications import find_asked_about
from app.runtime.context import Context
from app.runtime.superiors import sight_of
from app.storage.database import Reading
from app.web.sign_in import current_person


def container() -> Container:
    """Return the adapters of this process."""
    found: Container = current_app.extensions["lianban_container"]
    return found


def context() -> Context:
    """Return what operations work with."""
    return container().context


LONGEST_ID = 19


@contextmanager
def reading() -> Iterator[Reading]:
    """Open a read transaction with its instant: `connection` and `now`."""
    with context().database.reading() as opened:
        yield opened


def sight() -> Scope:
    """Return which cases the caller may read; what they may change lies in their scope alone."""
    person = current_person()
    return sight_of(person, context().library.current()) if person.has_role(Role.UNIT_HEAD) else person.scope


def sight_of_case(opened: Reading, case_no: str) -> Scope:
    """Return the scope one case is read in: `sight`, and a joint application the caller's department is asked about."""
    return replace(sight(), asked_about=find_asked_about(opened.connection, current_person(), case_no))


def idempotency() -> RequestKey | None:
    """Return the key of this request, None when the caller sent none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    person = current_person()
    return request_key(
        actor_id=person.account_id, method=request.method, path=request.path, key=key, body=request.get_data()
    )


def required_version() -> int:
    """Return the version the caller acts on, from `If-Match`. Raises CaseworkError `precondition_required` without it."""
    version = stated_version()
    if version is None:
        raise CaseworkError("precondition_required")
    return version


def stated_version() -> int | None:
    """Return the version the caller acts on where `If-Match` names one, None without it. Raises InvalidInput."""
    text = request.headers.get("If-Match", "")
    if not text:
        return None
    try:
        return int(text.strip().removeprefix("W/").strip('"'))
    except ValueError as malformed:
        raise InvalidInput("invalid", items=({"pointer": "/If-Match", "code": "version_malformed"},)) from malformed


def row_id(text: str) -> int:
    """Return a row id from a path. Raises InvalidInput for what cannot be one."""
    if not text.isdecimal() or len(text) > LONGEST_ID:
        raise InvalidInput("id_malformed", id=text[:40])
    return int(text)


def instant(value: datetime | None) -> datetime | None:
    """Return an instant in UTC; a naive one is refused. Raises InvalidInput `instant_naive`."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput("instant_naive", text=value.isoformat())
    return value.astimezone(UTC)


def asked_instant(name: str) -> datetime | None:
    """Return an instant of the query string in UTC, None when it is not asked for.

    Raises InvalidInput `invalid` for a text that is none, `instant_naive` for one without an offset.
    """
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        # A plus sign that was not escaped arrives as a space.
        return instant(datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text))
    except ValueError as malformed:
        fault = {"pointer": f"/{name}", "code": "instant_malformed"}
        raise InvalidInput("invalid", items=(fault,)) from malformed


def last_day(text: str) -> date | None:
    """Return a local date as sent, None for an empty text. Raises InvalidInput `invalid`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as malformed:
        raise InvalidInput("invalid", items=({"pointer": "/valid_to_on", "code": "date_malformed"},)) from malformed


def cursor_secret() -> str:
    """Return the key that signs cursors of this list for this reader; a cursor of somebody else is refused."""
    return f"{container().settings.secret_key}:{request.path}:{current_person().account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What a list was asked for."""

    cursor: str | None
    limit: int


def paging() -> Paging:
    """Return cursor and limit of a list request."""
    limit = request.args.get("limit", "50")
    return Paging(cursor=request.args.get("cursor") or None, limit=int(limit) if limit.isdecimal() else 50)
