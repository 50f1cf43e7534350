"""Correction requests (补正意见) of the case in hand: who may ask, what waits, what the one notice tells (J11)."""

from app.domain.authority import Person, asked_departments, may_see_case
from app.domain.correction_request import (
    CorrectionRequestRow,
    name_of_item,
    refuse_unanswered,
    tell_corrections,
)
from app.domain.errors import Forbidden, InvalidInput, NotFound
from app.domain.theme import departments_of_members
from app.domain.vocabulary import CaseState, Role
from app.runtime.access import place_of, roles_at_intake
from app.runtime.answers import variables_of
from app.runtime.casework import Casework
from app.runtime.materials import requirements_of


def department_asking(work: Casework, person: Person, matter_code: str) -> int:
    """Return the department of a chosen member, for which the person looks at the joint application.

    Raises NotFound `case_unknown` for who neither sees the case nor is asked about it, Forbidden `not_permitted` for who
    is not asked, or for another member, InvalidInput `invalid` for a matter that is no chosen member. Whoever has a
    chosen member passes in every state of the case, and so is told when they come too late.
    """
    departments, own = _departments(work), asked_departments(person)
    is_asked = not own.isdisjoint(departments.values())
    _refuse_stranger(work, person, is_asked=is_asked)
    department_id = departments.get(matter_code)
    if is_asked and department_id is None:
        fault = {"pointer": "/matter_code", "code": "member_not_chosen", "matter": matter_code}
        raise InvalidInput("invalid", items=(fault,))
    if department_id is None or department_id not in own:
        raise Forbidden("not_permitted", needs=Role.REVIEWER.value)
    return department_id


def refuse_unless_window(work: Casework, person: Person) -> None:
    """Raise Forbidden `not_permitted` unless the person is a clerk of the window that took the application in.

    NotFound `case_unknown` for who neither sees the case nor is asked about it now.
    """
    is_asked = not asked_departments(person).isdisjoint(_departments(work).values())
    _refuse_stranger(work, person, is_asked=is_asked and work.state == CaseState.RECEIVED)
    if Role.WINDOW_CLERK not in roles_at_intake(person, work):
        raise Forbidden("not_permitted", needs=Role.WINDOW_CLERK.value)


def request_of(work: Casework, request_id: int) -> CorrectionRequestRow:
    """Return a request of the case. Raises NotFound `correction_request_unknown`."""
    found = next((row for row in work.loaded.correction_requests if row.id == request_id), None)
    if found is None:
        raise NotFound("correction_request_unknown", request=str(request_id))
    return found


def told_items(work: Casework) -> list[str] | None:
    """Return the names of everything the one notice named so far, None before it."""
    told = variables_of(work).get("correction_items")
    return [str(item) for item in told] if isinstance(told, list) else None


def refuse_open_requests(work: Casework) -> None:
    """Refuse to accept a joint case while requests of its departments wait: `correction_requests_open`."""
    refuse_unanswered(work.loaded.correction_requests, requirements_of(work))


def tell_requests(work: Casework) -> list[dict[str, object]]:
    """Mark the waiting requests as told by the one notice, and return them by department, as the paper names them.

    Each has `department` and `items` of `name`, `shortage` and `remark`, in the order they were asked.
    """
    told = tell_corrections(work.loaded.correction_requests, by=work.actor.code, now=work.now)
    work.changes.corrections_answered.extend(told)
    requirements, found = requirements_of(work), dict[int, list[dict[str, str]]]()
    for row in told:
        item = {"name": name_of_item(row.item, requirements), "shortage": row.shortage, "remark": row.remark}
        found.setdefault(row.department_id, []).append(item)
    names = work.published.departments
    return [{"department": names[number].name_zh, "items": items} for number, items in found.items()]


def _departments(work: Casework) -> dict[str, int]:
    if work.case.theme_code is None:
        return {}
    return departments_of_members(variables_of(work), work.loaded.member_offerings)


def _refuse_stranger(work: Casework, person: Person, *, is_asked: bool) -> None:
    if not is_asked and not may_see_case(person, place_of(work)):
        raise NotFound("case_unknown")
