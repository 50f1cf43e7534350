"""Authorise the system to seal (用印授权), and take the authorisation back."""

from dataclasses import dataclass
from datetime import date

from app.domain.authority import Person
from app.domain.calendar_authority import covers_region
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.seal import SEALED_KINDS, require_span
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.seals import StoredAuthorisation, add_authorisation, find_authorisation, withdraw

AUTHORISING = (Role.ADMIN.value, Role.SUPERVISOR.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationInput:
    """An authorisation as asked for. document_no: of the paper that gives it. Both dates are included."""

    department_code: str
    document_kind: str
    document_no: str
    valid_from_on: date
    valid_to_on: date


def authorise_seal(context: Context, person: Person, asked: AuthorisationInput) -> Result:
    """Let the system seal a kind of paper of a department from a date to a date.

    Raises InvalidInput `department_unknown`, `seal_kind`, `seal_span`, `invalid` without a document, Forbidden
    `not_permitted` for who is no administrator or supervisor of the department's region.
    """
    department = context.library.current().department_by_code(asked.department_code)
    if department is None:
        raise InvalidInput("department_unknown", department=asked.department_code)
    if not covers_region(person, department.region_code, AUTHORISING):
        raise Forbidden("not_permitted", needs=", ".join(AUTHORISING))
    if asked.document_kind not in SEALED_KINDS:
        raise InvalidInput("seal_kind", kind=asked.document_kind, known=", ".join(SEALED_KINDS))
    if not asked.document_no.strip():
        raise InvalidInput("invalid", items=({"pointer": "/document_no", "code": "value_missing"},))
    require_span(asked.valid_from_on, asked.valid_to_on)
    authorisation_id = context.ids.next_id(department.region_code)
    with context.database.write() as uow:
        row = StoredAuthorisation(
            id=authorisation_id,
            department_id=department.id,
            document_kind=asked.document_kind,
            document_no=asked.document_no.strip(),
            valid_from_on=asked.valid_from_on,
            valid_to_on=asked.valid_to_on,
            granted_by=actor_of(person).code,
            granted_at=uow.now(),
        )
        add_authorisation(uow, row)
    return {"authorisation_id": str(authorisation_id)}


def withdraw_seal_authorisation(context: Context, person: Person, *, authorisation_id: int) -> Result:
    """Take an authorisation back: papers that are queued are left to a person.

    Raises NotFound `seal_authorisation_unknown` (none, or outside the person's region), Conflict
    `seal_authorisation_ended`.
    """
    with context.database.write() as uow:
        found = find_authorisation(uow.connection, authorisation_id)
        if found is None or not covers_region(person, found[1], AUTHORISING):
            raise NotFound("seal_authorisation_unknown", authorisation=str(authorisation_id))
        if not withdraw(uow, authorisation_id, by=actor_of(person).code):
            raise Conflict("seal_authorisation_ended")
    return {"authorisation_id": str(authorisation_id)}
