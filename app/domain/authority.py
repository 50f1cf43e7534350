"""Who may see and do what (权限): persons, their scope (数据范围), separation of duties (职责分离).

What a person may not see does not exist for them (NotFound); what they see and may not do is Forbidden.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.domain.errors import Forbidden, NotFound
from app.domain.loaded_case import HandledStep, TaskFacts
from app.domain.vocabulary import Role, SeparationOfDuties, TaskState

PREFECTURE_DIGITS = 4
COUNTY_DIGITS = 6
INSTANT = "1"

# Roles that look at a whole region because they watch over it, not because they handle its cases.
WATCHING = frozenset({Role.SUPERVISOR, Role.DUTY_OFFICER})
# The head of a government sees what its authorities do and extends what they handle together; no other act is theirs.
SEEING = WATCHING | {Role.GOVERNMENT_HEAD}
# Roles that handle cases of their own department. Designers, integrators, administrators see no case.
HANDLING = frozenset(
    {Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD, Role.DELIVERY_CLERK, Role.LIAISON}
)
# Who examines and who decides or approves: two persons in one case.
EXAMINING = frozenset({Role.REVIEWER})
DECIDING = frozenset({Role.DECIDER, Role.UNIT_HEAD})


# Who looks at a joint application on behalf of a member's department, before it is accepted (time-limits.md J11).
ASKED = frozenset({Role.REVIEWER, Role.UNIT_HEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A place in a work group (岗位组): a role in a department. region_code: of the department."""

    group_id: int
    role: str
    department_id: int
    region_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which cases a person may see. Every part that is set narrows; the default lets nothing through.

    prefecture: 4 digits, empty = not narrowed. counties: 6 digits, empty = not narrowed. department_ids: the case is
    owned or was taken in by one of them; None = not narrowed. applicant_account_id: only that applicant's own cases.
    granted_by: beside all that, what one of these departments granted. asked_about: beside all that, these cases by
    id: joint applications a department of the person is asked about.
    """

    prefecture: str = ""
    counties: frozenset[str] = frozenset()
    department_ids: frozenset[int] | None = frozenset()
    applicant_account_id: int | None = None
    granted_by: frozenset[int] = frozenset()
    asked_about: frozenset[int] = frozenset()

    def contains(self, case: "CasePlace") -> bool:
        """Say whether a case lies inside."""
        if case.granted_by in self.granted_by or case.case_id in self.asked_about:
            return True
        if self.applicant_account_id is not None:
            return case.applicant_account_id == self.applicant_account_id
        return (
            (not self.prefecture or case.prefecture == self.prefecture)
            and (not self.counties or case.county in self.counties)
            and (self.department_ids is None or not self.department_ids.isdisjoint(case.department_ids))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlace:
    """Where a case lies, as far as seeing it goes.

    department_ids: owner and intake office. granted_by: the owner once it granted what was asked for, None before.
    """

    prefecture: str
    county: str | None
    department_ids: frozenset[int]
    applicant_account_id: int | None = None
    granted_by: int | None = None
    case_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signed in. staff_id: None for an applicant or a program. kind: staff, applicant or program.

    region_code: where the person works or lives. memberships: those in force now.
    """

    account_id: int
    staff_id: int | None = None
    name: str = ""
    kind: str = "staff"
    region_code: str = ""
    locale: str = "zh"
    memberships: tuple[Membership, ...] = ()

    @property
    def is_applicant(self) -> bool:
        """An applicant acts in their own cases only."""
        return self.kind == "applicant"

    @property
    def roles(self) -> frozenset[str]:
        """Every role held somewhere; an applicant has the role `applicant`."""
        if self.is_applicant:
            return frozenset({Role.APPLICANT.value})
        return frozenset(str(membership.role) for membership in self.memberships)

    @property
    def group_ids(self) -> frozenset[int]:
        """Work groups whose tasks are offered to the person."""
        return frozenset(membership.group_id for membership in self.memberships)

    @property
    def department_ids(self) -> frozenset[int]:
        """Departments the person belongs to."""
        return frozenset(membership.department_id for membership in self.memberships)

    @property
    def scope(self) -> Scope:
        """Which cases the person may see: the widest of what their roles give."""
        if self.is_applicant:
            return Scope(department_ids=None, applicant_account_id=self.account_id)
        return _scope_of(self.memberships)

    def has_role(self, *roles: str) -> bool:
        """Say whether one of `roles` is held anywhere."""
        return not self.roles.isdisjoint(roles)


def _scope_of(memberships: Collection[Membership]) -> Scope:
    watching = [place for place in memberships if place.role in SEEING]
    if watching:
        return scope_of_places(watching)
    return Scope(department_ids=frozenset(place.department_id for place in memberships if place.role in HANDLING))


def scope_of_places(places: Collection[Membership]) -> Scope:
    """Return the whole regions the places lie in, a prefecture before its counties; nothing for no places."""
    above_counties = sorted(place.region_code for place in places if is_prefecture(place.region_code))
    if above_counties:
        return Scope(prefecture=above_counties[0][:PREFECTURE_DIGITS], department_ids=None)
    if not places:
        return Scope()
    return Scope(counties=frozenset(place.region_code[:COUNTY_DIGITS] for place in places), department_ids=None)


def is_prefecture(region_code: str) -> bool:
    """Say whether a code names a whole prefecture: four digits, or six that end in 00."""
    return len(region_code) == PREFECTURE_DIGITS or (len(region_code) == COUNTY_DIGITS and region_code.endswith("00"))


# ---------------------------------------------------------------- seeing
def may_see_case(person: Person, case: CasePlace) -> bool:
    """Say whether the person may see the case at all."""
    return person.scope.contains(case)


def require_sight(person: Person, case: CasePlace) -> None:
    """Raise NotFound `case_unknown` unless the person may see the case."""
    if not may_see_case(person, case):
        raise NotFound("case_unknown")


def may_receive_in(person: Person, region_code: str) -> bool:
    """Say whether the person may hand in or take in an application for a region: clerks only in their own county."""
    if person.is_applicant:
        return True
    county = region_code[:COUNTY_DIGITS]
    return any(
        place.role == Role.WINDOW_CLERK
        and (place.region_code[:COUNTY_DIGITS] == county or _covers(place.region_code, county))
        for place in person.memberships
    )


def _covers(region_code: str, county: str) -> bool:
    return is_prefecture(region_code) and county.startswith(region_code[:PREFECTURE_DIGITS])


def asked_departments(person: Person) -> frozenset[int]:
    """Return the departments for which the person looks at joint applications before they are accepted."""
    return frozenset(place.department_id for place in person.memberships if place.role in ASKED)


def may_supervise(person: Person, case: CasePlace) -> bool:
    """Say whether the person watches over the case: a supervisor or duty officer of its county or prefecture."""
    return _scope_of([place for place in person.memberships if place.role in WATCHING]).contains(case)


def governs(person: Person, case: CasePlace) -> bool:
    """Say whether the person heads the government of the county or the prefecture of the case."""
    heads = (place.region_code for place in person.memberships if place.role == Role.GOVERNMENT_HEAD)
    return any(
        (is_prefecture(code) and code[:PREFECTURE_DIGITS] == case.prefecture) or code[:COUNTY_DIGITS] == case.county
        for code in heads
    )


# ---------------------------------------------------------------- acting
def is_own_task(person: Person, task: TaskFacts, *, applicant_account_id: int | None = None) -> bool:
    """Say whether the task is offered to or held by the person.

    A task of an applicant belongs to the applicant of the case; any other to its assignee, else to its work group.
    """
    if task.role == Role.APPLICANT:
        return person.is_applicant and person.account_id == applicant_account_id
    return person.staff_id is not None and task.group_id in person.group_ids


def may_act_on_task(person: Person, task: TaskFacts, *, applicant_account_id: int | None = None) -> bool:
    """Say whether the person may complete the task: theirs, still open, and not in somebody else's hands."""
    return (
        task.state in (TaskState.OPEN, TaskState.CLAIMED)
        and is_own_task(person, task, applicant_account_id=applicant_account_id)
        and task.assignee_id in (None, person.staff_id)
    )


def require_task(person: Person, task: TaskFacts, case: CasePlace) -> None:
    """Raise NotFound `task_unknown` when the person sees neither task nor case, Forbidden when it is not theirs."""
    is_own = is_own_task(person, task, applicant_account_id=case.applicant_account_id)
    if not is_own and not may_see_case(person, case):
        raise NotFound("task_unknown")
    if not is_own or task.assignee_id not in (None, person.staff_id):
        raise Forbidden("not_permitted", task=str(task.id))


def require_role(person: Person, roles: Collection[str], *, department_id: int | None = None) -> None:
    """Raise Forbidden `not_permitted` unless one of `roles` is held, in that department when one is given."""
    held = (place for place in person.memberships if department_id in (None, place.department_id))
    if not any(place.role in roles for place in held):
        raise Forbidden("not_permitted", needs=", ".join(sorted(map(str, roles))))


# ---------------------------------------------------------------- separation of duties
def breaches_separation(
    person: Person, role: str, handled: Iterable[HandledStep], *, sod: str, case_type: str = ""
) -> bool:
    """Say whether the same person would examine and decide.

    role: of the task to be completed. handled: who completed what in the case. sod: strict, instant_exempt (case_type 1
    即办件 may be in one hand) or sampled_check (one hand, a share is checked afterwards).
    Source: 职责分离 of processes.md.
    """
    if sod == SeparationOfDuties.SAMPLED_CHECK:
        return False
    if sod == SeparationOfDuties.INSTANT_EXEMPT and case_type == INSTANT:
        return False
    others = DECIDING if role in EXAMINING else EXAMINING if role in DECIDING else frozenset[Role]()
    return any(step.role in others and step.completed_by == person.staff_id for step in handled)


def require_separation(
    person: Person, role: str, handled: Iterable[HandledStep], *, sod: str, case_type: str = ""
) -> None:
    """Raise Forbidden `separation_of_duties` when the same person would examine and decide."""
    if breaches_separation(person, role, handled, sod=sod, case_type=case_type):
        raise Forbidden("separation_of_duties", role=str(role))


def require_second_person(person: Person, first_staff_id: int | None) -> None:
    """Raise Forbidden `second_person_needed` when somebody would confirm what they asked for themselves."""
    if person.staff_id is None or person.staff_id == first_staff_id:
        raise Forbidden("second_person_needed")
