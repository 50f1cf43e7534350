"""Read TOML files of `rules/`; a file that cannot be read is a fault with its line, not a crash."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.diagram import Finding
from app.domain.errors import InvalidInput

LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """A rule file that could be read. path: relative to `rules/`."""

    path: str
    fields: Mapping[str, Any]


def read_toml(rules_dir: Path, path: Path) -> RuleFile:
    """Read one file. Raises InvalidInput `rules_refused` with the file and the line."""
    return parse_toml(path.relative_to(rules_dir).as_posix(), path.read_bytes())


def parse_toml(name: str, source: bytes) -> RuleFile:
    """Read a text that is, or may become, the rule file `name`. Raises InvalidInput `rules_refused` with the line."""
    try:
        return RuleFile(path=name, fields=tomllib.loads(source.decode("utf-8").replace("\r\n", "\n")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        match = LINE.search(str(fault))
        item = {"severity": "error", "code": "toml-malformed", "file": name, "line": int(match[1]) if match else 0}
        raise InvalidInput("rules_refused", items=(item,), count=1) from fault


def read_folder(rules_dir: Path, pattern: str) -> Iterator[RuleFile]:
    """Read every file under `rules/` that matches, by name."""
    for path in sorted(rules_dir.glob(pattern)):
        yield read_toml(rules_dir, path)


def fault(code: str, file: str, *, severity: str = "error", element: str = "", **facts: object) -> Finding:
    """Return a finding about a rule file."""
    return Finding(severity=severity, code=code, file=file, element=element, facts=facts)
