"""Accounts, sessions, tokens, roles: who is who, and since when."""

import hashlib
from datetime import timedelta

import pytest

from app.domain.authority import Person
from app.storage.catalogue import DepartmentRow, RegionRow, put_departments, put_regions
from app.storage.database import Database
from app.storage.people import (
    NewAccount,
    NewStaff,
    add_account,
    add_staff,
    applicant_of_case,
    find_account,
    find_staff_person,
    list_staff,
    load_person_facts,
    note_failure,
    note_success,
    set_active,
    set_roles,
    staff_recipient,
    staff_with_role,
)
from app.storage.sessions import add_session, end_session, find_session
from app.storage.tokens import add_token, find_token, revoke_token
from app.storage.unit_of_work import UnitOfWork
from tests.integration.rows import AT, new_id, seed_case

HOUR = timedelta(hours=1)


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def put_department(uow: UnitOfWork, department_id: int) -> None:
    put_regions(
        uow, [RegionRow(code="422802", name_zh="利川市", name_en="Lichuan", level="county", parent_code="4228")]
    )
    row = DepartmentRow(
        id=department_id,
        code=f"422802-d{department_id}",
        name_zh="市场监管局",
        name_en="Market Regulation",
        region_code="422802",
        kind="bureau",
        calendar_layers=("ES",),
    )
    put_departments(uow, [row])


def officer(database: Database, *roles: str) -> tuple[NewStaff, int]:
    new = NewStaff(
        id=new_id(),
        account_id=new_id(),
        login=f"clerk-{new_id()}",
        name="李四",
        password_hash="hash",
        department_id=new_id(),
        roles=roles,
        valid_from=AT,
    )
    with database.write() as uow:
        put_department(uow, new.department_id)
        add_staff(uow, new)
    return new, new.department_id


def roles_of(database: Database, account_id: int) -> set[str]:
    with database.read() as connection:
        facts = load_person_facts(connection, account_id)
    return {place.role for place in facts["memberships"]} if facts else set()


def test_officer_is_a_person_with_roles(database: Database) -> None:
    new, department_id = officer(database, "reviewer", "decider")

    with database.write() as uow:
        person = find_staff_person(uow, new.id)

    assert isinstance(person, Person)
    assert (person.staff_id, person.roles, person.region_code) == (new.id, {"reviewer", "decider"}, "422802")
    assert person.department_ids == {department_id}


def test_roles_are_replaced_in_one_department(database: Database) -> None:
    new, department_id = officer(database, "reviewer", "decider")

    with database.write() as uow:
        set_roles(uow, new.id, department_id=department_id, roles=("decider", "unit_head"), now=AT)

    assert roles_of(database, new.account_id) == {"decider", "unit_head"}
    with database.read() as connection:
        assert [row.id for row in list_staff(connection) if row.id == new.id] == [new.id]
        assert staff_with_role(connection, department_id, "reviewer") == []
        (told,) = staff_with_role(connection, department_id, "unit_head")
    assert (told.key, told.address, told.language) == (f"staff:{new.id}", new.login, "zh")


def test_disabled_account_is_nobody(database: Database) -> None:
    new, _ = officer(database, "reviewer")
    with database.write() as uow:
        add_session(uow, token_hash=hashed(new.login), account_id=new.account_id, csrf="c", expires_at=uow.now() + HOUR)

    with database.write() as uow:
        set_active(uow, new.account_id, is_active=False)

    with database.reading() as reading:
        assert find_session(reading.connection, hashed(new.login), now=reading.now) is None
        assert load_person_facts(reading.connection, new.account_id) is None
        assert staff_recipient(reading.connection, new.id) is None
        account = find_account(reading.connection, new.login)
    assert account is not None
    assert not account.is_active


def test_fifth_failure_in_a_row_locks_the_account(database: Database) -> None:
    new, _ = officer(database)

    for _ in range(4):
        with database.write() as uow:
            note_failure(uow, new.account_id, most=5, locked_until=AT + HOUR)
    with database.read() as connection:
        before = find_account(connection, new.login)
    with database.write() as uow:
        note_failure(uow, new.account_id, most=5, locked_until=AT + HOUR)
        after = find_account(uow.connection, new.login)
        note_success(uow, new.account_id)
        forgotten = find_account(uow.connection, new.login)

    assert before is not None
    assert (before.failed_count, before.locked_until) == (4, None)
    assert after is not None
    assert after.locked_until == AT + HOUR
    assert forgotten is not None
    assert (forgotten.failed_count, forgotten.locked_until) == (0, None)


def test_session_ends_when_it_expires_or_is_ended(database: Database) -> None:
    new, _ = officer(database)
    with database.write() as uow:
        for name in ("one", "two"):
            add_session(
                uow, token_hash=hashed(name + new.login), account_id=new.account_id, csrf=name, expires_at=AT + HOUR
            )
    with database.write() as uow:
        end_session(uow, hashed("two" + new.login))

    with database.read() as connection:
        found = find_session(connection, hashed("one" + new.login), now=AT)
        assert found is not None
        assert (found.account_id, found.csrf) == (new.account_id, "one")
        assert find_session(connection, hashed("one" + new.login), now=AT + HOUR) is None
        assert find_session(connection, hashed("two" + new.login), now=AT) is None


def test_token_ends_when_it_expires_or_is_revoked(database: Database) -> None:
    new, token_id = officer(database)[0], new_id()
    with database.write() as uow:
        add_token(
            uow,
            token_id=token_id,
            token_hash=hashed(f"t{token_id}"),
            account_id=new.account_id,
            name="exchange",
            expires_at=AT + HOUR,
        )

    with database.read() as connection:
        assert find_token(connection, hashed(f"t{token_id}"), now=AT) == new.account_id
        assert find_token(connection, hashed(f"t{token_id}"), now=AT + HOUR) is None
    with database.write() as uow:
        assert revoke_token(uow, token_id, now=AT)
        assert not revoke_token(uow, token_id, now=AT)
    with database.read() as connection:
        assert find_token(connection, hashed(f"t{token_id}"), now=AT) is None


@pytest.mark.parametrize("account_kind", ["applicant", "program"])
def test_account_without_staff_is_a_person_without_roles(database: Database, account_kind: str) -> None:
    account_id = new_id()

    with database.write() as uow:
        add_account(
            uow,
            NewAccount(id=account_id, login=f"{account_kind}-{account_id}", kind=account_kind, name="王", locale="en"),
        )

    with database.read() as connection:
        facts = load_person_facts(connection, account_id)
    assert facts is not None
    assert (facts["kind"], facts["staff_id"], facts["memberships"], facts["locale"]) == (account_kind, None, (), "en")


def test_applicant_is_told_by_the_number_of_the_application(database: Database) -> None:
    seeded = seed_case(database)

    with database.read() as connection:
        told = applicant_of_case(connection, seeded.case_id)

    assert told is not None
    assert (told.address, told.language) == ("13800000000", "zh")
