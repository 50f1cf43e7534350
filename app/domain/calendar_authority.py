"""Who may load a layer of the working calendar and declare closures (日历权限), and whose cases a report names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.authority import COUNTY_DIGITS, PREFECTURE_DIGITS, Person, Scope, is_prefecture
from app.domain.errors import Forbidden
from app.domain.vocabulary import Role

LEVELS = ("nation", "province", "prefecture", "county", "office")
WHOLE_COUNTRY = ("nation", "province")
LOADING = (Role.ADMIN.value, Role.SUPERVISOR.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlace:
    """Where a layer lies. level: of LEVELS. region_code: it decides for; empty for nation and province."""

    layer: str
    level: str
    region_code: str


def layer_places(departments: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, LayerPlace]:
    """Return every layer by name. departments: (region code, layers of its calendar, the most general first)."""
    found: dict[str, LayerPlace] = {}
    for region_code, layers in departments:
        county = region_code[:COUNTY_DIGITS]
        regions = ("", "", f"{region_code[:PREFECTURE_DIGITS]}00", county, county)
        for level, layer, region in zip(LEVELS, layers, regions, strict=False):
            found.setdefault(layer, LayerPlace(layer=layer, level=level, region_code=region))
    return found


def require_layer(person: Person, place: LayerPlace) -> None:
    """Raise Forbidden `not_permitted` unless the person may load the layer.

    An administrator or supervisor of a prefecture loads its layer and those of its counties and offices, one of a
    county those of the county; the national and the provincial layer are the prefecture administrator's.
    """
    for member in person.memberships:
        is_above = is_prefecture(member.region_code)
        if place.level in WHOLE_COUNTRY:
            if member.role == Role.ADMIN and is_above:
                return
        elif member.role in LOADING and _covers(member.region_code, place.region_code):
            return
    raise Forbidden("not_permitted", needs=", ".join(LOADING))


def covers_region(person: Person, region_code: str, roles: Iterable[str]) -> bool:
    """Say whether the person holds one of `roles` in a region or above it."""
    wanted = frozenset(roles)
    return any(str(member.role) in wanted and _covers(member.region_code, region_code) for member in person.memberships)


def report_scope(person: Person) -> Scope:
    """Return whose cases a report of moved dates names: those of the region the reader answers for.

    An administrator sees no case otherwise; a report names numbers and dates, never people.
    """
    places = [member.region_code for member in person.memberships if member.role in LOADING]
    above = sorted(code for code in places if is_prefecture(code))
    if above:
        return Scope(prefecture=above[0][:PREFECTURE_DIGITS], department_ids=None)
    if places:
        return Scope(counties=frozenset(code[:COUNTY_DIGITS] for code in places), department_ids=None)
    return person.scope


def _covers(holder: str, region_code: str) -> bool:
    if is_prefecture(holder):
        return region_code.startswith(holder[:PREFECTURE_DIGITS])
    return region_code[:COUNTY_DIGITS] == holder[:COUNTY_DIGITS]


def offices_of(places: Mapping[str, LayerPlace]) -> frozenset[str]:
    """Return the layers of offices, which may have hours of their own."""
    return frozenset(layer for layer, place in places.items() if place.level == "office")
