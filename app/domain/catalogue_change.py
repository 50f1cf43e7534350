"""A change set of the catalogue (变更包): list version, diagram and document, whole or refused, and what it changes.

Source: processes.md P8; time-limits.md section 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime

from app.domain.calendar import ZONE
from app.domain.errors import InvalidInput, RuleViolation
from app.domain.matter import OfferingVersion

SUBMITTED, APPROVED, REJECTED = "submitted", "approved", "rejected"
# Not part of what a list says: they name it, or stand beside it in the change set.
NOT_COMPARED = ("offering_id", "version", "matter_code", "region_code", "department_id", "effective_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChangeInput:
    """A change set as it is sent in.

    list_source: TOML of a matter. diagram: BPMN; else kept_key and kept_version say which deployed diagram stays.
    document_no: of the source document, which comes as text or as a file. effective_from: first local day.
    """

    list_source: bytes = b""
    diagram: bytes = b""
    kept_key: str = ""
    kept_version: int | None = None
    document_no: str = ""
    document_text: str = ""
    document_name: str = ""
    document: bytes = b""
    effective_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing a list says otherwise than the list in force. field: of the list; old, new: as text, empty for none."""

    field: str
    old: str
    new: str


def refuse_incomplete(change: CatalogueChangeInput) -> None:
    """Raise InvalidInput `change_set_incomplete` with one item for each part that is missing."""
    missing = tuple(_missing(change))
    if missing:
        items = tuple({"pointer": f"/{name}", "code": "part_missing"} for name in missing)
        raise InvalidInput("change_set_incomplete", items=items, missing=", ".join(missing))


def refuse_late(effective_from: date, *, now: datetime) -> None:
    """Raise RuleViolation `change_set_late` unless the day still lies ahead.

    It begins at midnight; a case received since then has pinned the list in force already (K24).
    """
    if effective_from <= now.astimezone(ZONE).date():
        raise RuleViolation("change_set_late", effective_from=effective_from.isoformat())


def differences_between(old: OfferingVersion | None, new: OfferingVersion) -> tuple[Difference, ...]:
    """Return what `new` says otherwise than the list in force; everything it says when there is none."""
    found = []
    for name in (item.name for item in fields(OfferingVersion) if item.name not in NOT_COMPARED):
        before, after = text_of(getattr(old, name)) if old else "", text_of(getattr(new, name))
        if before != after:
            found.append(Difference(field=name, old=before, new=after))
    return tuple(found)


def text_of(value: object) -> str:
    """Return a value of a list as text: rows by line, their fields by name."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(text_of(item) for item in value)
    if is_dataclass(value):
        said = ((item.name, getattr(value, item.name), item.default) for item in fields(value))
        return ", ".join(f"{name}={_plain(found)}" for name, found, usual in said if found != usual)
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "/".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _missing(change: CatalogueChangeInput) -> Iterator[str]:
    if not change.list_source.strip():
        yield "list"
    if not change.diagram and not (change.kept_key and change.kept_version):
        yield "diagram"
    if not change.document_no.strip():
        yield "document_no"
    if not change.document and not change.document_text.strip():
        yield "document"
    if change.effective_from is None:
        yield "effective_from"
