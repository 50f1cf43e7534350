"""Read and check `rules/signals.toml`: the signals that reach other cases, and how far."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.catalogue.files import RuleFile, fault, read_toml
from app.domain.diagram import Finding
from app.domain.event_message import LONGEST_NAME
from app.domain.signal import SCOPES, Signal

FILE = "signals.toml"
LABELS = ("name_zh", "name_en")
KEYS = frozenset({*LABELS, "scope"})


def read_signals(rules_dir: Path) -> dict[str, Signal]:
    """Return the published signals by name; an installation without the file has none."""
    file = _file(rules_dir)
    return {name: _signal(name, fields) for name, fields in file.fields.items()} if file else {}


def check_signals(rules_dir: Path) -> Iterator[Finding]:
    """Yield what is wrong with the signals: a name that is empty or too long, a label or scope that is none."""
    file = _file(rules_dir)
    if file is None:
        return
    for name, fields in file.fields.items():
        for place, value in _faults(name, fields):
            yield fault("signal-malformed", file, at=f"/{name}", signal=name, place=place, value=str(value))


def _file(rules_dir: Path) -> RuleFile | None:
    path = rules_dir / FILE
    return read_toml(rules_dir, path) if path.exists() else None


def _signal(name: str, fields: Mapping[str, Any]) -> Signal:
    return Signal(name=name, name_zh=fields["name_zh"], name_en=fields["name_en"], scope=fields["scope"])


def _faults(name: str, fields: object) -> Iterator[tuple[str, object]]:
    if not isinstance(fields, dict) or not _is_text(name) or len(name) > LONGEST_NAME:
        yield "name", name
        return
    yield from ((key, "") for key in fields if key not in KEYS)
    yield from ((key, fields.get(key, "")) for key in LABELS if not _is_text(fields.get(key)))
    if fields.get("scope") not in SCOPES:
        yield "scope", fields.get("scope", "")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
