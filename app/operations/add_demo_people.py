"""Add the demonstration people of `rules/demo_people.toml`, with one password for all, said once."""

from dataclasses import dataclass

from app.catalogue.organisation import PersonEntry, read_people
from app.runtime.context import Context
from app.runtime.passwords import hash_password
from app.storage.people import NewAccount, NewStaff, add_account, add_staff, find_account
from app.storage.unit_of_work import UnitOfWork

PREFECTURE = "422800"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPeople:
    """Who was added now."""

    logins: tuple[str, ...]


def add_demo_people(context: Context, *, password: str) -> DemoPeople:
    """Add those of the demonstration people who are not there yet. password: for all of them."""
    published = context.library.current()
    password_hash = hash_password(password)
    added = []
    with context.database.write() as uow:
        for person in read_people(context.settings.rules_dir):
            if find_account(uow.connection, person.login) is not None:
                continue
            department = published.department_by_code(person.department)
            _add(uow, context, person, department.id if department else 0, password_hash)
            added.append(person.login)
    return DemoPeople(logins=tuple(added))


def _add(uow: UnitOfWork, context: Context, person: PersonEntry, department_id: int, password_hash: str) -> None:
    account_id = context.ids.next_id(PREFECTURE)
    if person.kind != "staff":
        new = NewAccount(
            id=account_id,
            login=person.login,
            kind=person.kind,
            name=person.name,
            password_hash=password_hash,
            region_code=person.region,
        )
        add_account(uow, new)
        return
    add_staff(
        uow,
        NewStaff(
            id=context.ids.next_id(PREFECTURE),
            account_id=account_id,
            login=person.login,
            name=person.name,
            password_hash=password_hash,
            department_id=department_id,
            roles=person.roles,
            valid_from=uow.now(),
        ),
    )
