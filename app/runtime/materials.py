"""The materials of the case in hand: what its list asks for, an officer's marks, and what is still missing."""

from collections.abc import Mapping

from app.domain.change_rows.parties import CaseMaterialRow
from app.domain.change_set import MaterialCheck
from app.domain.errors import InvalidInput
from app.domain.materials import NOT_IN_ORDER, missing_materials, require_materials
from app.domain.matter import MaterialRequirement
from app.domain.theme import list_of_materials
from app.runtime.casework import Casework


def requirements_of(work: Casework) -> tuple[MaterialRequirement, ...]:
    """Return the list of materials of the case: of its pinned implementation list, or of its theme."""
    return list_of_materials(work.loaded.offering, work.published.themes, work.case.theme_code)


def mark_materials(work: Casework, marks: Mapping[str, tuple[str, str]]) -> None:
    """Keep an officer's marks. marks: requirement -> (state, remark).

    A mark may stand where nothing was uploaded: the paper was shown at the counter, or it is missing.
    Raises InvalidInput `invalid` with one item `material_unknown` for each requirement the list does not name.
    """
    held = {row.requirement for row in work.loaded.materials}
    unknown = sorted(set(marks) - held - {item.code for item in requirements_of(work)})
    if unknown:
        items = tuple({"pointer": f"/materials/{name}", "code": "material_unknown"} for name in unknown)
        raise InvalidInput("invalid", items=items)
    for requirement, (state, remark) in marks.items():
        if requirement in held:
            work.changes.material_checks.append(_check(work, requirement, state, remark))
        else:
            work.changes.case_materials.append(_row_without_file(work, requirement, state, remark))


def refuse_missing_materials(work: Casework) -> None:
    """Refuse to accept a case whose required materials are not all there, uploaded or shown.

    Raises InvalidInput `material_missing` with one item for each. Source: 行政许可法 art. 32(1)(4): what is missing is
    told once, art. 32(1)(5): accepted when the materials are complete and in legal form.
    """
    states = _states(work)
    require_materials(requirements_of(work), {code for code, state in states.items() if state not in NOT_IN_ORDER})


def names_of_missing(work: Casework) -> list[str]:
    """Return the names of the materials an officer marked missing or wrong, and of those never handed in."""
    names = {item.code: item.name for item in requirements_of(work)}
    states = _states(work)
    marked = [code for code, state in states.items() if state in NOT_IN_ORDER]
    missing = [item.code for item in missing_materials(requirements_of(work), states)]
    return [names.get(code, code) for code in (*marked, *missing)]


def _states(work: Casework) -> dict[str, str]:
    changes = work.changes
    rows: tuple[CaseMaterialRow | MaterialCheck, ...] = (
        *work.loaded.materials,
        *changes.case_materials,
        *changes.material_checks,
    )
    return {row.requirement: row.state for row in rows if row.case_id == work.case.id}


def _check(work: Casework, requirement: str, state: str, remark: str) -> MaterialCheck:
    return MaterialCheck(
        case_id=work.case.id,
        requirement=requirement,
        state=state,
        checked_by=work.actor.staff_id or 0,
        checked_at=work.now,
        remark=remark or None,
    )


def _row_without_file(work: Casework, requirement: str, state: str, remark: str) -> CaseMaterialRow:
    return CaseMaterialRow(
        case_id=work.case.id,
        requirement=requirement,
        material_id=None,
        state=state,
        checked_by=work.actor.staff_id,
        checked_at=work.now,
        remark=remark or None,
    )
