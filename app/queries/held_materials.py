"""Files a person handed in before (已有材料), offered again so that nothing is asked for twice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.storage.tables import case_material, material

MOST_OFFERED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A stored file of the person who asks."""

    id: str
    name: str
    trust: str


def list_held_files(
    connection: sa.Connection, *, account_id: int, requirements: Collection[str], today: date
) -> dict[str, tuple[HeldFile, ...]]:
    """Return the files an account handed in for each requirement, newest first, at most three each; none that expired."""
    rows = connection.execute(
        sa.select(case_material.c.requirement, material.c.id, material.c.name, material.c.trust)
        .join(material, material.c.id == case_material.c.material_id)
        .where(
            material.c.owner_account_id == account_id,
            case_material.c.requirement.in_(sorted(requirements)),
            sa.or_(material.c.valid_to_on.is_(None), material.c.valid_to_on >= today),
        )
        .distinct()
        .order_by(material.c.id.desc())
    ).all()
    found: dict[str, tuple[HeldFile, ...]] = {}
    for row in rows:
        held = found.get(row.requirement, ())
        if len(held) < MOST_OFFERED:
            found[row.requirement] = (*held, HeldFile(id=str(row.id), name=row.name, trust=row.trust))
    return found


def find_own_files(connection: sa.Connection, *, account_id: int, ids: Collection[int]) -> dict[int, HeldFile]:
    """Return the files among `ids` that an account owns, by id; all others are absent."""
    rows = connection.execute(
        sa.select(material.c.id, material.c.name, material.c.trust).where(
            material.c.owner_account_id == account_id, material.c.id.in_(sorted(ids))
        )
    ).all()
    return {int(row.id): HeldFile(id=str(row.id), name=row.name, trust=row.trust) for row in rows}
