"""Change sets of the catalogue for their readers (变更包): the list, and one beside the list it replaces."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

import orjson
import sqlalchemy as sa

from app.catalogue.files import parse_toml
from app.catalogue.matters import matter_of
from app.domain.authority import Person
from app.domain.calendar import ZONE
from app.domain.calendar_authority import covers_region
from app.domain.catalogue_change import (
    APPROVED,
    ENDED,
    ChangeKind,
    Difference,
    devolved,
    differences_between,
    prefecture_of,
)
from app.domain.diagram import Finding
from app.domain.errors import NotFound
from app.domain.matter import OfferingVersion
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.storage import catalogue_changes
from app.storage.catalogue import offering_in_force
from app.storage.catalogue_changes import CatalogueChangeRow, find_change
from app.storage.tables import case_file, matter_offering

ROWS_A_LOOK = 200
READING = ("designer", "catalogue_manager", "integrator", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChangeLine:
    """A change set. kind: of ChangeKind. state: submitted, approved or rejected. effective_from: first local day.

    has_diagram: it brings its own; kept_version: of the deployed diagram that stays. definition_version: of the diagram
    it brought, since the approval.
    """

    id: str
    kind: str
    matter_code: str
    name: str
    regions: tuple[str, ...]
    effective_from: date
    state: str
    is_in_force: bool
    document_no: str
    definition_key: str
    has_diagram: bool
    kept_version: int | None
    definition_version: int | None
    created_by: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionChange:
    """What a change set changes in a region. version: of the list it replaces, None where the matter is new."""

    region_code: str
    version: int | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChangeView:
    """One change set with its parts, what it changes, and what the checks found.

    running_count: cases of its regions that are open and go on under the lists they have.
    """

    line: CatalogueChangeLine
    list_path: str
    list_source: str
    document_text: str
    document_name: str
    changes: tuple[RegionChange, ...]
    running_count: int
    findings: tuple[Finding, ...]


def list_catalogue_changes(
    connection: sa.Connection,
    person: Person,
    *,
    now: datetime,
    secret: str,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of the change sets of the regions a person answers for, the newest first."""
    size, before = checked_limit(limit), _before(secret, cursor)
    seen: list[CatalogueChangeRow] = []
    # A set counts in several regions, which no condition of one column says: what may not be seen is passed over.
    while len(seen) <= size:
        rows = catalogue_changes.list_changes(connection, before=before, limit=ROWS_A_LOOK)
        seen.extend(row for row in rows if _may_see(person, row))
        if len(rows) < ROWS_A_LOOK:
            break
        before = (rows[-1].created_at, rows[-1].id)
    shown = seen[:size]
    last = shown[-1] if len(seen) > size else None
    following = encode_cursor(secret, (last.created_at.isoformat(), last.id)) if last else None
    return Page(items=tuple(_line(row, now) for row in shown), next_cursor=following)


def _before(secret: str, cursor: str | None) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    at, row_id = decode_cursor(secret, cursor)
    return datetime.fromisoformat(str(at)), int(row_id)


def get_catalogue_change(
    connection: sa.Connection, person: Person, change_id: int, *, now: datetime
) -> CatalogueChangeView:
    """Return a change set. Raises NotFound `catalogue_change_unknown` for one outside the regions of the reader."""
    row = get_change_row(connection, person, change_id)
    return CatalogueChangeView(
        line=_line(row, now),
        list_path=row.list_path,
        list_source=row.list_source.decode(),
        document_text=row.document_text,
        document_name=row.document_name,
        changes=_changes(connection, row),
        running_count=_count_running(connection, row),
        findings=tuple(_finding(item) for item in orjson.loads(row.findings)),
    )


def get_change_row(connection: sa.Connection, person: Person, change_id: int) -> CatalogueChangeRow:
    """Return a change set as stored, with document and diagram. Raises NotFound as `get_catalogue_change`."""
    row = find_change(connection, change_id)
    if row is None or not _may_see(person, row):
        raise NotFound("catalogue_change_unknown", change=str(change_id))
    return row


def _may_see(person: Person, row: CatalogueChangeRow) -> bool:
    return any(covers_region(person, region, READING) for region in row.region_codes)


def _changes(connection: sa.Connection, row: CatalogueChangeRow) -> tuple[RegionChange, ...]:
    """Compare with the lists in force on the day before, as far as they were published when it was decided."""
    before = partial(_before_day, connection, row)
    if row.kind in ENDED:
        return tuple(_ended(before(row.matter_code, region), region, row) for region in row.region_codes)
    matter = matter_of(parse_toml(row.list_path, row.list_source))
    found = []
    for region in matter.regions:
        new = matter.offer(region_code=region, department_id=0, department_code=f"{region}-{matter.department}")
        found.append(_change(before(matter.code, region), new, region))
    if row.kind == ChangeKind.DEVOLVE:
        above = prefecture_of(matter.regions[0])
        old = before(matter.code, above)
        if old is not None:
            found.append(_change(old, devolved(old, matter.regions, on=row.effective_from), above))
    return tuple(found)


def _before_day(
    connection: sa.Connection, row: CatalogueChangeRow, matter_code: str, region_code: str
) -> OfferingVersion | None:
    day_before = datetime.combine(row.effective_from - timedelta(days=1), time(12), tzinfo=ZONE)
    return offering_in_force(
        connection, matter_code, region_code, day_before, published_by=row.decided_at, is_offered=False
    )


def _ended(old: OfferingVersion | None, region_code: str, row: CatalogueChangeRow) -> RegionChange:
    if old is None:
        return RegionChange(region_code=region_code, version=None, differences=())
    _may_end, state = ENDED[ChangeKind(row.kind)]
    return _change(old, replace(old, item_state=state), region_code)


def _change(old: OfferingVersion | None, new: OfferingVersion, region_code: str) -> RegionChange:
    differences = tuple(item for item in differences_between(old, new) if item.field != "definition_version")
    return RegionChange(region_code=region_code, version=old.version if old else None, differences=differences)


def _count_running(connection: sa.Connection, row: CatalogueChangeRow) -> int:
    """Count the cases of its regions that run under a list of the matter: they go on under the version they have."""
    regions = (
        [*row.region_codes, prefecture_of(row.region_codes[0])] if row.kind == ChangeKind.DEVOLVE else row.region_codes
    )
    heads = sa.select(matter_offering.c.id).where(matter_offering.c.matter_code == row.matter_code)
    in_regions = sa.or_(*(case_file.c.region_code.startswith(code.removesuffix("00")) for code in regions))
    query = sa.select(sa.func.count()).select_from(case_file)
    return int(
        connection.scalar(
            query.where(sa.text("case_file.closed_at IS NULL"), case_file.c.offering_id.in_(heads), in_regions)
        )
        or 0
    )


def _line(row: CatalogueChangeRow, now: datetime) -> CatalogueChangeLine:
    return CatalogueChangeLine(
        id=str(row.id),
        kind=row.kind,
        matter_code=row.matter_code,
        name=row.name,
        regions=row.region_codes,
        effective_from=row.effective_from,
        state=row.state,
        is_in_force=row.state == APPROVED and row.effective_from <= now.astimezone(ZONE).date(),
        document_no=row.document_no,
        definition_key=row.definition_key,
        has_diagram=row.diagram is not None,
        kept_version=row.kept_version,
        definition_version=row.definition_version,
        created_by=row.created_by,
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )


def _finding(item: dict[str, object]) -> Finding:
    facts = item["facts"]
    return Finding(
        severity=str(item["severity"]),
        code=str(item["code"]),
        file=str(item["file"]),
        line=int(str(item["line"])),
        element=str(item["element_id"]),
        name=str(item["name"]),
        facts=facts if isinstance(facts, dict) else {},
    )
