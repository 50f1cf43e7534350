"""Read who is who: regions, departments, roles, host operations, demonstration people."""

from dataclasses import dataclass
from pathlib import Path

from app.catalogue.files import read_toml

NATIONAL, PROVINCE = "CN", "HB"
PREFECTURE_LAYER = "ES"
COUNTY_DIGITS = 6
PEOPLE_FILE = "demo_people.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEntry:
    """A region (区划)."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentEntry:
    """A department (部门). kind: authority, hall or bureau."""

    code: str
    name_zh: str
    name_en: str
    region: str
    kind: str

    @property
    def calendar_layers(self) -> tuple[str, ...]:
        """Layers of its working calendar, the most general first: nation, province, prefecture, county, office."""
        return (NATIONAL, PROVINCE, PREFECTURE_LAYER, self.region[:COUNTY_DIGITS], self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """A demonstration person. department: empty for an applicant."""

    login: str
    name: str
    kind: str
    department: str
    roles: tuple[str, ...]
    region: str


def read_regions(rules_dir: Path) -> tuple[RegionEntry, ...]:
    """Return the regions, parents before children as the file has them."""
    file = read_toml(rules_dir, rules_dir / "regions.toml")
    return tuple(RegionEntry(**item) for item in file.fields["region"])


def read_departments(rules_dir: Path) -> tuple[DepartmentEntry, ...]:
    """Return the departments."""
    file = read_toml(rules_dir, rules_dir / "departments.toml")
    names = DepartmentEntry.__dataclass_fields__
    return tuple(DepartmentEntry(**{name: item[name] for name in names}) for item in file.fields["department"])


def read_roles(rules_dir: Path) -> frozenset[str]:
    """Return the codes of all roles."""
    return frozenset(read_toml(rules_dir, rules_dir / "roles.toml").fields)


def read_operations(rules_dir: Path) -> frozenset[str]:
    """Return the published host operations."""
    return frozenset(read_toml(rules_dir, rules_dir / "operations.toml").fields)


def read_people(rules_dir: Path) -> tuple[PersonEntry, ...]:
    """Return the demonstration people; there are none in an installation that removed the file."""
    path = rules_dir / PEOPLE_FILE
    if not path.exists():
        return ()
    file = read_toml(rules_dir, path)
    return tuple(PersonEntry(**{**item, "roles": tuple(item["roles"])}) for item in file.fields["person"])
