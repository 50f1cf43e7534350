"""Read the rule files of a generation; what says the same as in the generation before is not read again."""

import tempfile
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

from app.catalogue.documents import DocumentTemplate, read_documents
from app.catalogue.signals import read_signals
from app.catalogue.themes import THEME_FILE, read_theme
from app.catalogue.time_rules import read_time_rules
from app.catalogue.topics import read_topics
from app.domain.external_task import Topic
from app.domain.signal import Signal
from app.domain.theme import ThemeVersion
from app.domain.time_rules import TimeRules

V = TypeVar("V")
THEMES = "themes/"
MOST_KEPT = 4_096
# Published for the record: what counts of them stands in tables of their own.
IN_TABLES = ("matters/", "forms/", "decisions/")
SCENARIOS = "/scenarios/"


@dataclass(slots=True)
class Contents:
    """What was read from published texts, by what they say. used: what this reading needed, for the next one."""

    known: Mapping[Hashable, object] = field(default_factory=dict)
    used: dict[Hashable, object] = field(default_factory=dict)

    def once(self, key: Hashable, read: Callable[[], V]) -> V:
        """Return what a key stands for; it is read when no reading before has met it. key: names the content, too."""
        if key not in self.used:
            self.used[key] = self.known[key] if key in self.known else read()
        return cast("V", self.used[key])

    def kept(self) -> Mapping[Hashable, object]:
        """Return what the next reading may know: what this one used, and all else while it is little."""
        every = {**self.known, **self.used}
        return every if len(every) <= MOST_KEPT else self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRead:
    """The rule files of a generation, read."""

    time_rules: TimeRules
    documents: tuple[DocumentTemplate, ...]
    topics: Mapping[str, Topic]
    signals: Mapping[str, Signal]
    themes: tuple[ThemeVersion, ...] = ()

    def with_themes(self, themes: tuple[ThemeVersion, ...]) -> "RulesRead":
        """Return the same rules with these themes."""
        return replace(self, themes=themes)


def read_rules(files: Mapping[str, str], contents: Contents) -> RulesRead:
    """Read published files (path -> text). They are laid out in a folder, so that one reader serves checkout and database."""
    common = {path: text for path, text in files.items() if not path.startswith((THEMES, *IN_TABLES))}
    with tempfile.TemporaryDirectory(prefix="lianban-") as folder:
        root = Path(folder)
        themes = tuple(_themes(root, files, contents))
        return contents.once(("rules", hash_of(common)), partial(_common, root, common)).with_themes(themes)


def hash_of(files: Mapping[str, str]) -> bytes:
    """Return what names the content of some files, paths included."""
    return sha256("\0".join(part for pair in sorted(files.items()) for part in pair).encode()).digest()


def _common(root: Path, files: Mapping[str, str]) -> RulesRead:
    _write_out(root, files)
    return RulesRead(
        time_rules=read_time_rules(root),
        documents=read_documents(root),
        topics=read_topics(root),
        signals=read_signals(root),
    )


def _themes(root: Path, files: Mapping[str, str], contents: Contents) -> list[ThemeVersion]:
    folders: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        if path.startswith(THEMES) and SCENARIOS not in path:
            folders.setdefault(path.split("/")[1], {})[path] = text
    found = []
    for code, held in sorted(folders.items()):
        if f"{THEMES}{code}/{THEME_FILE}" in held:
            found.append(contents.once(("theme", code, hash_of(held)), partial(_theme, root, code, held)))
    return found


def _theme(root: Path, code: str, files: Mapping[str, str]) -> ThemeVersion:
    _write_out(root, files)
    return read_theme(root, root / THEMES / code)


def _write_out(root: Path, files: Mapping[str, str]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
