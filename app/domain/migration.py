"""Moving running cases to another version of their diagram (版本迁移): why an instance cannot go, and what goes with it.

Source: time-limits.md section 4: no clock moves; a changed step limit counts only when asked for, and never at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.authority import COUNTY_DIGITS, PREFECTURE_DIGITS, Person, Scope, is_prefecture
from app.domain.errors import Forbidden
from app.domain.vocabulary import Role


class PlaceFault(StrEnum):
    """Why an instance cannot stand at the same place in the other version."""

    MISSING = "missing"
    OTHER_SCOPE = "other_scope"
    OTHER_KIND = "other_kind"
    OTHER_EVENTS = "other_events"
    OTHER_TRIGGER = "other_trigger"
    OTHER_JOIN = "other_join"
    OTHER_INSTANCES = "other_instances"
    OTHER_MATTER = "other_matter"
    OTHER_OPERATION = "other_operation"
    OTHER_PROCESS = "other_process"
    TWO_ON_ONE = "two_on_one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an instance stands and cannot go on. element: on the author's older diagram."""

    element: str
    fault: PlaceFault


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPlaces:
    """What went with an instance. Ids of tasks are those of the engine.

    restated: (task id, element in the new version) whose changed limit was asked for. merged: task id -> element in
    the old version, where the new element stands for several, so that the way back is known.
    """

    restated: frozenset[tuple[str, str]] = frozenset()
    merged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationInput:
    """What somebody asks for. elements: author's ids, old -> new. limits: new ids whose changed limits count at once.

    case_nos: only these cases; empty for all of the version in the region of who asks.
    """

    key: str
    from_version: int
    to_version: int
    elements: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    case_nos: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLimit:
    """A step or timer whose limit the new version draws otherwise. element: in the new version; empty text for none."""

    element: str
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a case cannot go. element, name: in the old version. code: of PlaceFault, or of an error."""

    element: str
    name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceAnswer:
    """What a dry run says about a case; without refusals it moves."""

    case_id: int
    case_no: str
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationCheck:
    """What a run would do. refusals: how many cases each holds back. next_after: case id the next page begins after."""

    instance_count: int
    moving_count: int
    refusals: Mapping[Refusal, int]
    changed_limits: tuple[ChangedLimit, ...]
    items: tuple[InstanceAnswer, ...]
    next_after: int | None


WAITING, MOVED, REFUSED, LEFT = "waiting", "moved", "refused", "left"
OUTCOMES = (WAITING, MOVED, REFUSED, LEFT)
MIGRATING = (Role.DESIGNER.value,)


def migration_scope(person: Person) -> Scope:
    """Return whose cases a designer moves: those of the region they design for.

    A designer sees no case otherwise; a run names case numbers and elements, never people.
    Raises Forbidden `not_permitted` for who designs nowhere.
    """
    places = [place.region_code for place in person.memberships if place.role in MIGRATING]
    if not places:
        raise Forbidden("not_permitted", needs=", ".join(MIGRATING))
    above = sorted(code for code in places if is_prefecture(code))
    if above:
        return Scope(prefecture=above[0][:PREFECTURE_DIGITS], department_ids=None)
    return Scope(counties=frozenset(code[:COUNTY_DIGITS] for code in places), department_ids=None)


def require_scope(person: Person, moved: Scope) -> None:
    """Raise Forbidden `not_permitted` unless the person may move every case that lies inside `moved`."""
    own = migration_scope(person)
    is_inside = own.prefecture == moved.prefecture if moved.prefecture else moved.counties <= own.counties
    is_below = bool(own.prefecture) and all(county.startswith(own.prefecture) for county in moved.counties)
    if not (is_inside or (is_below and not moved.prefecture)):
        raise Forbidden("not_permitted", needs=", ".join(MIGRATING))
