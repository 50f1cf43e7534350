"""Access checks of acts on a case: who sees it, whose task it is, who must be another person."""

from collections.abc import Collection

from app.domain.actor import Actor
from app.domain.authority import (
    CasePlace,
    Person,
    governs,
    may_receive_in,
    require_separation,
    require_sight,
    require_task,
)
from app.domain.case_life import is_granting
from app.domain.errors import Forbidden
from app.domain.loaded_case import TaskFacts
from app.domain.vocabulary import Role
from app.runtime.casework import Casework


def actor_of(person: Person) -> Actor:
    """Return the actor a person is in audit chain and ledger."""
    if person.staff_id is not None:
        code = f"staff:{person.staff_id}"
    else:
        code = f"applicant:{person.account_id}" if person.is_applicant else f"program:{person.account_id}"
    return Actor(code=code, staff_id=person.staff_id, account_id=person.account_id, name=person.name)


def place_of(work: Casework) -> CasePlace:
    """Return where the case lies, as far as seeing it goes."""
    case, party, decided = work.case, work.loaded.party, work.loaded.decision
    is_granted = is_granting(decided.decision if decided else None)
    return CasePlace(
        prefecture=case.prefecture,
        county=case.county,
        department_ids=frozenset({case.department_id, case.intake_department_id}),
        applicant_account_id=party.account_id if party else None,
        granted_by=case.department_id if is_granted else None,
        case_id=case.id,
    )


def refuse_foreign_case(person: Person, work: Casework) -> None:
    """Raise NotFound when the person may not see the case."""
    require_sight(person, place_of(work))


def refuse_foreign_task(person: Person, work: Casework, task: TaskFacts) -> None:
    """Raise NotFound when the person may not see the task, Forbidden when it is not theirs."""
    require_task(person, task, place_of(work))


def refuse_breach_of_duties(person: Person, work: Casework, task: TaskFacts) -> None:
    """Raise Forbidden `separation_of_duties` when the same person would examine and decide (职责分离)."""
    offering = work.loaded.offering
    require_separation(
        person,
        task.role,
        work.loaded.handled,
        sod=offering.sod if offering else "strict",
        case_type=offering.case_type if offering else "",
    )


def refuse_unfit_receiver(receiver: Person, work: Casework, task: TaskFacts) -> None:
    """Raise Forbidden `receiver_unfit` when a task would be handed to somebody outside its group."""
    if task.group_id not in receiver.group_ids:
        raise Forbidden("receiver_unfit", staff=str(receiver.staff_id))
    refuse_breach_of_duties(receiver, work, task)


def refuse_without_role(person: Person, work: Casework, roles: Collection[str], *, or_at_intake: bool = False) -> None:
    """Raise NotFound when the person may not see the case, Forbidden unless they hold one of `roles` in its department.

    or_at_intake: a role in the office that took the case in will do as well.
    """
    refuse_foreign_case(person, work)
    held = roles_in_case(person, work) | (roles_at_intake(person, work) if or_at_intake else frozenset())
    if not held.intersection(roles):
        raise Forbidden("not_permitted", needs=", ".join(sorted(map(str, roles))))


def refuse_unless_applicant_or_window(person: Person, work: Casework) -> None:
    """Raise NotFound when the person may not see the case, Forbidden unless they are its applicant or its window clerk."""
    refuse_foreign_case(person, work)
    if not person.is_applicant and Role.WINDOW_CLERK not in roles_at_intake(person, work):
        raise Forbidden("not_permitted", needs=Role.WINDOW_CLERK.value)


def refuse_foreign_region(person: Person, region_code: str) -> None:
    """Raise Forbidden when the person may not hand in or take in an application for a region."""
    if not may_receive_in(person, region_code):
        raise Forbidden("region_not_permitted", region=region_code)


def roles_in_case(person: Person, work: Casework) -> frozenset[str]:
    """Return the roles a person holds in the department that owns the case, and at the head of its government."""
    owning = (place.role for place in person.memberships if place.department_id == work.case.department_id)
    held = frozenset(map(str, owning)) - {Role.GOVERNMENT_HEAD.value}
    return held | {Role.GOVERNMENT_HEAD.value} if governs(person, place_of(work)) else held


def roles_at_intake(person: Person, work: Casework) -> frozenset[str]:
    """Return the roles a person holds in the office that took the case in."""
    return frozenset(
        str(place.role) for place in person.memberships if place.department_id == work.case.intake_department_id
    )
