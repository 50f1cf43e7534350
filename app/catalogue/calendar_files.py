"""Read an uploaded calendar file: TOML as in `rules/calendars/`, or CSV with a heading `date,kind[,reason]`."""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from app.domain.calendar_upload import OFF, WORK, Fault, LayerUpload, NamedDay
from app.domain.errors import InvalidInput
from app.domain.office_hours import OfficeHours, parse_hours

CSV, TOML = "csv", "toml"
MOST_BYTES = 256 * 1024
MOST_ROWS = 2_000
TABLE = re.compile(r"^\s*\[\[\s*(day|hours)\s*\]\]", re.MULTILINE)


def read_calendar_file(source: bytes, *, kind: str, layer: str, document: str = "", year: int = 0) -> LayerUpload:
    """Return what a file says about a layer; what cannot be read is a fault with its line, and all of them are there.

    kind: csv or toml. document, year: as entered; a TOML file may name its document itself.
    """
    if len(source) > MOST_BYTES:
        return _unreadable(layer, document, year, f"> {MOST_BYTES // 1024} KiB")
    try:
        text = source.decode("utf-8-sig")
        if kind == TOML:
            return _read_toml(text, layer, document, year)
        if kind == CSV:
            return _read_csv(text, layer, document, year)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as unreadable:
        return _unreadable(layer, document, year, str(unreadable))
    return _unreadable(layer, document, year, kind)


def read_calendar_days(
    days: Sequence[Mapping[str, Any]], hours: Sequence[Mapping[str, Any]], *, layer: str, document: str, year: int = 0
) -> LayerUpload:
    """Return what a list of days and office hours says about a layer. line: the place in the list, from 1."""
    faults: list[Fault] = []
    return LayerUpload(
        layer=layer,
        document=document.strip(),
        year=year,
        days=tuple(_days(((number, item) for number, item in enumerate(days, start=1)), faults)),
        hours=tuple(_hours(((number, item) for number, item in enumerate(hours, start=1)), faults)),
        faults=tuple(faults),
    )


def _read_toml(text: str, layer: str, document: str, year: int) -> LayerUpload:
    content = tomllib.loads(text)
    lines: dict[str, list[int]] = {"day": [], "hours": []}
    for found in TABLE.finditer(text):
        lines[found[1]].append(text.count("\n", 0, found.start(1)) + 1)
    faults: list[Fault] = []
    return LayerUpload(
        layer=layer,
        document=(document or str(content.get("document", ""))).strip(),
        year=year,
        days=tuple(_days(_numbered(content.get("day", []), lines["day"]), faults)),
        hours=tuple(_hours(_numbered(content.get("hours", []), lines["hours"]), faults)),
        faults=tuple(faults),
    )


def _read_csv(text: str, layer: str, document: str, year: int) -> LayerUpload:
    reader = csv.DictReader(StringIO(text), strict=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    if "kind" not in names or not {"date", "on"}.intersection(names):
        return _unreadable(layer, document, year, ",".join(names)[:80], line=1)
    faults: list[Fault] = []
    rows = ((reader.line_num, {**row, "on": row.get("on") or row.get("date")}) for row in reader)
    found = tuple(_days(_of_layer(rows, layer, faults), faults))
    return LayerUpload(layer=layer, document=document.strip(), year=year, days=found, faults=tuple(faults))


def _of_layer(
    rows: Iterator[tuple[int, dict[str, Any]]], layer: str, faults: list[Fault]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """A file that names another layer in a row was meant for that one."""
    for line, row in rows:
        named = str(row.get("layer") or layer).strip()
        if named != layer:
            faults.append(_row_fault(line, row.get("on"), named))
        else:
            yield line, row


def _numbered(items: object, lines: list[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, item in enumerate(items if isinstance(items, list) else [items]):
        yield (lines[index] if index < len(lines) else 1), item if isinstance(item, Mapping) else {"on": item}


def _days(rows: Iterator[tuple[int, Mapping[str, Any]]], faults: list[Fault]) -> Iterator[NamedDay]:
    for count, (line, row) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            faults.append(_row_fault(line, f"> {MOST_ROWS}", ""))
            return
        on, kind = _date(row.get("on")), str(row.get("kind") or "").strip()
        if on is None or kind not in (OFF, WORK):
            faults.append(_row_fault(line, row.get("on"), kind))
        else:
            yield NamedDay(on=on, kind=kind, line=line, reason=str(row.get("reason") or "").strip())


def _hours(rows: Iterator[tuple[int, Mapping[str, Any]]], faults: list[Fault]) -> Iterator[tuple[date, OfficeHours]]:
    for line, row in rows:
        since = _date(row.get("valid_from"))
        try:
            blocks = parse_hours(str(row.get("blocks", "")))
        except InvalidInput:
            blocks = None
        if since is None or blocks is None:
            faults.append(_row_fault(line, row.get("valid_from"), str(row.get("blocks", ""))))
        else:
            yield since, blocks


def _date(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _row_fault(line: int, day: object, kind: str) -> Fault:
    return {
        "code": "calendar_day",
        "pointer": "/days",
        "line": line,
        "day": str("" if day is None else day)[:40],
        "kind": kind[:40],
    }


def _unreadable(layer: str, document: str, year: int, why: str, *, line: int = 1) -> LayerUpload:
    fault: Fault = {"code": "calendar_unreadable", "pointer": "/file", "line": line, "why": why[:200]}
    return LayerUpload(layer=layer, document=document.strip(), year=year, faults=(fault,))
