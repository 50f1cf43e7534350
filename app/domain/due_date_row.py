"""One row of a table of time-limit cases (测算表行), read strictly: what cannot be read is refused with its column.

Instants are local, without offset; one that carries an offset is taken at it.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from app.domain.calendar import parse_hours, to_local, to_utc
from app.domain.calendar_layers import NATIONAL
from app.domain.clock_replay import Bounds
from app.domain.counting import NEXT_WORKDAY, CountingRules
from app.domain.due_date_query import AskedSuspension, AskedUpload, DueDateQuery
from app.domain.errors import InvalidInput
from app.domain.limit import LARGEST, TimeLimit
from app.domain.vocabulary import LimitUnit

BUNDLE, BEFORE = "BUNDLE", "BEFORE_"
UNITS = {
    "WD": LimitUnit.WORKING_DAY,
    "CD": LimitUnit.DAY,
    "MONTH": LimitUnit.MONTH,
    "HOUR": LimitUnit.HOUR,
    "WHOUR": LimitUnit.WORKING_HOUR,
    "BEFORE_WD": LimitUnit.WORKING_DAY,
    "BEFORE_CD": LimitUnit.DAY,
    BUNDLE: LimitUnit.WORKING_DAY,
}
POLICIES = ("actual", NEXT_WORKDAY)
DEFAULT_HOURS = "09:00-12:00,13:30-17:30"
EXTENSION_BOUND = re.compile(r"([0-9]{1,4})x([0-9]{1,4})")
T = TypeVar("T")
NUMBER = re.compile(r"-?[0-9]{1,9}")
COUNTY_LAYER = re.compile(r"ES-[0-9A-Z-]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMember:
    """A member of a bundle as a row names it. limit: working days; actual: instant of its finish, aware UTC."""

    code: str
    limit: int
    after: tuple[str, ...]
    suspensions: tuple[AskedSuspension, ...]
    actual: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateRow:
    """The inputs of a row. members and bundle_limit: of a bundle alone."""

    mode: str
    query: DueDateQuery
    members: tuple[AskedMember, ...] = ()
    bundle_limit: int | None = None


def read_row(row: Mapping[str, str], *, layers: Collection[str], grounds: frozenset[str]) -> DueDateRow:
    """Read the input columns of a row; a missing column is blank.

    layers: the calendar layers there are; those of a county or an office may be without days of their own.
    Raises InvalidInput with the column and why: `row_malformed`, `limit_negative`, `hours_malformed`,
    `calendar_layer_unknown`.
    """
    if None in row:
        raise InvalidInput("row_malformed", column="", why="more values than columns")
    mode = _read(row, "mode", lambda text: _one_of(text or "WD", UNITS))
    is_bundle = mode == BUNDLE
    count, days = _read(row, "ext_limit", _extension_bound)
    query = DueDateQuery(
        start=_read(row, "start", _instant),
        limit=TimeLimit(amount=0 if is_bundle else _read(row, "limit", _amount), unit=UNITS[mode]),
        layers=_read(row, "calendar", lambda text: _layers(text, layers)),
        hours=_read(row, "hours", lambda text: parse_hours(text or DEFAULT_HOURS)),
        counting=CountingRules(start_policy=_read(row, "policy", lambda text: _one_of(text or "actual", POLICIES))),
        bounds=Bounds(grounds=grounds, extension_count=count, extension_days=days),
        suspensions=() if is_bundle else _read(row, "suspensions", lambda text: _each(text, _suspension)),
        extensions=() if is_bundle else _read(row, "extensions", lambda text: _each(text, _extension)),
        uploads=_read(row, "uploads", lambda text: _each(text, _upload)),
        asof=_read(row, "query", lambda text: _instant(text) if text else None),
    )
    if not is_bundle:
        return DueDateRow(mode=mode, query=query)
    own = _read(row, "bundle_limit", lambda text: _amount(text) if text else None)
    return DueDateRow(mode=mode, query=query, members=_members(row), bundle_limit=own)


def _read(row: Mapping[str, str], column: str, reader: Callable[[str], T]) -> T:
    try:
        return reader((row.get(column) or "").strip())
    except InvalidInput as refused:
        refused.facts.setdefault("column", column)
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as unreadable:
        raise InvalidInput("row_malformed", column=column, why=str(unreadable)) from unreadable


def _members(row: Mapping[str, str]) -> tuple[AskedMember, ...]:
    limits = _read(row, "limit", lambda text: _named(text, None, _member_limit))
    suspensions = _read(row, "suspensions", lambda text: _named(text, limits, lambda item: _listed(item, _suspension)))
    actual = _read(row, "actual", lambda text: _named(text, limits, lambda item: _instant(item) if item else None))
    return tuple(
        AskedMember(code=code, limit=limit, after=after, suspensions=suspensions.get(code, ()), actual=actual.get(code))
        for code, (limit, after) in limits.items()
    )


def _member_limit(item: Any) -> tuple[int, tuple[str, ...]]:
    limit, after = item
    return _whole(limit), tuple(str(code) for code in after)


def _named(text: str, known: Collection[str] | None, reader: Callable[[Any], T]) -> dict[str, T]:
    """Read a JSON object; its keys must be among `known`, where that is given."""
    found = json.loads(text) if text else {}
    unknown = [key for key in found if known is not None and key not in known]
    if unknown:
        raise ValueError(", ".join(unknown))
    return {key: reader(value) for key, value in found.items()}


def _each(text: str, reader: Callable[[Any], T]) -> tuple[T, ...]:
    return _listed(json.loads(text), reader) if text else ()


def _listed(items: Any, reader: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(items, list):
        raise TypeError(type(items).__name__)
    return tuple(reader(item) for item in items)


def _suspension(item: Any) -> AskedSuspension:
    from_at, to_at, ground = (*item, None, None)[:3]
    if ground is not None and not isinstance(ground, str):
        raise TypeError(str(ground))
    return AskedSuspension(from_at=_instant(from_at), to_at=_instant(to_at) if to_at else None, ground=ground)


def _extension(item: Any) -> tuple[datetime, int]:
    at, days = item
    if not isinstance(days, int) or isinstance(days, bool) or abs(days) > LARGEST:
        raise TypeError(str(days))
    return _instant(at), days


def _upload(item: Any) -> AskedUpload:
    return AskedUpload(
        at=_instant(item["at"]),
        document=str(item.get("doc") or ""),
        off=_listed(item.get("off") or [], date.fromisoformat),
        work=_listed(item.get("work") or [], date.fromisoformat),
        publishes=_listed(item.get("publishes") or [], _whole),
    )


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return to_utc(found if found.tzinfo is None else to_local(found))


def _amount(text: str) -> int:
    if NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return _whole(int(text))


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value > LARGEST:
        raise TypeError(str(value))
    if value < 0:
        raise InvalidInput("limit_negative", text=str(value))
    return value


def _one_of(text: str, known: Collection[str]) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _extension_bound(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    found = EXTENSION_BOUND.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]), int(found[2])


def _layers(text: str, known: Collection[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (text or NATIONAL).split("+"))
    unknown = [name for name in names if name not in known and COUNTY_LAYER.fullmatch(name) is None]
    if unknown:
        raise InvalidInput("calendar_layer_unknown", layer=", ".join(unknown))
    return names
