"""The catalogue: regions, departments, work groups, matters and their implementation lists in force."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.domain.matter import IN_USE, OfferingVersion, RenewalRule
from app.storage import dialects
from app.storage.offering_doc import hash_text, read_offering, write_offering
from app.storage.tables import (
    department,
    matter_offering,
    offering_version,
    region,
    service_matter,
    theme_member,
    work_group,
)
from app.storage.unit_of_work import UnitOfWork

LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRow:
    """A region (区划). level: prefecture, county, town or village."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRow:
    """A department (部门). calendar_layers: of its working calendar, the most general first."""

    id: int
    code: str
    name_zh: str
    name_en: str
    region_code: str
    kind: str
    calendar_layers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A work group (岗位组): a role in a department."""

    id: int
    department_id: int
    role: str


def put_regions(uow: UnitOfWork, regions: Iterable[RegionRow]) -> None:
    """Add or rename regions, by code."""
    _put(uow, region, "code", [asdict(row) for row in regions])


def put_departments(uow: UnitOfWork, departments: Iterable[DepartmentRow]) -> None:
    """Add departments or change their names and calendars, by code; a department keeps the id it has."""
    rows = [{**asdict(row), "calendar_layers": ",".join(row.calendar_layers)} for row in departments]
    _put(uow, department, "code", rows, kept=("id",))


def put_groups(uow: UnitOfWork, department_id: int, roles: Iterable[str]) -> None:
    """Add the work groups a department lacks."""
    rows = [{"department_id": department_id, "role": role} for role in roles]
    if rows:
        uow.connection.execute(dialects.insert_ignore(uow.connection, work_group), rows)


def find_region(connection: sa.Connection, code: str) -> RegionRow | None:
    """Return a region, None when there is none of that code."""
    row = connection.execute(sa.select(region).where(region.c.code == code)).one_or_none()
    return RegionRow(**row._asdict()) if row else None


def list_regions(connection: sa.Connection) -> tuple[RegionRow, ...]:
    """Return all regions by code."""
    return tuple(RegionRow(**row._asdict()) for row in connection.execute(sa.select(region).order_by(region.c.code)))


def list_departments(connection: sa.Connection) -> tuple[DepartmentRow, ...]:
    """Return all departments by code."""
    rows = connection.execute(sa.select(department).order_by(department.c.code))
    return tuple(
        DepartmentRow(**{**row._asdict(), "calendar_layers": tuple(filter(None, row.calendar_layers.split(",")))})
        for row in rows
    )


def list_groups(connection: sa.Connection) -> tuple[GroupRow, ...]:
    """Return all work groups."""
    return tuple(GroupRow(**row._asdict()) for row in connection.execute(sa.select(work_group)))


def names_of_matters(connection: sa.Connection, codes: Collection[str]) -> dict[str, str]:
    """Return the names of matters by code; unknown codes are absent."""
    columns = service_matter.c
    query = sa.select(columns.matter_code, columns.name).where(columns.matter_code.in_(sorted(codes)))
    return {row.matter_code: row.name for row in connection.execute(query)} if codes else {}


def matter_exists(connection: sa.Connection, matter_code: str) -> bool:
    """Say whether the catalogue knows a matter at all, offered anywhere or nowhere."""
    query = sa.select(service_matter.c.matter_code).where(service_matter.c.matter_code == matter_code)
    return connection.scalar(query) is not None


def put_theme_members(uow: UnitOfWork, members: Iterable[tuple[str, str]]) -> None:
    """Add matters to themes, as (theme, matter); a member a theme had before stays for the cases that have it."""
    rows = [{"theme_code": theme, "matter_code": matter} for theme, matter in members]
    if rows:
        uow.connection.execute(dialects.insert_ignore(uow.connection, theme_member), rows)


def publish_offering(uow: UnitOfWork, offering: OfferingVersion, *, change_id: int | None = None) -> OfferingVersion:
    """Publish an implementation list. Returns it with the id and version it has now.

    Head and matter are made where they lack; `offering.offering_id` is used for a new head alone, `offering.version`
    never. The same content as the newest list of the region makes no new version; one of another department takes the
    place of the one before. change_id: of the change set it comes with; such a list counts later, so the name of a known
    matter stays as it is.
    """
    matter: dict[str, object] = {
        "matter_code": offering.matter_code,
        "name": offering.name,
        "item_type": offering.item_type,
    }
    if change_id is None:
        _put(uow, service_matter, "matter_code", [matter])
    else:
        uow.connection.execute(dialects.insert_ignore(uow.connection, service_matter), matter)
    offering_id = _head(uow, offering)
    text = write_offering(offering)
    newest = _newest(uow.connection, offering)
    if newest is not None and (newest.offering_id, newest.sha256) == (offering_id, hash_text(text)):
        return read_offering(offering_id, newest.version, text)
    version = _last_version(uow.connection, offering_id) + 1
    uow.connection.execute(
        offering_version.insert(),
        {
            "offering_id": offering_id,
            "version": version,
            "effective_from": offering.effective_from,
            "published_at": uow.now(),
            "sha256": hash_text(text),
            "doc": text,
            "change_id": change_id,
        },
    )
    return read_offering(offering_id, version, text)


def changed_offerings(connection: sa.Connection) -> frozenset[tuple[str, str]]:
    """Return (matter, region) of the lists whose newest version came with a change set."""
    head, version, newer = matter_offering.c, offering_version.c, offering_version.alias("newer")
    is_newest = ~sa.exists().where(newer.c.offering_id == version.offering_id, newer.c.version > version.version)
    query = (
        sa.select(head.matter_code, head.region_code)
        .join(offering_version, version.offering_id == head.id)
        .where(version.change_id.is_not(None), is_newest)
    )
    return frozenset((row.matter_code, row.region_code) for row in connection.execute(query))


def get_offering_version(connection: sa.Connection, offering_id: int, version: int) -> OfferingVersion | None:
    """Return one version of an implementation list, None when there is none."""
    columns = offering_version.c
    query = sa.select(columns.doc).where(columns.offering_id == offering_id, columns.version == version)
    text = connection.scalar(query)
    return read_offering(offering_id, version, text) if text is not None else None


def offering_in_force(
    connection: sa.Connection,
    matter_code: str,
    region_code: str,
    at: datetime,
    *,
    published_by: datetime | None = None,
    is_offered: bool = True,
) -> OfferingVersion | None:
    """Return the list a matter is offered under in a region at an instant; None when it is not offered there.

    A town takes the list of its county, a county that of its prefecture, where it has none of its own. published_by:
    leave out what was published later. is_offered: False returns a list that is paused or cancelled as well.
    """
    wanted = matter_offering.c.matter_code == matter_code
    if published_by is not None:
        wanted = sa.and_(wanted, offering_version.c.published_at <= published_by)
    found = _in_force(connection, wanted, region_code, at, is_offered=is_offered)
    return found.get(matter_code)


def offerings_in_force(
    connection: sa.Connection, matter_codes: Sequence[str], region_code: str, at: datetime
) -> dict[str, OfferingVersion]:
    """Return the lists of several matters by code; those that are not offered are left out. at: aware."""
    return _in_force(connection, matter_offering.c.matter_code.in_(matter_codes), region_code, at)


def offerings_of_theme(
    connection: sa.Connection, theme_code: str, region_code: str, at: datetime
) -> dict[str, OfferingVersion]:
    """Return the lists of the matters a theme has or had as members, by code. at: the receipt of a case, aware.

    What was published after the receipt does not count, except of a matter that had no list before.
    """
    members = sa.select(theme_member.c.matter_code).where(theme_member.c.theme_code == theme_code)
    return _in_force(connection, matter_offering.c.matter_code.in_(members), region_code, at, is_receipt=True)


def list_offerings(connection: sa.Connection, region_code: str, at: datetime) -> tuple[OfferingVersion, ...]:
    """Return every list in force in a region, by matter code. at: aware."""
    found = _in_force(connection, sa.true(), region_code, at)
    return tuple(found[code] for code in sorted(found))


def renewal_rules(connection: sa.Connection, at: datetime) -> dict[tuple[int, str], RenewalRule]:
    """Return how certificates are renewed now, by (department, matter that gave them). at: aware."""
    regions = connection.scalars(sa.select(matter_offering.c.region_code).distinct()).all()
    return {
        (offering.department_id, code): offering.renewal
        for region_code in regions
        for offering in list_offerings(connection, region_code, at)
        if offering.renewal is not None
        for code in (offering.renewal.renews, *offering.renewal.also_renews)
    }


def _in_force(
    connection: sa.Connection,
    wanted: sa.ColumnElement[bool],
    region_code: str,
    at: datetime,
    *,
    is_offered: bool = True,
    is_receipt: bool = False,
) -> dict[str, OfferingVersion]:
    """Return the lists that count in a region; one that is paused or cancelled hides those of the regions above it.

    is_receipt: `at` is the receipt of a case, which no list changes that was published later.
    """
    head, version = matter_offering.c, offering_version.c
    on = at.astimezone(LOCAL).date()
    query = (
        sa.select(
            head.matter_code,
            head.region_code,
            version.offering_id,
            version.version,
            version.effective_from,
            version.published_at,
            version.doc,
        )
        .join(offering_version, version.offering_id == head.id)
        .where(
            wanted,
            head.region_code.in_(_upwards(region_code)),
            sa.or_(version.effective_from.is_(None), version.effective_from <= on),
        )
        .order_by(version.version)
    )
    order = {code: place for place, code in enumerate(_upwards(region_code))}
    best: dict[str, sa.Row[str, str, int, int, date | None, datetime, str]] = {}
    # A list that was published ahead counts from its day on, also over one that was published in between.
    rows = sorted(connection.execute(query), key=_counts_from)
    had = {row.matter_code for row in rows if row.published_at <= at} if is_receipt else set()
    for row in rows:
        if row.matter_code in had and row.published_at > at:
            continue
        known = best.get(row.matter_code)
        # Among lists of one region the newest comes last; a list of a smaller region wins.
        if known is None or order[row.region_code] <= order[known.region_code]:
            best[row.matter_code] = row
    lists = {code: read_offering(row.offering_id, row.version, row.doc) for code, row in best.items()}
    return {code: found for code, found in lists.items() if not is_offered or found.item_state == IN_USE}


def _counts_from(row: sa.Row[str, str, int, int, date | None, datetime, str]) -> tuple[date, datetime, int]:
    published_on = row.published_at.astimezone(LOCAL).date()
    return max(row.effective_from or published_on, published_on), row.published_at, row.version


def _upwards(region_code: str) -> tuple[str, ...]:
    """Return the code of a region and of those above it, the smallest first."""
    prefecture = region_code[:4]
    codes = (region_code, region_code[:9], region_code[:6], f"{prefecture}00", prefecture)
    return tuple(dict.fromkeys(codes))


def _head(uow: UnitOfWork, offering: OfferingVersion) -> int:
    columns = matter_offering.c
    head = {
        "id": offering.offering_id,
        "matter_code": offering.matter_code,
        "region_code": offering.region_code,
        "department_id": offering.department_id,
    }
    uow.connection.execute(dialects.insert_ignore(uow.connection, matter_offering), head)
    query = sa.select(columns.id).where(
        columns.matter_code == offering.matter_code,
        columns.region_code == offering.region_code,
        columns.department_id == offering.department_id,
    )
    return int(uow.connection.execute(query).scalar_one())


def _newest(connection: sa.Connection, offering: OfferingVersion) -> sa.Row[int, int, str] | None:
    """Return the list that was published last for the matter in the region, by whichever department."""
    head, version = matter_offering.c, offering_version.c
    return connection.execute(
        sa.select(version.offering_id, version.version, version.sha256)
        .join(matter_offering, head.id == version.offering_id)
        .where(head.matter_code == offering.matter_code, head.region_code == offering.region_code)
        .order_by(version.published_at.desc(), version.version.desc())
        .limit(1)
    ).one_or_none()


def _last_version(connection: sa.Connection, offering_id: int) -> int:
    query = sa.select(sa.func.max(offering_version.c.version)).where(offering_version.c.offering_id == offering_id)
    return connection.scalar(query) or 0


def _put(
    uow: UnitOfWork, table: sa.Table, key: str, rows: list[dict[str, object]], *, kept: tuple[str, ...] = ()
) -> None:
    if not rows:
        return
    statement = dialects.insert(uow.connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (key, *kept)}
    uow.connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed), rows)
