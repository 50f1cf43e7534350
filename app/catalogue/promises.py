"""Read what the matters and themes promise (承诺时限), by the diagram they use."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from app.catalogue.files import RuleFile, read_folder
from app.catalogue.matters import definition_key_of
from app.domain.diagram import Promise
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit, parse_limit


def read_promises(rules_dir: Path) -> Mapping[str, tuple[Promise, ...]]:
    """Return the promises by the key of the diagram, such as `pattern:committed`; what cannot be read promises nothing.

    Raises InvalidInput `rules_refused` for a TOML file that is malformed.
    """
    found: dict[str, tuple[Promise, ...]] = {}
    matters: dict[str, tuple[str, RuleFile]] = {}
    for file in read_folder(rules_dir, "matters/*/*.toml"):
        key = definition_key_of(file)
        matters[str(file.fields.get("code", ""))] = (key, file)
        found[key] = (*found.get(key, ()), *promises_of(file))
    for file in read_folder(rules_dir, "themes/*/theme.toml"):
        key = f"theme:{PurePosixPath(file.path).parent.name}"
        found[key] = (*found.get(key, ()), *promises_of(file))
    for file in read_folder(rules_dir, "themes/*/counties/*.toml"):
        for key, said in _in_county(file, matters):
            found[key] = (*found.get(key, ()), *promises_of(said))
    return found


def _in_county(file: RuleFile, matters: Mapping[str, tuple[str, RuleFile]]) -> Iterator[tuple[str, RuleFile]]:
    """Yield what a county promises otherwise, for its theme and for members, each named with the county."""
    county = PurePosixPath(file.path)
    yield f"theme:{county.parts[1]}", replace(file, fields={**file.fields, "name": f"{county.parts[1]} {county.stem}"})
    rows = file.fields.get("member")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("code") in matters:
            key, matter = matters[row["code"]]
            named = {"name": f"{matter.fields.get('name', matter.path)} {county.stem}"}
            yield key, replace(file, fields={**named, "promised_limit": row.get("promised_limit")})


def promises_of(file: RuleFile) -> tuple[Promise, ...]:
    """Return what a matter or theme promises: of a matter with classes the longest, as each class may go its own way."""
    rows = file.fields.get("class")
    texts = [file.fields.get("promised_limit"), *_limits_of(rows if isinstance(rows, list) else ())]
    limits = [limit for text in texts if (limit := _time_limit(text)) is not None]
    if not limits or len({limit.unit for limit in limits}) > 1:
        return ()
    longest = max(limits, key=lambda limit: limit.amount)
    return (Promise(name=str(file.fields.get("name", file.path)), limit=longest),)


def _limits_of(rows: Iterable[Any]) -> Iterable[object]:
    return (row.get("promised_limit") for row in rows if isinstance(row, dict))


def _time_limit(text: object) -> TimeLimit | None:
    try:
        limit = parse_limit(text) if isinstance(text, str) and text else None
    except InvalidInput:
        return None
    return limit if isinstance(limit, TimeLimit) else None
