"""Check the shape of the files of a theme: keys that are known, none missing, each with a value of its type."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields

from app.catalogue.files import RuleFile, fault
from app.domain.diagram import Finding
from app.domain.matter import MaterialRequirement

OPTION_PARTS = (2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What a table of a file may hold: name -> type; names that must stand there; rows: tables below it."""

    types: Mapping[str, type]
    required: tuple[str, ...] = ()
    rows: Mapping[str, "_Table"]


_QUESTION = _Table(
    types={"key": str, "label": str, "label_en": str, "values": list}, required=("key", "label", "values"), rows={}
)
_MEMBER = _Table(types={"code": str, "name": str, "is_optional": bool, "when": str}, required=("code",), rows={})
_MATERIAL = _Table(
    types={
        item.name: {"bool": bool, "int": int, "str": str}.get(str(getattr(item.type, "__name__", item.type)), list)
        for item in fields(MaterialRequirement)
    },
    required=tuple(item.name for item in fields(MaterialRequirement) if item.default is MISSING),
    rows={},
)
_LIMITS = {"promised_limit": str, "statutory_limit": str}
THEME = _Table(
    types={"code": str, "name": str, "name_en": str, "lead_department": str, "regions": list, **_LIMITS},
    required=("code", "name", "lead_department", "regions", "member"),
    rows={"question": _QUESTION, "member": _MEMBER, "material": _MATERIAL},
)
OVERLAY = _Table(
    types={"lead_department": str, "place": str, "place_en": str, **_LIMITS},
    rows={
        "member": _Table(
            types={"code": str, "is_offered": bool, "reason": str, "reason_en": str, "department": str, **_LIMITS},
            required=("code",),
            rows={},
        )
    },
)


def check_shape(file: RuleFile, table: _Table) -> Iterator[Finding]:
    """Yield a fault for every key nobody knows (`theme-key`), that is missing (`theme-field`) or has another type."""
    yield from _check(file, file.fields, table, "", "")


def _check(file: RuleFile, found: Mapping[str, object], table: _Table, pointer: str, prefix: str) -> Iterator[Finding]:
    known = sorted({*table.types, *table.rows})
    for name, value in found.items():
        at = f"{pointer}/{name}"
        if name in table.rows:
            yield from _check_rows(file, value, table.rows[name], at, name)
        elif name not in table.types:
            yield fault("theme-key", file, at=at, name=f"{prefix}{name}", known=", ".join(known))
        elif not _is_right(name, value, table.types[name]):
            yield fault("theme-type", file, at=at, name=f"{prefix}{name}")
    for name in table.required:
        if name not in found:
            yield fault("theme-field", file, at=pointer, name=f"{prefix}{name}")


def _check_rows(file: RuleFile, rows: object, table: _Table, pointer: str, name: str) -> Iterator[Finding]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield fault("theme-type", file, at=pointer, name=name)
        return
    for number, row in enumerate(rows):
        yield from _check(file, row, table, f"{pointer}/{number}", f"{name}.")


def _is_right(name: str, value: object, expected: type) -> bool:
    if type(value) is not expected:
        return False
    if name == "values":
        return all(isinstance(row, list) and len(row) in OPTION_PARTS and _are_texts(row) for row in _items(value))
    return expected is not list or _are_texts(value)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _are_texts(value: object) -> bool:
    return all(isinstance(item, str) for item in _items(value))
