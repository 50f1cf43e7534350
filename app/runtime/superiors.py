"""What the head of a superior authority (上级机关) sees and may revoke: what the departments below granted."""

from dataclasses import replace

from app.domain.authority import Person, Scope
from app.domain.revocation import is_above
from app.domain.vocabulary import Role
from app.runtime.published import Published


def sight_of(person: Person, published: Published) -> Scope:
    """Return the cases a person may read: those of their scope, and what departments below the ones they head granted.

    Source: 行政许可法 art. 10(1) (a superior supervises), 69(1).
    """
    return replace(person.scope, granted_by=_below(_headed(person), published))


def revocable_by(person: Person, published: Published) -> Scope:
    """Return what a person may revoke: granted by a department they head, or by one below it.

    Source: 行政许可法 art. 69(1) (the authority that decided, or its superior).
    """
    headed = _headed(person)
    return Scope(granted_by=headed | _below(headed, published))


def _headed(person: Person) -> frozenset[int]:
    return frozenset(place.department_id for place in person.memberships if place.role == Role.UNIT_HEAD)


def _below(headed: frozenset[int], published: Published) -> frozenset[int]:
    departments = published.departments
    superiors = [departments[number].code for number in headed if number in departments]
    regions = {item.code: item.region_code for item in departments.values()}
    return frozenset(
        number for number, item in departments.items() if any(is_above(code, item.code, regions) for code in superiors)
    )
