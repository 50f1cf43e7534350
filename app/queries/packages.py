"""Packages (部署包) as designers see them."""

from dataclasses import dataclass, replace
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.diagrams.reader import finding_of
from app.domain.authority import Person
from app.domain.calendar_authority import covers_region
from app.domain.diagram import Finding
from app.domain.errors import NotFound
from app.domain.package import PackageFile
from app.storage import packages
from app.storage.packages import PackageRow, find_package

READING = ("designer", "catalogue_manager", "integrator", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLine:
    """A package in a list. files: how many it has; regions: of its matters and themes."""

    id: str
    name: str
    note: str
    state: str
    sha256: str
    files: int
    regions: tuple[str, ...]
    created_by: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    deployed_by: str | None
    deployed_at: datetime | None
    generation: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageView:
    """One package with its files and what the checks found."""

    line: PackageLine
    contents: tuple[PackageFile, ...]
    findings: tuple[Finding, ...]


def list_packages(connection: sa.Connection, person: Person) -> tuple[PackageLine, ...]:
    """Return the packages of the regions a person answers for, the newest first."""
    return tuple(_line(row) for row in packages.list_packages(connection) if _may_see(person, row))


def get_package(connection: sa.Connection, person: Person, package_id: int) -> PackageView:
    """Return a package. Raises NotFound `package_unknown` for one outside the regions of the reader."""
    row = get_package_row(connection, person, package_id)
    stored = orjson.loads(row.findings)
    findings = tuple(replace(finding_of(item, item["file"]), severity=item["severity"]) for item in stored)
    return PackageView(line=_line(row), contents=row.listed_files, findings=findings)


def get_package_row(connection: sa.Connection, person: Person, package_id: int) -> PackageRow:
    """Return a package as stored, with its content. Raises NotFound as `get_package`."""
    row = find_package(connection, package_id)
    if row is None or not _may_see(person, row):
        raise NotFound("package_unknown", package=str(package_id))
    return row


def _may_see(person: Person, row: PackageRow) -> bool:
    """A package without matters and themes concerns no region: whoever reads definitions sees it."""
    return not row.region_codes or any(covers_region(person, region, READING) for region in row.region_codes)


def _line(row: PackageRow) -> PackageLine:
    return PackageLine(
        id=str(row.id),
        name=row.name,
        note=row.note,
        state=row.state,
        sha256=row.sha256,
        files=len(row.listed_files),
        regions=row.region_codes,
        created_by=row.created_by,
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        deployed_by=row.deployed_by,
        deployed_at=row.deployed_at,
        generation=row.generation,
    )
