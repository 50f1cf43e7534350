"""The materials (申请材料) of one case: what was handed in or shown, and what is still missing."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.domain.materials import NOT_IN_ORDER, missing_materials
from app.domain.matter import MaterialRequirement
from app.domain.theme import ThemeVersion, list_of_materials
from app.domain.vocabulary import CaseKind
from app.storage.catalogue import get_offering_version
from app.storage.tables import case_file, case_material, material


def list_materials(connection: sa.Connection, case_id: int) -> tuple[dict[str, object], ...]:
    """Return the materials of a case with the officer's marks; what was shown at the counter has no file."""
    rows = connection.execute(
        sa.select(case_material, material.c.name, material.c.mime, material.c.size, material.c.trust)
        .outerjoin(material, material.c.id == case_material.c.material_id)
        .where(case_material.c.case_id == case_id)
        .order_by(case_material.c.requirement)
    ).all()
    return tuple(
        {
            "requirement": row.requirement,
            "material_id": None if row.material_id is None else str(row.material_id),
            "name": row.name,
            "mime": row.mime,
            "size_bytes": row.size,
            "trust": row.trust,
            "state": row.state,
            "remark": row.remark,
            "checked_by": None if row.checked_by is None else str(row.checked_by),
            "checked_at": row.checked_at,
        }
        for row in rows
    )


def list_missing_materials(
    connection: sa.Connection, themes: Mapping[str, ThemeVersion], case_id: int
) -> tuple[MaterialRequirement, ...]:
    """Return the required materials without which a case cannot be accepted; none once it is, or for a member case."""
    states = connection.execute(
        sa.select(case_material.c.requirement, case_material.c.state).where(case_material.c.case_id == case_id)
    ).all()
    in_order = {row.requirement for row in states if row.state not in NOT_IN_ORDER}
    return missing_materials(_requirements(connection, themes, case_id), in_order)


def _requirements(
    connection: sa.Connection, themes: Mapping[str, ThemeVersion], case_id: int
) -> tuple[MaterialRequirement, ...]:
    columns = case_file.c
    row = connection.execute(
        sa.select(
            columns.kind, columns.accepted_at, columns.theme_code, columns.offering_id, columns.offering_version
        ).where(columns.id == case_id)
    ).one()
    if row.accepted_at is not None or row.kind == CaseKind.MEMBER:
        return ()
    offering = get_offering_version(connection, row.offering_id, row.offering_version) if row.offering_id else None
    return list_of_materials(offering, themes, row.theme_code)
