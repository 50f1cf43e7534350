"""Materials (申请材料): what a case needs, what was handed in, and what a file really is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.domain.errors import InvalidInput
from app.domain.matter import MaterialRequirement

# How a file of each kind begins. The name and the type the sender states are not believed.
_BEGINNINGS = (
    ("pdf", b"%PDF-"),
    ("jpg", b"\xff\xd8\xff"),
    ("png", b"\x89PNG\r\n\x1a\n"),
)
MEDIA_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_SAME_KIND = {"jpeg": "jpg"}
# States in which a material counts as not there; one that expired is told by name.
EXPIRED = "expired"
NOT_IN_ORDER = ("missing", "wrong", EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedInMaterial:
    """A stored file offered for a requirement. kind: pdf, jpg or png, as its bytes say. trust: A (best) to D."""

    requirement: str
    kind: str
    size_bytes: int
    trust: str = "C"


def detect_kind(content: bytes) -> str | None:
    """Return pdf, jpg or png by the first bytes of a file; None for anything else."""
    return next((kind for kind, beginning in _BEGINNINGS if content.startswith(beginning)), None)


def detect_type(content: bytes) -> str | None:
    """Return the media type of a file by its first bytes; None for a kind that is not taken."""
    kind = detect_kind(content)
    return MEDIA_TYPES[kind] if kind else None


def missing_materials(
    requirements: Iterable[MaterialRequirement], handed_in: Collection[str]
) -> tuple[MaterialRequirement, ...]:
    """Return the required rows nothing was handed in for, in the order of the list. handed_in: requirement codes.

    Source: 行政许可法 art. 32(1)4: all that is missing is told once.
    """
    return tuple(item for item in requirements if item.is_required and item.code not in handed_in)


def require_materials(requirements: Iterable[MaterialRequirement], handed_in: Collection[str]) -> None:
    """Raise InvalidInput `material_missing`, one item for each required row nothing was handed in for."""
    missing = missing_materials(requirements, handed_in)
    if missing:
        items = tuple(
            {
                "pointer": f"/materials/{item.code}",
                "code": "material_missing",
                "requirement": item.code,
                "name": item.name,
            }
            for item in missing
        )
        raise InvalidInput("material_missing", items=items, names=", ".join(item.name for item in missing))


def accept_material(requirement: MaterialRequirement, *, content: bytes, name: str) -> str:
    """Check a file against its requirement and return its kind.

    Raises InvalidInput `material_empty`, `material_too_large` (facts: most_bytes, size_bytes) or `material_type`
    (facts: formats): the kind is read from the bytes, so a renamed file is found out.
    """
    kind = detect_kind(content)
    _check(requirement, kind=kind or "", size_bytes=len(content), name=name)
    return kind or ""


def check_handed_in(requirements: Iterable[MaterialRequirement], offered: Iterable[HandedInMaterial]) -> None:
    """Check stored files against the list.

    Raises InvalidInput `invalid` with one item per fault: `material_unknown`, `material_empty`, `material_too_large`,
    `material_type`, `material_trust` (less trusted than the row asks).
    """
    rows = {item.code: item for item in requirements}
    faults = []
    for place, material in enumerate(offered):
        pointer = f"/materials/{place}"
        row = rows.get(material.requirement)
        if row is None:
            faults.append({"pointer": pointer, "code": "material_unknown", "requirement": material.requirement})
            continue
        code = _fault_code(row, kind=material.kind, size_bytes=material.size_bytes)
        if not code and material.trust > row.trust:
            code = "material_trust"
        if code:
            faults.append({"pointer": pointer, "code": code, "requirement": row.code, "name": row.name})
    if faults:
        raise InvalidInput("invalid", items=tuple(faults), count=len(faults))


def merge_requirements(lists: Iterable[Iterable[MaterialRequirement]]) -> tuple[MaterialRequirement, ...]:
    """Merge the lists of several matters: one row a code, required when one list requires it, asked for once.

    The stricter of two rows counts: more copies, better trust, fewer formats, smaller files. Formats no two lists share
    leave those of the first.
    """
    merged: dict[str, MaterialRequirement] = {}
    for row in (row for rows in lists for row in rows):
        known = merged.get(row.code)
        merged[row.code] = row if known is None else _stricter(known, row)
    return tuple(merged.values())


def _stricter(first: MaterialRequirement, second: MaterialRequirement) -> MaterialRequirement:
    shared = tuple(name for name in first.formats if name in second.formats)
    return MaterialRequirement(
        code=first.code,
        name=first.name,
        is_required=first.is_required or second.is_required,
        copies=max(first.copies, second.copies),
        trust=min(first.trust, second.trust),
        formats=shared or first.formats,
        max_bytes=min(first.max_bytes, second.max_bytes),
        note=first.note or second.note,
    )


def _check(requirement: MaterialRequirement, *, kind: str, size_bytes: int, name: str) -> None:
    code = _fault_code(requirement, kind=kind, size_bytes=size_bytes)
    if code:
        raise InvalidInput(
            code,
            name=name,
            requirement=requirement.code,
            most_bytes=requirement.max_bytes,
            size_bytes=size_bytes,
            formats=", ".join(requirement.formats),
        )


def _fault_code(requirement: MaterialRequirement, *, kind: str, size_bytes: int) -> str:
    if size_bytes == 0:
        return "material_empty"
    if size_bytes > requirement.max_bytes:
        return "material_too_large"
    formats = {_SAME_KIND.get(name, name) for name in requirement.formats}
    return "" if kind in formats else "material_type"
