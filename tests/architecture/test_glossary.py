"""One word, one meaning: every enum of the vocabulary and every table has a row in docs/glossary.md."""

import ast
import re

import pytest

from app.storage.tables import metadata
from tests.architecture.sources import texts, tree

ROW = re.compile(r"^\| (?P<cells>.+) \|$", re.MULTILINE)
WORD = re.compile(r"`([^`]+)`")
COLUMNS = 4


def rows() -> list[list[str]]:
    found = [match["cells"].split(" | ") for match in ROW.finditer(texts()["docs/glossary.md"])]
    return [cells for cells in found if len(cells) == COLUMNS]


def words(*columns: int) -> set[str]:
    return {word for cells in rows() for column in columns for word in WORD.findall(cells[column])}


def enums() -> list[str]:
    return [node.name for node in tree("app/domain/vocabulary.py").body if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("name", enums())
def test_enum_has_a_row(name: str) -> None:
    assert name in words(0)


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_table_has_a_row(name: str) -> None:
    assert name in words(0, 3)


def test_no_word_is_explained_twice() -> None:
    explained = [word for cells in rows() for word in WORD.findall(cells[0])]

    assert sorted(explained) == sorted(set(explained))
