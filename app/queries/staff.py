"""Officers and tokens, for administrators."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.catalogue import list_departments
from app.storage.people import list_staff
from app.storage.tables import account, api_token


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """An officer with the departments and roles they hold now."""

    id: str
    login: str
    name: str
    is_active: bool
    departments: tuple[str, ...]
    department_codes: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """A bearer token, without itself."""

    id: str
    name: str
    login: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def list_people(connection: sa.Connection) -> tuple[StaffLine, ...]:
    """Return the officers by login."""
    departments = {row.id: row for row in list_departments(connection)}
    lines = []
    for row in list_staff(connection):
        held = [departments[place.department_id] for place in row.memberships if place.department_id in departments]
        lines.append(
            StaffLine(
                id=str(row.id),
                login=row.login,
                name=row.name,
                is_active=row.is_active,
                departments=tuple(dict.fromkeys(item.name_zh for item in held)),
                department_codes=tuple(dict.fromkeys(item.code for item in held)),
                roles=tuple(sorted({str(place.role) for place in row.memberships})),
            )
        )
    return tuple(sorted(lines, key=lambda line: line.login))


def list_tokens(connection: sa.Connection) -> tuple[TokenLine, ...]:
    """Return the tokens, newest first."""
    columns = api_token.c
    rows = connection.execute(
        sa.select(columns.id, columns.name, columns.created_at, columns.expires_at, columns.revoked_at, account.c.login)
        .join(account, account.c.id == columns.account_id)
        .order_by(columns.id.desc())
    )
    return tuple(TokenLine(**{**row._asdict(), "id": str(row.id)}) for row in rows)
