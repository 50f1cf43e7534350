"""Facts around cases that pages of officers show: names, regions, papers of the catalogue, limits of many cases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.authority import Person, Scope
from app.domain.matter import EXTERNAL, OfferingVersion
from app.domain.theme import guided_members
from app.domain.vocabulary import DeadlineState, LedgerKind
from app.queries.scoping import case_scope
from app.storage.catalogue import offerings_in_force
from app.storage.offering_doc import read_offering
from app.storage.tables import (
    account,
    case_file,
    case_material,
    clock_entry,
    deadline,
    instance_state,
    offering_version,
    region,
    service_matter,
    staff,
    staff_membership,
    user_task,
    work_group,
)

GOVERNING = ("promised", "bundle_promised")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionName:
    """A region with its name in both languages."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        """Return the name in a language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseExtras:
    """What the case row and its variables add to a case page.

    offering: None for a joint case. form: answers of the application. chosen_members: codes the guidance chose.
    """

    intake_mode: str
    county: str | None
    intake_department_id: int
    offering: OfferingVersion | None
    form: Mapping[str, object]
    chosen_members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLimit:
    """The promised limit of a case. unit: code of `LimitUnit`. pauses: how often the clock stood still."""

    amount: int
    unit: str
    pauses: int


def staff_names(connection: sa.Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the names of officers by staff id; unknown ids are absent."""
    if not ids:
        return {}
    rows = connection.execute(sa.select(staff.c.id, staff.c.name).where(staff.c.id.in_(sorted(ids))))
    return {int(row.id): row.name for row in rows}


def list_region_names(connection: sa.Connection) -> dict[str, RegionName]:
    """Return every region by code."""
    rows = connection.execute(sa.select(region).order_by(region.c.code)).all()
    return {row.code: RegionName(code=row.code, zh=row.name_zh, en=row.name_en) for row in rows}


def list_counties(connection: sa.Connection, scope: Scope) -> tuple[RegionName, ...]:
    """Return the counties a reader may choose from: those of their scope, by code."""
    rows = connection.execute(
        sa.select(case_file.c.county).where(case_file.c.county.is_not(None), *case_scope(scope)).distinct()
    ).all()
    names = list_region_names(connection)
    codes = sorted(str(row.county) for row in rows)
    return tuple(names.get(code, RegionName(code=code, zh=code, en=code)) for code in codes)


def list_open_matters(connection: sa.Connection, person: Person) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the matters that have open tasks in the departments of a person."""
    columns = user_task.c
    rows = connection.execute(
        sa.select(columns.matter_code, service_matter.c.name)
        .outerjoin(service_matter, service_matter.c.matter_code == columns.matter_code)
        .where(sa.text("user_task.state < 2"), columns.department_id.in_(sorted(person.department_ids)))
        .distinct()
        .order_by(columns.matter_code)
    ).all()
    return tuple((row.matter_code, row.name or row.matter_code) for row in rows if row.matter_code)


def external_matters(
    connection: sa.Connection, codes: Collection[str], *, region_code: str, at: datetime
) -> frozenset[str]:
    """Return which of some matters other bodies decide (外部办理) in a region, by the lists in force at an instant."""
    if not codes:
        return frozenset()
    offerings = offerings_in_force(connection, sorted(codes), region_code, at)
    return frozenset(code for code, offering in offerings.items() if offering.handled_by == EXTERNAL)


def list_receivers(
    connection: sa.Connection, task_id: int, *, besides: int | None, now: datetime
) -> tuple[tuple[int, str], ...]:
    """Return (staff id, name) of those a task may be handed to: active members of its group, without `besides`."""
    place = staff_membership.c
    rows = connection.execute(
        sa.select(staff.c.id, staff.c.name)
        .join(staff_membership, place.staff_id == staff.c.id)
        .join(work_group, work_group.c.id == place.group_id)
        .join(user_task, user_task.c.group_id == work_group.c.id)
        .join(account, account.c.id == staff.c.account_id)
        .where(
            user_task.c.id == task_id,
            account.c.active,
            place.valid_from <= now,
            sa.or_(place.valid_to.is_(None), place.valid_to > now),
        )
        .distinct()
        .order_by(staff.c.name, staff.c.id)
    ).all()
    return tuple((int(row.id), row.name) for row in rows if row.id != besides)


def get_case_extras(connection: sa.Connection, case_id: int) -> CaseExtras:
    """Return what else a page shows of a case that exists."""
    row = connection.execute(
        sa.select(
            case_file.c.intake_mode,
            case_file.c.county,
            case_file.c.intake_department_id,
            case_file.c.offering_id,
            case_file.c.offering_version,
            offering_version.c.doc,
            instance_state.c.variables,
        )
        .outerjoin(instance_state, instance_state.c.case_id == case_file.c.id)
        .outerjoin(
            offering_version,
            sa.and_(
                offering_version.c.offering_id == case_file.c.offering_id,
                offering_version.c.version == case_file.c.offering_version,
            ),
        )
        .where(case_file.c.id == case_id)
    ).one()
    variables = orjson.loads(row.variables) if row.variables else {}
    return CaseExtras(
        intake_mode=row.intake_mode,
        county=row.county,
        intake_department_id=row.intake_department_id,
        offering=read_offering(row.offering_id, row.offering_version, row.doc) if row.doc else None,
        form=variables.get("form") or {},
        chosen_members=guided_members(variables, ()),
    )


def list_limits(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, RunningLimit]:
    """Return the promised limit of several cases by case id; cases whose promise does not run yet are absent."""
    if not case_ids:
        return {}
    entries = connection.execute(
        sa.select(clock_entry.c.case_id, clock_entry.c.clock, clock_entry.c.kind, clock_entry.c.facts)
        .where(
            clock_entry.c.case_id.in_(sorted(case_ids)),
            clock_entry.c.kind.in_((LedgerKind.START.value, LedgerKind.SUSPEND.value)),
        )
        .order_by(clock_entry.c.case_id, clock_entry.c.seq)
    ).all()
    started: dict[int, tuple[int, str]] = {}
    pauses: dict[int, int] = {}
    for entry in entries:
        if entry.kind == LedgerKind.SUSPEND:
            pauses[entry.case_id] = pauses.get(entry.case_id, 0) + 1
        elif entry.clock in GOVERNING:
            facts = orjson.loads(entry.facts)
            started[entry.case_id] = (int(facts.get("limit_amount") or 0), str(facts.get("limit_unit") or "WD"))
    return {
        case_id: RunningLimit(amount=amount, unit=unit, pauses=pauses.get(case_id, 0))
        for case_id, (amount, unit) in started.items()
    }


def find_material_id(connection: sa.Connection, case_id: int, requirement: str) -> int | None:
    """Return the id of the file handed in for a requirement of a case; None when there is none."""
    found = connection.scalar(
        sa.select(case_material.c.material_id).where(
            case_material.c.case_id == case_id, case_material.c.requirement == requirement
        )
    )
    return int(found) if found is not None else None


def count_dead(connection: sa.Connection, scope: Scope) -> int:
    """Return how many deadlines of open cases in scope were given up after repeated failures."""
    query = (
        sa.select(sa.func.count())
        .select_from(deadline)
        .join(case_file, case_file.c.id == deadline.c.case_id)
        .where(sa.text("case_file.closed_at IS NULL"), deadline.c.state == int(DeadlineState.DEAD), *case_scope(scope))
    )
    return int(connection.scalar(query) or 0)
