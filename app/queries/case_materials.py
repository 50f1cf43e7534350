"""The materials (申请材料) of one case: what was handed in or shown, and what is still missing."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.domain.materials import NOT_IN_ORDER, missing_materials
from app.domain.matter import MaterialRequirement
from app.domain.theme import ThemeVersion
from app.domain.vocabulary import CaseKind
from app.storage.offering_doc import read_offering
from app.storage.tables import case_file, case_material, material, offering_version


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
    row = connection.execute(
        sa.select(
            case_file.c.kind,
            case_file.c.accepted_at,
            case_file.c.theme_code,
            case_file.c.offering_id,
            case_file.c.offering_version,
            offering_version.c.doc,
        )
        .outerjoin(
            offering_version,
            sa.and_(
                offering_version.c.offering_id == case_file.c.offering_id,
                offering_version.c.version == case_file.c.offering_version,
            ),
        )
        .where(case_file.c.id == case_id)
    ).one()
    if row.accepted_at is not None or row.kind == CaseKind.MEMBER:
        return ()
    if row.doc:
        return read_offering(row.offering_id, row.offering_version, row.doc).materials
    theme = themes.get(row.theme_code or "")
    return theme.materials if theme else ()
