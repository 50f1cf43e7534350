"""The catalogue (事项库) as applicants and programs see it: the matters offered in a county."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.errors import NotFound
from app.domain.matter import IN_USE, OfferingVersion, closed_code, closed_since
from app.storage.catalogue import list_offerings, list_regions, offering_in_force

DEMO_COUNTY = "422801"
HIDDEN_PREFIX = "bench-"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLine:
    """One line of the catalogue."""

    code: str
    name: str
    department_code: str
    item_type: str
    case_type: str
    promised_limit: str
    statutory_limit: str
    region_code: str
    is_demo: bool


def list_matters(
    connection: sa.Connection, *, region_code: str, at: datetime, text: str = "", department: str = ""
) -> tuple[MatterLine, ...]:
    """Return the matters offered in a county, by name; `text` searches names and codes."""
    lines = [
        MatterLine(
            code=offering.matter_code,
            name=offering.name,
            department_code=offering.department_code,
            item_type=offering.item_type,
            case_type=offering.case_type,
            promised_limit=offering.promised_limit,
            statutory_limit=offering.statutory_limit,
            region_code=offering.region_code,
            is_demo=offering.is_demo,
        )
        for offering in list_offerings(connection, region_code, at)
        if not offering.matter_code.startswith(HIDDEN_PREFIX)
        and (not text or text in offering.name or text in offering.matter_code)
        and (not department or offering.department_code == department)
    ]
    return tuple(sorted(lines, key=lambda line: line.code))


def get_matter(connection: sa.Connection, code: str, *, region_code: str, at: datetime) -> OfferingVersion:
    """Return the implementation list in force. Raises NotFound `matter_not_offered`, `matter_paused`, `matter_cancelled`."""
    offering = offering_in_force(connection, code, region_code, at, is_offered=False)
    if offering is not None and offering.item_state != IN_USE:
        raise NotFound(closed_code(offering), matter=offering.name, region=region_code, since=closed_since(offering))
    if offering is None:
        raise NotFound("matter_not_offered", matter=code, region=region_code)
    return offering


def list_counties(connection: sa.Connection) -> tuple[tuple[str, str, str], ...]:
    """Return the counties as (code, Chinese name, English name)."""
    return tuple((row.code, row.name_zh, row.name_en) for row in list_regions(connection) if row.level == "4")
