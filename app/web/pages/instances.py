"""What one of several instances of a step is about: its item, by the names the diagram gives."""

from collections.abc import Mapping

import orjson


def instance_rows(given: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return name and text of what an instance sees; the names inside an item where it is a context, JSON for lists."""
    rows: list[tuple[str, str]] = []
    for name, value in given.items():
        if isinstance(value, Mapping):
            rows += [(str(inner), _text(found)) for inner, found in value.items()]
        else:
            rows.append((name, _text(value)))
    return rows


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value, default=str).decode() if value is not None else ""
