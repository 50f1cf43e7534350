"""Read what the matters and themes promise (承诺时限), by the diagram they use."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.catalogue.files import RuleFile, read_folder
from app.domain.diagram import Promise
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit, parse_limit


def read_promises(rules_dir: Path) -> Mapping[str, tuple[Promise, ...]]:
    """Return the promises by the key of the diagram, such as `pattern:committed`; what cannot be read promises nothing.

    Raises InvalidInput `rules_refused` for a TOML file that is malformed.
    """
    found: dict[str, tuple[Promise, ...]] = {}
    for file in (*read_folder(rules_dir, "matters/*/*.toml"), *read_folder(rules_dir, "themes/*/theme.toml")):
        key = str(file.fields.get("definition") or f"pattern:{file.fields.get('pattern', '')}")
        found[key] = (*found.get(key, ()), *promises_of(file))
    return found


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
