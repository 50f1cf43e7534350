"""Read the files of `rules/`; a file that cannot be read is a fault with its line, not a crash."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.catalogue.positions import line_at, lines_of_json, lines_of_toml
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput

LINE = re.compile(r"at line (\d+)")
JSON = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """A rule file that could be read. path: relative to `rules/`. text: as it is written, for the lines of its faults."""

    path: str
    fields: Mapping[str, Any]
    text: str = field(default="", repr=False, compare=False)

    def line_of(self, pointer: str) -> int:
        """Return the line of a place, such as `/member/0/code`; of the nearest one around it where it is not written."""
        lines = lines_of_json(self.text) if self.path.endswith(JSON) else lines_of_toml(self.text)
        return line_at(lines, pointer)


def read_toml(rules_dir: Path, path: Path) -> RuleFile:
    """Read one file. Raises InvalidInput `rules_refused` with the file and the line."""
    return parse_toml(path.relative_to(rules_dir).as_posix(), path.read_bytes())


def parse_toml(name: str, source: bytes) -> RuleFile:
    """Read a text that is, or may become, the rule file `name`. Raises InvalidInput `rules_refused` with the line."""
    try:
        text = source.decode("utf-8").replace("\r\n", "\n")
        return RuleFile(path=name, fields=tomllib.loads(text), text=text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        match = LINE.search(str(fault))
        item = {"severity": "error", "code": "toml-malformed", "file": name, "line": int(match[1]) if match else 0}
        raise InvalidInput("rules_refused", items=(item,), count=1) from fault


def read_json(rules_dir: Path, path: Path) -> RuleFile:
    """Read one file; without fields and text when it is no JSON object, which the reader of forms tells."""
    name = path.relative_to(rules_dir).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return RuleFile(path=name, fields={})
    return RuleFile(path=name, fields=fields, text=text)


def read_folder(rules_dir: Path, pattern: str) -> Iterator[RuleFile]:
    """Read every file under `rules/` that matches, by name."""
    for path in sorted(rules_dir.glob(pattern)):
        yield read_toml(rules_dir, path)


def fault(
    code: str, file: RuleFile | str, *, at: str = "", severity: str = "error", element: str = "", **facts: object
) -> Finding:
    """Return a finding about a rule file. at: pointer to the place, which gives the line where the file is at hand."""
    path, line = (file.path, file.line_of(at)) if isinstance(file, RuleFile) else (file, 0)
    return Finding(severity=severity, code=code, file=path, line=line, element=element, facts=facts)
