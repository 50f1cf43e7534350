"""The text of the project as the architecture tests read it."""

import ast
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from app.settings import ROOT

# What `.gitignore` leaves out, and what git itself keeps.
NOT_OURS = frozenset({".git", ".venv", ".cache", "node_modules", "var", "dist", "__pycache__"})
NOT_TEXT = frozenset({".png", ".ico", ".woff", ".woff2", ".ttf", ".eot", ".otf", ".pdf", ".sqlite", ".pyc"})
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff01-\uff60]")


@cache
def budgets() -> Mapping[str, Any]:
    """What this project allows itself, each exception with its reason."""
    return tomllib.loads((Path(__file__).parent / "budgets.toml").read_text(encoding="utf-8"))


def is_listed(name: str, patterns: Mapping[str, str]) -> bool:
    """Say whether a file is an exception. patterns: glob -> reason."""
    return any(fnmatch(name, pattern) for pattern in patterns)


@cache
def texts() -> Mapping[str, str]:
    """Every text file of the project by its path from the root."""
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in _files()}


def python_files(*folders: str) -> Iterator[str]:
    """The Python files of some folders, by their path from the root."""
    return (name for name in texts() if name.endswith(".py") and name.startswith(tuple(f"{f}/" for f in folders)))


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(texts()[name], name)


def docstrings(module: ast.Module) -> frozenset[int]:
    """The ids of the nodes that are documentation, attribute documentation included."""
    return frozenset(
        id(statement.value)
        for node in ast.walk(module)
        if isinstance(body := getattr(node, "body", None), list)
        for statement in body
        if isinstance(statement, ast.Expr)
    )


def flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Dotted keys and sentences of a file of messages."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS and not name.endswith("_cache"))
        folders[:] = [name for name in folders if name != ".hypothesis"]
        kept = (name for name in sorted(names) if name not in NOT_OURS and Path(name).suffix not in NOT_TEXT)
        yield from (Path(folder, name) for name in kept)
