"""Packages (部署包): submitted whole by one person, approved or rejected by another, deployed whole."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.package import DEPLOYED, PackageFile
from app.storage.tables import definition_package
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """A package. content: the ZIP as it came. files, findings: JSON lists. regions: of its matters and themes."""

    id: int
    name: str
    sha256: str
    content: bytes
    note: str
    files: str
    findings: str
    regions: str
    state: str
    created_by: str
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    deployed_by: str | None = None
    deployed_at: datetime | None = None
    generation: int | None = None

    @property
    def region_codes(self) -> tuple[str, ...]:
        """The regions its matters and themes are offered in."""
        return tuple(filter(None, self.regions.split(",")))

    @property
    def listed_files(self) -> tuple[PackageFile, ...]:
        """Its files, by path."""
        return tuple(PackageFile(**item) for item in orjson.loads(self.files))


def add_package(uow: UnitOfWork, row: PackageRow) -> None:
    """Store a submitted package."""
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    uow.connection.execute(definition_package.insert(), values)


def find_package(connection: sa.Connection, package_id: int) -> PackageRow | None:
    """Return a package; None when there is none of that id."""
    return _row(connection, sa.select(definition_package).where(definition_package.c.id == package_id))


def lock_package(uow: UnitOfWork, package_id: int) -> PackageRow | None:
    """Lock a package and return it; None when there is none of that id."""
    query = sa.select(definition_package).where(definition_package.c.id == package_id).with_for_update()
    return _row(uow.connection, query)


def move_package(uow: UnitOfWork, package_id: int, **values: object) -> None:
    """Write what an act on a locked package changes."""
    uow.connection.execute(definition_package.update().where(definition_package.c.id == package_id).values(**values))


def list_packages(connection: sa.Connection) -> tuple[PackageRow, ...]:
    """Return all packages, the newest first; without their contents."""
    columns = [sa.literal(b"").label("content") if item.name == "content" else item for item in definition_package.c]
    rows = connection.execute(
        sa.select(*columns).order_by(definition_package.c.created_at.desc(), definition_package.c.id)
    )
    return tuple(PackageRow(**row._asdict()) for row in rows)


def deployed_paths(connection: sa.Connection) -> frozenset[str]:
    """Return the paths of every file that was deployed with a package."""
    query = sa.select(definition_package.c.files).where(definition_package.c.state == DEPLOYED)
    return frozenset(item["path"] for row in connection.execute(query) for item in orjson.loads(row.files))


def newest_deployed_with(connection: sa.Connection, folders: tuple[str, ...]) -> PackageRow | None:
    """Return the package deployed last that has a file in one of some folders; None when there is none."""
    found = [
        row
        for row in list_packages(connection)
        if row.state == DEPLOYED and any(file.path.startswith(folders) for file in row.listed_files)
    ]
    newest = max(found, key=lambda row: row.generation or 0, default=None)
    return find_package(connection, newest.id) if newest else None


def _row(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> PackageRow | None:
    row = connection.execute(query).one_or_none()
    return PackageRow(**row._asdict()) if row else None
