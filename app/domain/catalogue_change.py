"""A change set of the catalogue (变更包): list version, diagram and document, whole or refused, and what it changes.

Source: processes.md P8; time-limits.md section 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from app.domain.authority import PREFECTURE_DIGITS, is_prefecture
from app.domain.calendar import ZONE
from app.domain.errors import InvalidInput, RuleViolation
from app.domain.matter import CANCELLED, IN_USE, PAUSED, OfferingVersion

SUBMITTED, APPROVED, REJECTED = "submitted", "approved", "rejected"
# Not part of what a list says: they name it, or stand beside it in the change set.
NOT_COMPARED = ("offering_id", "version", "matter_code", "region_code", "department_id", "effective_from")


class ChangeKind(StrEnum):
    """What a change set does to a matter (新增、调整、暂停、取消、下放). Source: processes.md P8, change control."""

    NEW = "new"
    CHANGE = "change"
    PAUSE = "pause"
    CANCEL = "cancel"
    DEVOLVE = "devolve"


# Which lists a kind that brings none of its own may end, and how they are afterwards.
ENDED = {ChangeKind.PAUSE: (frozenset({IN_USE}), PAUSED), ChangeKind.CANCEL: (frozenset({IN_USE, PAUSED}), CANCELLED)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChangeInput:
    """A change set as it is sent in.

    kind: of ChangeKind, or empty: then a list is new or a change by whether the matter is offered. matter_code, regions:
    of the matter to be paused or cancelled, whose list and diagram stay as they are. list_source: TOML of a matter.
    diagram: BPMN; else kept_key and kept_version say which deployed diagram stays. document_no: of the source document,
    which comes as text or as a file. effective_from: first local day.
    """

    kind: str = ""
    matter_code: str = ""
    regions: tuple[str, ...] = ()
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
    """Raise InvalidInput `change_set_incomplete` with one item for each part that is missing.

    Raises InvalidInput `invalid` for an unknown kind, and for a list or diagram where the kind takes none.
    """
    if change.kind not in {"", *ChangeKind}:
        raise InvalidInput("invalid", items=({"pointer": "/kind", "code": "option_unknown"},))
    if change.kind in ENDED:
        parts = (("list", change.list_source), ("diagram", change.diagram))
        needless = tuple({"pointer": f"/{name}", "code": "part_needless"} for name, content in parts if content)
        if needless:
            raise InvalidInput("invalid", items=needless, count=len(needless))
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


def kind_of_list(asked: str, known: Sequence[OfferingVersion | None]) -> ChangeKind:
    """Return the kind of a change set that brings a list. known: the lists of its regions on its day, None for none.

    Raises RuleViolation `change_set_kind` when it was sent in as new and is offered already, or as a change of nothing.
    """
    if asked == ChangeKind.DEVOLVE:
        return ChangeKind.DEVOLVE
    is_known = any(offering is not None and offering.item_state != CANCELLED for offering in known)
    found = ChangeKind.CHANGE if is_known else ChangeKind.NEW
    if asked and asked != found:
        raise RuleViolation("change_set_kind", kind=found.value)
    return found


def devolved(offering: OfferingVersion | None, regions: Sequence[str], *, on: date) -> OfferingVersion:
    """Return the list of a prefecture that gives its matter down to counties (下放), as it is from the day on.

    offering: of the prefecture on that day. regions: those of the list that takes over the same second.
    Raises RuleViolation `change_set_devolve` when the prefecture does not offer the matter itself, or a region is none
    below it.
    """
    above = offering.region_code if offering else ""
    if offering is None or offering.item_state != IN_USE or not is_prefecture(above) or not _all_below(above, regions):
        raise RuleViolation("change_set_devolve", regions=", ".join(regions))
    return replace(offering, effective_from=on, item_state=CANCELLED)


def prefecture_of(region_code: str) -> str:
    """Return the code of the prefecture a region lies in."""
    return f"{region_code[:PREFECTURE_DIGITS]}00"


def _all_below(above: str, regions: Sequence[str]) -> bool:
    return all(not is_prefecture(code) and prefecture_of(code) == prefecture_of(above) for code in regions)


def ended(offering: OfferingVersion | None, kind: ChangeKind, *, region_code: str, on: date) -> OfferingVersion:
    """Return a list as a change set leaves it from a day on: it takes in no case any more, and says all else it said.

    offering: in force on that day; of a region above, where this one has none of its own. Raises RuleViolation
    `change_set_not_offered` where there is nothing to end.
    """
    may_end, state = ENDED[kind]
    if offering is None or offering.item_state not in may_end:
        raise RuleViolation("change_set_not_offered", region=region_code, on=on.isoformat())
    return replace(offering, region_code=region_code, effective_from=on, item_state=state)


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
    if change.kind in ENDED:
        if not change.matter_code:
            yield "matter_code"
        if not change.regions:
            yield "regions"
    else:
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
