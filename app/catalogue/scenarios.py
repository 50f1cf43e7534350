"""Read scenario files: `[given]`, a list of `[[when]]` and a closing `[then]`. Instants in them are local, without offset."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.calendar import ZONE
from app.domain.errors import InvalidInput
from app.domain.scenario import Expectation, Scenario, Step

FOLDER = "scenarios"
ACTS: Mapping[str, frozenset[str]] = {
    "task": frozenset({"outcome", "answers", "marks", "materials"}),
    "correct": frozenset({"answers"}),
    "suspend": frozenset({"document_no", "expected_days", "reason"}),
    "resume": frozenset(),
    "extend": frozenset({"reason"}),
    "withdraw": frozenset(),
    "ask_correction": frozenset({"matter", "shortage", "remark"}),
    "settle": frozenset({"matter", "reason"}),
    "external": frozenset({"variables", "error", "message", "retries"}),
    "message": frozenset({"key", "variables"}),
}
COMMON = frozenset({"by", "at", "member", "refused", "then"})
GIVEN = frozenset(
    {"at", "by", "region", "intake_mode", "matter", "theme", "applicant", "form", "guidance", "certificate"}
)
TOP = frozenset({"title", "given", "when", "then"})
HEADER = re.compile(r"\s*\[\s*(\[?[a-z.]+\]?)\s*\]")
Lines = list[tuple[int, int]]
EXPECTED = frozenset(Expectation.__dataclass_fields__)


def find_scenario_files(*roots: Path) -> tuple[Path, ...]:
    """Return every `scenarios/*.toml` below the folders, and a root that is such a file itself, in a fixed order."""
    found = [root for root in roots if root.is_file()]
    for root in roots:
        found.extend(path for path in root.rglob("*.toml") if path.parent.name == FOLDER)
    return tuple(sorted(found))


def read_scenario(path: Path, *, name: str = "") -> Scenario:
    """Read one file. name: how it is called in reports.

    Raises InvalidInput `scenario_file` with one item per fault: its place in the file and what is wrong there.
    """
    file, faults, text = name or path.name, list[Mapping[str, object]](), ""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as unreadable:
        content = {}
        faults.append({"pointer": "/", "code": "scenario_unreadable", "why": str(unreadable)})
    faults.extend(_faults(content) if content else ())
    if faults:
        raise InvalidInput("scenario_file", items=tuple(faults), file=file, count=len(faults))
    return _scenario(file, content, _lines_of(text, len(content.get("when", ()))))


def _faults(content: Mapping[str, Any]) -> Iterator[Mapping[str, object]]:
    yield from _unknown("", content, TOP)
    yield from _given_faults(content.get("given", {}))
    for number, step in enumerate(content.get("when", ())):
        yield from _step_faults(f"/when/{number}", step)
    yield from _expectation_faults("/then", content.get("then", {}))


def _given_faults(given: Mapping[str, Any]) -> Iterator[Mapping[str, object]]:
    yield from _unknown("/given", given, GIVEN)
    yield from ({"pointer": f"/given/{key}", "code": "required"} for key in ("at", "by", "region") if key not in given)
    if ("matter" in given) == ("theme" in given):
        yield {"pointer": "/given/matter", "code": "scenario_subject"}
    yield from _not_local("/given/at", given.get("at"))


def _step_faults(place: str, step: Mapping[str, Any]) -> Iterator[Mapping[str, object]]:
    act = _act_of(step)
    yield from _unknown(place, step, COMMON | ACTS.get(act, frozenset()) | {act})
    if act and "by" not in step:
        yield {"pointer": f"{place}/by", "code": "required"}
    if not act and "at" not in step:
        yield {"pointer": place, "code": "scenario_act"}
    yield from _not_local(f"{place}/at", step.get("at"))
    yield from _expectation_faults(f"{place}/then", step.get("then", {}))


def _expectation_faults(place: str, expected: Mapping[str, Any]) -> Iterator[Mapping[str, object]]:
    yield from _unknown(place, expected, EXPECTED)
    yield from _not_local(f"{place}/effective_at", expected.get("effective_at"))
    for clock, due in expected.get("due", {}).items():
        if due != "none":
            yield from _not_local(f"{place}/due/{clock}", due)


def _unknown(place: str, table: Mapping[str, Any], known: frozenset[str]) -> Iterator[Mapping[str, object]]:
    for key in table:
        if key not in known:
            yield {"pointer": f"{place}/{key}", "code": "key_unknown", "known": ", ".join(sorted(known - {""}))}


def _not_local(place: str, value: object) -> Iterator[Mapping[str, object]]:
    if value is not None and not (isinstance(value, datetime) and value.tzinfo is None):
        yield {"pointer": place, "code": "scenario_instant", "value": str(value)}


def _act_of(step: Mapping[str, Any]) -> str:
    return next((act for act in ACTS if act in step), "")


def _lines_of(text: str, steps: int) -> Lines:
    """Return the lines of each step and of its expectation, and last that of the closing one; 0 where not known."""
    found: list[tuple[int, int]] = []
    closing = 0
    for number, line in enumerate(text.splitlines(), start=1):
        header = HEADER.match(line)
        match header and header[1]:
            case "[when]":
                found.append((number, number))
            case "when.then" if found:
                found[-1] = (found[-1][0], number)
            case "then":
                closing = number
    return [*(found if len(found) == steps else [(0, 0)] * steps), (closing, closing)]


def _scenario(file: str, content: Mapping[str, Any], lines: Lines) -> Scenario:
    given = content["given"]
    return Scenario(
        file=file,
        titles=content.get("title", {}),
        at=_instant(given["at"]),
        by=given["by"],
        region_code=given["region"],
        intake_mode=given.get("intake_mode", "online"),
        matter=given.get("matter", ""),
        theme=given.get("theme", ""),
        applicant=given.get("applicant", {}),
        form=given.get("form", {}),
        guidance=given.get("guidance", {}),
        certificate=given.get("certificate", {}),
        steps=tuple(_step(step, *place) for step, place in zip(content.get("when", ()), lines, strict=False)),
        then=_expectation(content.get("then", {})),
        then_line=lines[-1][1],
    )


def _step(step: Mapping[str, Any], line: int, then_line: int) -> Step:
    act = _act_of(step)
    return Step(
        act=act,
        by=step.get("by", ""),
        at=_instant(step["at"]) if "at" in step else None,
        member=step.get("member", ""),
        facts={key: value for key, value in step.items() if key not in COMMON},
        refused=step.get("refused", ""),
        then=_expectation(step.get("then", {})),
        line=line,
        then_line=then_line,
    )


def _expectation(table: Mapping[str, Any]) -> Expectation:
    return Expectation(
        state=table.get("state"),
        decision=table.get("decision"),
        effective_at=_instant(table["effective_at"]) if "effective_at" in table else None,
        due={clock: None if due == "none" else _instant(due) for clock, due in table.get("due", {}).items()},
        open=frozenset(table["open"]) if "open" in table else None,
        cards=frozenset((clock, colour) for clock, colour in table["cards"]) if "cards" in table else None,
        members=table.get("members", {}),
        documents=tuple(table["documents"]) if "documents" in table else None,
        history=tuple(table.get("history", ())),
        waits=frozenset(table["waits"]) if "waits" in table else None,
    )


def _instant(value: datetime) -> datetime:
    return value.replace(tzinfo=ZONE)
