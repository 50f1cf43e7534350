"""The materials (申请材料) of one case: what was handed in, shown or held by the register, and what is still missing."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.domain.evidence import ACCEPTED, trust_of
from app.domain.materials import NOT_IN_ORDER, missing_materials
from app.domain.matter import MaterialRequirement
from app.domain.theme import ThemeVersion, list_of_materials
from app.domain.vocabulary import CaseKind
from app.storage.catalogue import get_offering_version
from app.storage.tables import case_file, case_material, certificate, department, material

held = case_material.alias("held")
elsewhere = case_material.alias("elsewhere")
seen_in = case_file.alias("seen_in")


def list_materials(
    connection: sa.Connection, themes: Mapping[str, ThemeVersion], case_id: int
) -> tuple[dict[str, object], ...]:
    """Return the materials of a case with the officer's marks; what was shown at the counter has no file.

    trust: of what is there, A to D. seen_by, seen_at: the department that accepted the same file in whatever case, or
    the same material in another member of the joint case, so that nobody shows it twice.
    """
    rows = connection.execute(
        sa.select(
            case_material,
            *(material.c[name] for name in ("name", "mime", "size", "trust", "valid_to_on")),
            certificate.c.certificate_no,
            certificate.c.name.label("certificate_name"),
            certificate.c.valid_to_on.label("certificate_to_on"),
        )
        .outerjoin(material, material.c.id == case_material.c.material_id)
        .outerjoin(certificate, certificate.c.id == case_material.c.certificate_id)
        .where(case_material.c.case_id == case_id)
        .order_by(case_material.c.requirement)
    ).all()
    asked = {item.code: item.trust for item in _requirements(connection, themes, _case(connection, case_id))}
    seen = _seen_elsewhere(connection, case_id)
    return tuple(_view(row, asked.get(row.requirement, ""), seen.get(row.requirement)) for row in rows)


def list_missing_materials(
    connection: sa.Connection, themes: Mapping[str, ThemeVersion], case_id: int
) -> tuple[MaterialRequirement, ...]:
    """Return the required materials without which a case cannot be accepted; none once it is, or for a member case."""
    states = connection.execute(
        sa.select(case_material.c.requirement, case_material.c.state).where(case_material.c.case_id == case_id)
    ).all()
    in_order = {row.requirement for row in states if row.state not in NOT_IN_ORDER}
    case = _case(connection, case_id)
    if case.accepted_at is not None or case.kind == CaseKind.MEMBER:
        return ()
    return missing_materials(_requirements(connection, themes, case), in_order)


def _view(row: sa.Row[Any], asked: str, seen: sa.Row[Any] | None) -> dict[str, object]:
    trust = trust_of(
        has_certificate=row.certificate_id is not None,
        state=row.state,
        is_checked=row.checked_at is not None,
        stored=row.trust,
        asked=asked,
    )
    valid_to_on = row.certificate_to_on if row.certificate_id is not None else row.valid_to_on
    return {
        "requirement": row.requirement,
        "material_id": None if row.material_id is None else str(row.material_id),
        "certificate_no": row.certificate_no,
        "name": row.name or row.certificate_name,
        "mime": row.mime,
        "size_bytes": row.size,
        "trust": trust.value if trust else None,
        "valid_to_on": valid_to_on,
        "state": row.state,
        "remark": row.remark,
        "checked_by": None if row.checked_by is None else str(row.checked_by),
        "checked_at": row.checked_at,
        "seen_by": seen.department if seen else None,
        "seen_at": seen.checked_at if seen else None,
    }


def _seen_elsewhere(connection: sa.Connection, case_id: int) -> dict[str, sa.Row[Any]]:
    """Return, by requirement, who was the last to accept the same file or, in a joint case, the same material."""
    own = sa.select(sa.func.coalesce(case_file.c.parent_case_id, case_file.c.id)).where(case_file.c.id == case_id)
    parent = own.scalar_subquery()
    same_file = elsewhere.c.material_id == held.c.material_id
    same_material = elsewhere.c.requirement == held.c.requirement
    found = sa.union_all(
        _seen(case_id, same_file),
        _seen(case_id, same_material, seen_in.c.id == parent),
        _seen(case_id, same_material, seen_in.c.parent_case_id == parent),
    )
    rows = connection.execute(found).all()
    return {row.requirement: row for row in sorted(rows, key=lambda row: row.checked_at)}


def _seen(case_id: int, same: sa.ColumnElement[bool], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """What is marked up to the acceptance is marked at the window, what is marked later by the department in charge."""
    is_at_window = sa.or_(seen_in.c.accepted_at.is_(None), elsewhere.c.checked_at <= seen_in.c.accepted_at)
    office = sa.case((is_at_window, seen_in.c.intake_department_id), else_=seen_in.c.department_id)
    return (
        sa.select(held.c.requirement, elsewhere.c.checked_at, department.c.name_zh.label("department"))
        .join(elsewhere, same)
        .join(seen_in, seen_in.c.id == elsewhere.c.case_id)
        .join(department, department.c.id == office)
        .where(
            held.c.case_id == case_id,
            elsewhere.c.case_id != case_id,
            elsewhere.c.state == ACCEPTED,
            elsewhere.c.checked_at.is_not(None),
            *where,
        )
    )


def _case(connection: sa.Connection, case_id: int) -> sa.Row[Any]:
    names = ("kind", "accepted_at", "theme_code", "offering_id", "offering_version")
    return connection.execute(sa.select(*(case_file.c[name] for name in names)).where(case_file.c.id == case_id)).one()


def _requirements(
    connection: sa.Connection, themes: Mapping[str, ThemeVersion], case: sa.Row[Any]
) -> tuple[MaterialRequirement, ...]:
    offering = get_offering_version(connection, case.offering_id, case.offering_version) if case.offering_id else None
    return list_of_materials(offering, themes, case.theme_code)
