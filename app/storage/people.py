"""People: accounts, staff and their memberships, and whom a notice goes to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import sqlalchemy as sa

from app.domain.authority import Membership, Person
from app.storage.catalogue import put_groups
from app.storage.tables import (
    account,
    api_token,
    case_party,
    department,
    session,
    staff,
    staff_membership,
    work_group,
)
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """An officer to be added, with the account they sign in with. id: of the staff row."""

    id: int
    account_id: int
    login: str
    name: str
    password_hash: str
    department_id: int
    roles: tuple[str, ...]
    valid_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account of an applicant or a program."""

    id: int
    login: str
    kind: str
    name: str
    password_hash: str | None = None
    mobile: str = ""
    region_code: str = ""
    locale: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account as signing in needs it. staff_id: None for applicants and programs."""

    id: int
    login: str
    password_hash: str | None
    kind: str
    is_active: bool
    failed_count: int
    locked_until: datetime | None
    staff_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """An officer in a list. roles: those in force, with their department."""

    id: int
    account_id: int | None
    login: str
    name: str
    is_active: bool
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a notice goes to. key: tells recipients of one message apart. address: mobile number or login.

    staff_id: None for an applicant.
    """

    key: str
    address: str
    language: str
    staff_id: int | None = None


class PersonFacts(TypedDict):
    """The values of a `Person`."""

    account_id: int
    staff_id: int | None
    name: str
    kind: str
    region_code: str
    locale: str
    memberships: tuple[Membership, ...]


def add_account(uow: UnitOfWork, new: NewAccount) -> None:
    """Add the account of an applicant or a program. Raises Conflict at the commit when the login is taken."""
    values = {
        "id": new.id,
        "login": new.login,
        "password_hash": new.password_hash,
        "kind": new.kind,
        "name": new.name,
        "mobile": new.mobile,
        "region_code": new.region_code,
        "locale": new.locale,
    }
    uow.connection.execute(account.insert(), values)


def add_staff(uow: UnitOfWork, new: NewStaff) -> int:
    """Add an officer with account and roles. Returns the staff id."""
    add_account(
        uow,
        NewAccount(id=new.account_id, login=new.login, kind="staff", name=new.name, password_hash=new.password_hash),
    )
    uow.connection.execute(staff.insert(), {"id": new.id, "account_id": new.account_id, "name": new.name})
    set_roles(uow, new.id, department_id=new.department_id, roles=new.roles, now=new.valid_from)
    return new.id


def set_roles(uow: UnitOfWork, staff_id: int, *, department_id: int, roles: Collection[str], now: datetime) -> None:
    """Replace the roles of an officer in one department. What ends stays stored, with its end."""
    put_groups(uow, department_id, roles)
    groups = work_group.c
    wanted = set(
        uow.connection.scalars(
            sa.select(groups.id).where(groups.department_id == department_id, groups.role.in_(list(roles)))
        )
    )
    held = {
        row.group_id: row.id
        for row in uow.connection.execute(
            sa.select(staff_membership.c.id, staff_membership.c.group_id)
            .join(work_group, groups.id == staff_membership.c.group_id)
            .where(
                staff_membership.c.staff_id == staff_id,
                staff_membership.c.valid_to.is_(None),
                groups.department_id == department_id,
            )
        )
    }
    ended = [row_id for group_id, row_id in held.items() if group_id not in wanted]
    if ended:
        uow.connection.execute(staff_membership.update().where(staff_membership.c.id.in_(ended)).values(valid_to=now))
    begun = [{"staff_id": staff_id, "group_id": group_id, "valid_from": now} for group_id in wanted - held.keys()]
    if begun:
        uow.connection.execute(staff_membership.insert(), begun)


def set_active(uow: UnitOfWork, account_id: int, *, is_active: bool) -> None:
    """Disable or enable an account; disabling ends its sessions and tokens."""
    uow.connection.execute(account.update().where(account.c.id == account_id).values(active=is_active))
    if not is_active:
        uow.connection.execute(session.delete().where(session.c.account_id == account_id))
        uow.connection.execute(
            api_token.update()
            .where(api_token.c.account_id == account_id, api_token.c.revoked_at.is_(None))
            .values(revoked_at=uow.now())
        )


def set_password(uow: UnitOfWork, account_id: int, password_hash: str) -> None:
    """Change a password; the sessions of the account end."""
    uow.connection.execute(account.update().where(account.c.id == account_id).values(password_hash=password_hash))
    uow.connection.execute(session.delete().where(session.c.account_id == account_id))


def find_account(connection: sa.Connection, login: str) -> StoredAccount | None:
    """Return the account of a login, None when there is none."""
    return _account(connection, account.c.login == login)


def find_account_by_id(connection: sa.Connection, account_id: int) -> StoredAccount | None:
    """Return an account by its id, None when there is none."""
    return _account(connection, account.c.id == account_id)


def _account(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> StoredAccount | None:
    query = (
        sa.select(account, staff.c.id.label("staff_id"))
        .outerjoin(staff, staff.c.account_id == account.c.id)
        .where(condition)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return StoredAccount(
        id=row.id,
        login=row.login,
        password_hash=row.password_hash,
        kind=row.kind,
        is_active=row.active,
        failed_count=row.failed_count,
        locked_until=row.locked_until,
        staff_id=row.staff_id,
    )


def note_failure(uow: UnitOfWork, account_id: int, *, most: int, locked_until: datetime) -> None:
    """Count a failed sign-in; after `most` in a row the account is locked and the count begins again."""
    columns = account.c
    is_last = columns.failed_count + 1 >= most
    uow.connection.execute(
        account.update()
        .where(columns.id == account_id)
        .values(
            failed_count=sa.case((is_last, 0), else_=columns.failed_count + 1),
            locked_until=sa.case((is_last, sa.bindparam("until", locked_until, columns.locked_until.type))),
        )
    )


def note_success(uow: UnitOfWork, account_id: int) -> None:
    """Forget failed sign-ins."""
    uow.connection.execute(account.update().where(account.c.id == account_id).values(failed_count=0, locked_until=None))


def load_person_facts(connection: sa.Connection, account_id: int) -> PersonFacts | None:
    """Return the values of the person of an account that is active; None otherwise."""
    query = (
        sa.select(account, staff.c.id.label("staff_id"), staff.c.name.label("staff_name"))
        .outerjoin(staff, staff.c.account_id == account.c.id)
        .where(account.c.id == account_id, account.c.active)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    memberships = _memberships(connection, [row.staff_id]).get(row.staff_id, ()) if row.staff_id else ()
    return PersonFacts(
        account_id=row.id,
        staff_id=row.staff_id,
        name=row.staff_name or row.name,
        kind=row.kind,
        region_code=row.region_code or (memberships[0].region_code if memberships else ""),
        locale=row.locale,
        memberships=memberships,
    )


def find_staff_person(uow: UnitOfWork, staff_id: int) -> Person | None:
    """Return an officer as a person who may act; None when there is none or the account is disabled."""
    account_id = uow.connection.scalar(sa.select(staff.c.account_id).where(staff.c.id == staff_id))
    facts = load_person_facts(uow.connection, account_id) if account_id is not None else None
    return Person(**facts) if facts else None


def list_staff(connection: sa.Connection) -> tuple[StaffRow, ...]:
    """Return all officers by login, with the roles they hold now."""
    query = (
        sa.select(staff.c.id, staff.c.account_id, staff.c.name, account.c.login, account.c.active)
        .join(account, account.c.id == staff.c.account_id)
        .order_by(account.c.login)
    )
    rows = connection.execute(query).all()
    held = _memberships(connection, [row.id for row in rows])
    return tuple(
        StaffRow(
            id=row.id,
            account_id=row.account_id,
            login=row.login,
            name=row.name,
            is_active=row.active,
            memberships=held.get(row.id, ()),
        )
        for row in rows
    )


def staff_recipient(connection: sa.Connection, staff_id: int) -> Recipient | None:
    """Return where an officer is told; None when they are not active."""
    return next(iter(recipients_where(connection, staff.c.id == staff_id)), None)


def staff_with_role(connection: sa.Connection, department_id: int, role: str) -> list[Recipient]:
    """Return where the officers with a role in a department are told."""
    members = (
        sa.select(staff_membership.c.staff_id)
        .join(work_group, work_group.c.id == staff_membership.c.group_id)
        .where(
            work_group.c.department_id == department_id,
            work_group.c.role == role,
            staff_membership.c.valid_to.is_(None),
        )
    )
    return recipients_where(connection, staff.c.id.in_(members))


def departments_with_role(connection: sa.Connection, role: str) -> tuple[int, ...]:
    """Return the departments in which somebody holds a role now."""
    query = (
        sa.select(work_group.c.department_id)
        .join(staff_membership, staff_membership.c.group_id == work_group.c.id)
        .where(work_group.c.role == role, staff_membership.c.valid_to.is_(None))
        .distinct()
        .order_by(work_group.c.department_id)
    )
    return tuple(connection.scalars(query))


def applicant_of_case(connection: sa.Connection, case_id: int) -> Recipient | None:
    """Return where the applicant of a case is told: by the mobile number of the application."""
    query = (
        sa.select(case_party.c.mobile, account.c.locale)
        .outerjoin(account, account.c.id == case_party.c.account_id)
        .where(case_party.c.case_id == case_id)
    )
    row = connection.execute(query).one_or_none()
    return Recipient(key="applicant", address=row.mobile, language=row.locale or "zh") if row else None


def recipients_where(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Recipient]:
    """Return where the active officers are told who meet a condition on `staff`, by id."""
    query = (
        sa.select(staff.c.id, account.c.login, account.c.mobile, account.c.locale)
        .join(account, account.c.id == staff.c.account_id)
        .where(condition, account.c.active)
        .order_by(staff.c.id)
    )
    return [
        Recipient(key=f"staff:{row.id}", address=row.mobile or row.login, language=row.locale, staff_id=row.id)
        for row in connection.execute(query)
    ]


def _memberships(connection: sa.Connection, staff_ids: Iterable[int]) -> dict[int, tuple[Membership, ...]]:
    query = (
        sa.select(
            staff_membership.c.staff_id,
            work_group.c.id,
            work_group.c.role,
            work_group.c.department_id,
            department.c.region_code,
        )
        .join(work_group, work_group.c.id == staff_membership.c.group_id)
        .join(department, department.c.id == work_group.c.department_id)
        .where(staff_membership.c.staff_id.in_(list(staff_ids)), staff_membership.c.valid_to.is_(None))
        .order_by(work_group.c.id)
    )
    found: dict[int, tuple[Membership, ...]] = {}
    for row in connection.execute(query):
        place = Membership(group_id=row.id, role=row.role, department_id=row.department_id, region_code=row.region_code)
        found[row.staff_id] = (*found.get(row.staff_id, ()), place)
    return found
