"""Joint applications before their acceptance, for the departments of their members (待看联办申请)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.authority import COUNTY_DIGITS, PREFECTURE_DIGITS, Person, asked_departments, is_prefecture
from app.domain.calendar import to_local
from app.domain.matter import OfferingVersion
from app.domain.theme import departments_of_members
from app.domain.vocabulary import CaseKind, CaseState, ClockName
from app.storage.catalogue import offerings_of_theme
from app.storage.tables import case_file, correction_request, deadline, instance_state

Row = sa.Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMember:
    """A chosen member the reader looks at."""

    matter_code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JointApplication:
    """A joint application to look at. members: of the reader's departments. due_at: accepted by silence then.

    waiting_count: requests of the reader's departments that wait at the window.
    """

    case_no: str
    name: str
    county: str | None
    received_at: datetime
    due_at: datetime | None
    members: tuple[AskedMember, ...]
    waiting_count: int


def list_joint_applications(connection: sa.Connection, person: Person) -> tuple[JointApplication, ...]:
    """Return what departments of the reader are asked about, the oldest first.

    It comes whole: nothing waits for its acceptance longer than five working days.
    """
    found = list(_asked(connection, person))
    waiting = _waiting(connection, person, [row.id for row, _members in found])
    return tuple(
        JointApplication(
            case_no=row.case_no,
            name=row.name,
            county=row.county,
            received_at=row.received_at,
            due_at=row.due_at,
            members=members,
            waiting_count=waiting.get(row.id, 0),
        )
        for row, members in found
    )


def list_asked_members(connection: sa.Connection, person: Person, case_no: str) -> tuple[AskedMember, ...]:
    """Return the members of one joint application that departments of the reader are asked about now."""
    return next((members for _row, members in _asked(connection, person, case_no)), ())


def find_asked_about(connection: sa.Connection, person: Person, case_no: str) -> frozenset[int]:
    """Return the id of a case a department of the reader is asked about now; empty for any other case."""
    return frozenset(row.id for row, _members in _asked(connection, person, case_no))


def _asked(
    connection: sa.Connection, person: Person, case_no: str = ""
) -> Iterator[tuple[Row, tuple[AskedMember, ...]]]:
    own = asked_departments(person)
    if not own:
        return
    query = _waiting_for_acceptance().where(_places(person))
    if case_no:
        query = query.where(case_file.c.case_no == case_no)
    lists: dict[tuple[object, ...], Mapping[str, OfferingVersion]] = {}
    for row in connection.execute(query).all():
        # A list counts from a day on, so one of each day will do.
        key = (row.theme_code, row.region_code, to_local(row.received_at).date())
        if key not in lists:
            lists[key] = offerings_of_theme(connection, row.theme_code, row.region_code, row.received_at)
        departments = departments_of_members(orjson.loads(row.variables), lists[key])
        members = tuple(
            AskedMember(matter_code=code, name=lists[key][code].name)
            for code, department_id in departments.items()
            if department_id in own
        )
        if members:
            yield row, members


def _waiting_for_acceptance() -> "sa.Select[tuple[object, ...]]":
    columns = case_file.c
    silence = (
        sa.select(sa.func.min(deadline.c.due_at))
        .where(deadline.c.case_id == columns.id, deadline.c.clock == ClockName.NOTICE5)
        .scalar_subquery()
    )
    query: sa.Select[tuple[object, ...]] = (
        sa.select(columns.id, columns.case_no, columns.name, columns.county, columns.region_code, columns.theme_code)
        .add_columns(columns.received_at, instance_state.c.variables, silence.label("due_at"))
        .join(instance_state, instance_state.c.case_id == columns.id)
        .where(
            sa.text("case_file.closed_at IS NULL"),
            columns.kind == CaseKind.THEME,
            columns.state == CaseState.RECEIVED,
        )
        .order_by(columns.received_at, columns.id)
    )
    return query


def _places(person: Person) -> sa.ColumnElement[bool]:
    """Leave out what lies outside the counties of the reader's departments; which members they have is asked after."""
    codes = {place.region_code for place in person.memberships}
    prefectures = sorted({code[:PREFECTURE_DIGITS] for code in codes if is_prefecture(code)})
    counties = sorted({code[:COUNTY_DIGITS] for code in codes if not is_prefecture(code)})
    return sa.or_(case_file.c.prefecture.in_(prefectures), case_file.c.county.in_(counties))


def _waiting(connection: sa.Connection, person: Person, case_ids: list[int]) -> dict[int, int]:
    columns = correction_request.c
    query = (
        sa.select(columns.case_id, sa.func.count().label("waiting_count"))
        .where(
            columns.case_id.in_(case_ids),
            columns.department_id.in_(sorted(asked_departments(person))),
            columns.answer.is_(None),
        )
        .group_by(columns.case_id)
    )
    return {row.case_id: row.waiting_count for row in connection.execute(query)} if case_ids else {}
