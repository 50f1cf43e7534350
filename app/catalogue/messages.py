"""Read the sentences of the program; both languages must say the same things with the same placeholders."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.catalogue.files import read_toml
from app.domain.errors import InvalidInput
from app.domain.messages import LANGUAGES, Messages

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def read_messages(rules_dir: Path) -> Messages:
    """Return the sentences of `rules/messages/<language>/*.toml`.

    Raises InvalidInput `rules_refused` with one item per key that is missing in a language, stands in two files, or has
    other placeholders.
    """
    faults: list[Mapping[str, object]] = []
    texts = {language: _read(rules_dir, language, faults) for language in LANGUAGES}
    first, second = (texts[language] for language in LANGUAGES)
    faults.extend({"code": "message-missing", "key": key} for key in sorted(first.keys() ^ second.keys()))
    faults.extend(
        {"code": "message-placeholders", "key": key}
        for key in sorted(first.keys() & second.keys())
        if set(PLACEHOLDER.findall(first[key])) != set(PLACEHOLDER.findall(second[key]))
    )
    if faults:
        raise InvalidInput("rules_refused", items=tuple(faults), count=len(faults))
    return Messages(texts)


def _read(rules_dir: Path, language: str, faults: list[Mapping[str, object]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(rules_dir.glob(f"messages/{language}/*.toml")):
        state = path.stat()
        for key, text in _read_file(rules_dir, path, state.st_mtime_ns, state.st_size):
            if key in found:
                faults.append({"code": "message-twice", "key": key, "file": path.relative_to(rules_dir).as_posix()})
            found[key] = text
    return found


@lru_cache(maxsize=256)
def _read_file(rules_dir: Path, path: Path, _mtime_ns: int, _size: int) -> tuple[tuple[str, str], ...]:
    """Return keys and sentences of one file; parsed once for as long as it stays as it is."""
    return tuple(_flat(read_toml(rules_dir, path).fields))


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        pairs.extend(_flat(value, f"{key}.") if isinstance(value, dict) else [(key, str(value))])
    return pairs
