"""Read the sentences of the program; both languages must say the same things with the same placeholders."""

import re
from collections.abc import Mapping
from pathlib import Path

from app.catalogue.files import read_folder
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
    for file in read_folder(rules_dir, f"messages/{language}/*.toml"):
        for key, text in _flat(file.fields):
            if key in found:
                faults.append({"code": "message-twice", "key": key, "file": file.path})
            found[key] = text
    return found


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        pairs.extend(_flat(value, f"{key}.") if isinstance(value, dict) else [(key, str(value))])
    return pairs
