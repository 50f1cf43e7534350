"""Every key and item of a TOML or JSON file has its line, however it is written."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.files import parse_toml
from app.catalogue.positions import escaped, line_at, lines_of_json, lines_of_toml

RULES = Path(__file__).parents[3] / "rules"
WRITTEN = (Path(__file__).parents[2] / "data" / "positions.toml").read_text(encoding="utf-8")


def pointers(value: object, pointer: str = "") -> Iterator[str]:
    """Yield the place of every key and item of a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield f"{pointer}/{escaped(str(name))}"
        yield from pointers(inner, f"{pointer}/{escaped(str(name))}")


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/name", 2),
        ("/text", 3),
        ("/literal", 6),
        ("/when", 7),
        ("/quoted key/inner", 8),
        ("/lists", 9),
        ("/lists/0", 10),
        ("/lists/1/1", 11),
        ("/inline/zh", 13),
        ("/inline/e.n/deep/1", 13),
        ("/given/at", 16),
        ("/member/0", 18),
        ("/member/0/code", 19),
        ("/member/0/more/why", 21),
        ("/member/1", 25),
        ("/member/1/row/0/key", 28),
        ("/member/1/row/1", 29),
        ("/member/1/row/1/key", 30),
    ],
)
def test_a_place_in_toml_has_the_line_it_is_written_on(pointer: str, line: int) -> None:
    assert lines_of_toml(WRITTEN)[pointer] == line


def test_what_is_not_written_has_the_line_of_what_it_lies_in() -> None:
    lines = lines_of_toml(WRITTEN)

    assert line_at(lines, "/member/1/name") == 25
    assert line_at(lines, "/nothing/here") == 1


def test_a_file_that_was_written_on_another_system_has_the_same_lines() -> None:
    file = parse_toml("themes/x/theme.toml", b'code = "x"\r\n\r\n[[member]]\r\ncode = "y"\r\n')

    assert file.line_of("/member/0/code") == 4


@pytest.mark.parametrize("path", sorted(RULES.rglob("*.toml")), ids=lambda path: path.relative_to(RULES).as_posix())
def test_every_place_of_a_shipped_file_is_found(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    missing = set(pointers(tomllib.loads(text))) - lines_of_toml(text).keys()

    assert missing == set()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(value=st.dictionaries(st.text(max_size=5), VALUES, max_size=4), is_ascii=st.booleans())
def test_every_place_of_a_json_text_is_found_on_a_line_that_holds_it(
    *, value: dict[str, object], is_ascii: bool
) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=is_ascii)
    written = text.split("\n")

    lines = lines_of_json(text)

    assert set(pointers(value)) | {""} == lines.keys()
    for pointer in pointers(value):
        key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        line = written[lines[pointer] - 1].strip()
        assert key.isdecimal() or line.startswith(json.dumps(key, ensure_ascii=is_ascii))
