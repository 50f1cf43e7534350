"""The demonstration people: whatever the program lets a role do can be tried by somebody."""

from collections import Counter
from pathlib import Path

import pytest

from app.catalogue.organisation import PersonEntry, read_people
from app.cli.setting_up import WELCOMED
from app.domain.authority import HANDLING
from app.domain.vocabulary import Role

RULES = Path(__file__).parents[3] / "rules"
# Acts that need a second person of the same roles: holds, confirmations of a clock, versions of diagrams, change sets.
IN_TWOS = (
    (Role.SUPERVISOR, Role.DUTY_OFFICER),
    (Role.DESIGNER,),
    (Role.DESIGNER, Role.CATALOGUE_MANAGER),
)


@pytest.fixture(scope="module")
def people() -> tuple[PersonEntry, ...]:
    return tuple(read_people(RULES))


def test_every_role_has_somebody(people: tuple[PersonEntry, ...]) -> None:
    held = {role for person in people for role in person.roles}
    applicants = [person for person in people if person.kind == Role.APPLICANT]

    assert {role.value for role in Role} - held == {Role.APPLICANT.value}
    assert applicants


@pytest.mark.parametrize("county", ["422801", "422802"])
def test_every_role_that_handles_or_extends_has_somebody_in_each_county(
    people: tuple[PersonEntry, ...], county: str
) -> None:
    held = {role for person in people if person.region == county for role in person.roles}

    assert {role.value for role in HANDLING | {Role.SUPERVISOR, Role.GOVERNMENT_HEAD}} <= held


@pytest.mark.parametrize("roles", IN_TWOS)
def test_what_needs_a_second_person_has_one(people: tuple[PersonEntry, ...], roles: tuple[Role, ...]) -> None:
    held = Counter(role for person in people for role in person.roles)

    assert sum(held[role] for role in roles) > 1


def test_whoever_is_named_at_the_start_exists(people: tuple[PersonEntry, ...]) -> None:
    assert WELCOMED.keys() <= {person.login for person in people}
