"""Warn of duplicates (重复申请) at the receipt: the same thing about the same person is still open."""

from app.domain.authority import Person
from app.domain.change_rows.parties import PartyRow
from app.domain.duplicate import told_duplicates
from app.domain.errors import Conflict
from app.runtime.application import ApplicationInput
from app.storage.open_applications import find_open_applications
from app.storage.unit_of_work import UnitOfWork


def warn_of_duplicates(
    uow: UnitOfWork, person: Person, application: ApplicationInput, party: PartyRow, *, is_theme: bool
) -> list[dict[str, object]]:
    """Return what is open about the same person, as `told_duplicates`; it hinders nobody who did not ask to be hindered.

    Raises Conflict `application_duplicate` with these items when the application wants to be refused then.
    """
    code = {"theme_code": application.code} if is_theme else {"matter_code": application.code}
    found = told_duplicates(person, find_open_applications(uow.connection, party.subject_number, **code))
    if found and application.refuse_duplicate:
        items = tuple({"pointer": "", "code": _code_of(item), **item} for item in found)
        raise Conflict("application_duplicate", items=items, name=str(found[0]["name"]))
    return found


def _code_of(item: dict[str, object]) -> str:
    return "application_duplicate" if item["case_no"] else "application_duplicate_hidden"
