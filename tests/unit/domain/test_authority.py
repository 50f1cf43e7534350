from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.authority import (
    CasePlace,
    Membership,
    Person,
    Scope,
    breaches_separation,
    may_act_on_task,
    may_receive_in,
    may_see_case,
    may_supervise,
    require_role,
    require_second_person,
    require_separation,
    require_sight,
    require_task,
)
from app.domain.errors import Forbidden, NotFound
from app.domain.loaded_case import HandledStep, TaskFacts
from app.domain.vocabulary import Role, TaskState

LICHUAN, ENSHI, PREFECTURE = "422802", "422801", "422800"
OFFICE, HALL, OTHER_OFFICE = 10, 11, 20


def staff(account_id: int, *places: tuple[Role, int, str]) -> Person:
    memberships = tuple(
        Membership(
            group_id=department * 100 + list(Role).index(role), role=role, department_id=department, region_code=region
        )
        for role, department, region in places
    )
    return Person(account_id=account_id, staff_id=account_id + 1000, memberships=memberships)


CLERK = staff(1, (Role.WINDOW_CLERK, HALL, LICHUAN))
REVIEWER = staff(2, (Role.REVIEWER, OFFICE, LICHUAN))
DECIDER = staff(3, (Role.DECIDER, OFFICE, LICHUAN))
COUNTY_SUPERVISOR = staff(4, (Role.SUPERVISOR, 30, LICHUAN))
PREFECTURE_SUPERVISOR = staff(5, (Role.SUPERVISOR, 31, PREFECTURE))
OUTSIDER = staff(6, (Role.REVIEWER, OTHER_OFFICE, ENSHI))
DESIGNER = staff(7, (Role.DESIGNER, 31, PREFECTURE), (Role.ADMIN, 31, PREFECTURE))
APPLICANT = Person(account_id=8, kind="applicant")
STRANGER = Person(account_id=9, kind="applicant")
PROGRAM = Person(account_id=10, kind="program")

CASE = CasePlace(
    prefecture="4228",
    county=LICHUAN,
    department_ids=frozenset({OFFICE, HALL}),
    applicant_account_id=APPLICANT.account_id,
)


def group_of(person: Person) -> int:
    return next(iter(person.group_ids))


NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
TASK = TaskFacts(
    id=5,
    case_id=1,
    engine_task="t",
    element="review",
    title="Review",
    role=Role.REVIEWER,
    form_key=None,
    form_version=None,
    outcomes=("pass",),
    group_id=group_of(REVIEWER),
    assignee_id=None,
    department_id=OFFICE,
    state=TaskState.OPEN,
    due_at=None,
    yellow_at=None,
    red_at=None,
    sort_at=NOON,
    paused=False,
    version=1,
)


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        (CLERK, True),
        (REVIEWER, True),
        (COUNTY_SUPERVISOR, True),
        (PREFECTURE_SUPERVISOR, True),
        (APPLICANT, True),
        (OUTSIDER, False),
        (DESIGNER, False),
        (STRANGER, False),
        (PROGRAM, False),
        (staff(11, (Role.SUPERVISOR, 32, ENSHI)), False),
        (staff(12, (Role.SUPERVISOR, 33, "4228")), True),
        (staff(13, (Role.SUPERVISOR, 34, "422900")), False),
        (staff(14, (Role.REVIEWER, OTHER_OFFICE, ENSHI), (Role.DUTY_OFFICER, 31, PREFECTURE)), True),
    ],
    ids=lambda value: str(value) if isinstance(value, bool) else f"account {value.account_id}",
)
def test_who_sees_a_case(person: Person, sees: bool) -> None:  # noqa: FBT001
    assert may_see_case(person, CASE) is sees


def test_what_may_not_be_seen_does_not_exist() -> None:
    with pytest.raises(NotFound, match="case_unknown"):
        require_sight(OUTSIDER, CASE)
    with pytest.raises(NotFound, match="task_unknown"):
        require_task(OUTSIDER, TASK, CASE)


def test_empty_scope_lets_nothing_through() -> None:
    assert not Scope().contains(CASE)


def test_scope_is_a_value_for_queries() -> None:
    assert APPLICANT.scope == Scope(department_ids=None, applicant_account_id=8)
    assert PREFECTURE_SUPERVISOR.scope == Scope(prefecture="4228", department_ids=None)
    assert COUNTY_SUPERVISOR.scope == Scope(counties=frozenset({LICHUAN}), department_ids=None)
    assert CLERK.scope == Scope(department_ids=frozenset({HALL}))
    assert DESIGNER.scope == Scope()


def test_only_supervisors_of_the_place_supervise() -> None:
    assert may_supervise(COUNTY_SUPERVISOR, CASE)
    assert may_supervise(PREFECTURE_SUPERVISOR, CASE)
    assert not may_supervise(REVIEWER, CASE)
    assert not may_supervise(staff(11, (Role.SUPERVISOR, 32, ENSHI)), CASE)


@pytest.mark.parametrize(
    ("person", "task", "may"),
    [
        (REVIEWER, TASK, True),
        (REVIEWER, replace(TASK, assignee_id=REVIEWER.staff_id, state=TaskState.CLAIMED), True),
        (REVIEWER, replace(TASK, assignee_id=77, state=TaskState.CLAIMED), False),
        (REVIEWER, replace(TASK, state=TaskState.COMPLETED), False),
        (REVIEWER, replace(TASK, state=TaskState.WITHDRAWN), False),
        (DECIDER, TASK, False),
        (DECIDER, replace(TASK, assignee_id=DECIDER.staff_id), False),
        (COUNTY_SUPERVISOR, TASK, False),
        (OUTSIDER, TASK, False),
        (APPLICANT, TASK, False),
        (APPLICANT, replace(TASK, role=Role.APPLICANT), True),
        (STRANGER, replace(TASK, role=Role.APPLICANT), False),
        (REVIEWER, replace(TASK, role=Role.APPLICANT), False),
    ],
)
def test_who_acts_on_a_task(person: Person, task: TaskFacts, may: bool) -> None:  # noqa: FBT001
    assert may_act_on_task(person, task, applicant_account_id=APPLICANT.account_id) is may


@pytest.mark.parametrize("person", [DECIDER, COUNTY_SUPERVISOR, APPLICANT])
def test_who_sees_the_case_and_not_the_task_is_told_so(person: Person) -> None:
    with pytest.raises(Forbidden, match="not_permitted"):
        require_task(person, TASK, CASE)


def test_task_in_other_hands_is_not_taken_away() -> None:
    with pytest.raises(Forbidden, match="not_permitted"):
        require_task(REVIEWER, replace(TASK, assignee_id=77), CASE)

    require_task(REVIEWER, TASK, CASE)


def test_role_counts_in_its_department() -> None:
    require_role(REVIEWER, (Role.REVIEWER, Role.UNIT_HEAD), department_id=OFFICE)

    for person, department_id in ((REVIEWER, HALL), (CLERK, OFFICE), (APPLICANT, None)):
        with pytest.raises(Forbidden, match="not_permitted"):
            require_role(person, (Role.REVIEWER,), department_id=department_id)


def test_clerks_receive_in_their_own_county() -> None:
    assert may_receive_in(CLERK, "422802001")
    assert not may_receive_in(CLERK, ENSHI)
    assert not may_receive_in(REVIEWER, LICHUAN)
    assert may_receive_in(APPLICANT, ENSHI)
    assert may_receive_in(staff(15, (Role.WINDOW_CLERK, 40, PREFECTURE)), ENSHI)


def step(role: Role, by: Person) -> HandledStep:
    assert by.staff_id is not None
    return HandledStep(
        element=role, role=role, outcome="pass", completed_by=by.staff_id, closed_at=datetime(2026, 3, 2, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("role", "handled", "sod", "case_type", "breaches"),
    [
        (Role.DECIDER, Role.REVIEWER, "strict", "2", True),
        (Role.REVIEWER, Role.DECIDER, "strict", "2", True),
        (Role.UNIT_HEAD, Role.REVIEWER, "strict", "2", True),
        (Role.DECIDER, Role.REVIEWER, "strict", "1", True),
        (Role.DECIDER, Role.REVIEWER, "instant_exempt", "1", False),
        (Role.DECIDER, Role.REVIEWER, "instant_exempt", "2", True),
        (Role.DECIDER, Role.REVIEWER, "sampled_check", "2", False),
        (Role.DECIDER, Role.DECIDER, "strict", "2", False),
        (Role.DECIDER, Role.WINDOW_CLERK, "strict", "2", False),
        (Role.DELIVERY_CLERK, Role.DECIDER, "strict", "2", False),
    ],
)
def test_the_same_person_does_not_examine_and_decide(
    role: Role,
    handled: Role,
    sod: str,
    case_type: str,
    breaches: bool,  # noqa: FBT001
) -> None:
    own, foreign = [step(handled, REVIEWER)], [step(handled, DECIDER)]

    assert breaches_separation(REVIEWER, role, own, sod=sod, case_type=case_type) is breaches
    assert not breaches_separation(REVIEWER, role, foreign, sod=sod, case_type=case_type)


def test_breach_is_refused_with_its_code() -> None:
    with pytest.raises(Forbidden, match="separation_of_duties"):
        require_separation(REVIEWER, Role.DECIDER, [step(Role.REVIEWER, REVIEWER)], sod="strict")


def test_nobody_confirms_themselves() -> None:
    require_second_person(DECIDER, REVIEWER.staff_id)

    for person in (REVIEWER, APPLICANT):
        with pytest.raises(Forbidden, match="second_person_needed"):
            require_second_person(person, REVIEWER.staff_id)


def test_applicant_has_the_role_of_applicants_only() -> None:
    assert APPLICANT.roles == {"applicant"}
    assert REVIEWER.roles == {"reviewer"}
    assert DESIGNER.has_role(Role.ADMIN)
    assert PROGRAM.roles == frozenset()
