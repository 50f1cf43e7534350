"""Where the keys of a TOML or JSON text stand, so that every fault of a rule file can name its line.

The libraries that read these formats keep no positions. What is walked here they have read before: the walk needs to know
where strings, lists and tables end, not whether they are right.
"""

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping

BLANK = re.compile(r"(?:\s|#[^\n]*)*")
STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
SCALAR = re.compile(r"[^,\]}\n#]+")
ENDS = {"[": "]", "{": "}"}


def lines_of_toml(text: str) -> Mapping[str, int]:
    """Return the line of every key and list item of a TOML text, by pointer (RFC 6901). The text has been read before."""
    walk = _Walk(text)
    rows: dict[str, int] = {}
    table = ""
    while walk.skip_blank():
        if walk.peek() == "[":
            table = _header(walk, rows)
        else:
            walk.pair(table)
    return walk.lines


def lines_of_json(text: str) -> Mapping[str, int]:
    """Return the line of every key and list item of a JSON text, by pointer. The text has been read before."""
    walk = _Walk(text)
    walk.skip_blank()
    walk.value("")
    return walk.lines


def line_at(lines: Mapping[str, int], pointer: str) -> int:
    """Return the line of a place, or of the nearest place around it that is written down; 0 when there is none."""
    while pointer not in lines and pointer:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 0)


def escaped(key: str) -> str:
    """Return a key as a pointer writes it."""
    return key.replace("~", "~0").replace("/", "~1")


class _Walk:
    """A place in a text, and the lines found on the way there."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {"": 1}
        self._text = text
        self._at = 0
        self._breaks = [place for place, letter in enumerate(text) if letter == "\n"]

    def skip_blank(self) -> bool:
        """Go on to what is neither space nor comment; False at the end."""
        found = BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def peek(self, letters: int = 1) -> str:
        """Return what comes next."""
        return self._text[self._at : self._at + letters]

    def step(self, letters: int = 1) -> None:
        """Go on by some letters."""
        self._at += letters

    def note(self, pointer: str) -> None:
        """Remember the line of a place, the first time it is met."""
        self.lines.setdefault(pointer, bisect_left(self._breaks, self._at) + 1)

    def key(self) -> tuple[str, ...]:
        """Read a key, dotted or not."""
        parts = [self._key_part()]
        while self.skip_blank() and self.peek() == ".":
            self.step()
            self.skip_blank()
            parts.append(self._key_part())
        return tuple(parts)

    def pair(self, table: str) -> None:
        """Walk over `key = value` or `"key": value`."""
        start = self._at
        pointers = [table]
        for part in self.key():
            pointers.append(f"{pointers[-1]}/{escaped(part)}")
        end, self._at = self._at, start
        for pointer in pointers[1:]:
            self.note(pointer)
        self._at = end + 1
        self.skip_blank()
        self.value(pointers[-1])

    def value(self, pointer: str) -> None:
        """Walk over a value of any kind."""
        match self.peek():
            case "[":
                self._held(pointer, "[")
            case "{":
                self._held(pointer, "{")
            case _:
                self._skip_scalar()

    def _held(self, pointer: str, opening: str) -> None:
        """Walk over a list or a table; items of a list stand under their number."""
        self.step()
        number = 0
        while self.skip_blank() and self.peek() != ENDS[opening]:
            if opening == "[":
                self.note(f"{pointer}/{number}")
                self.value(f"{pointer}/{number}")
                number += 1
            else:
                self.pair(pointer)
            if self.skip_blank() and self.peek() == ",":
                self.step()
        self.step()

    def _skip_scalar(self) -> None:
        found = STRING.match(self._text, self._at) or SCALAR.match(self._text, self._at)
        self._at = found.end() if found else self._at + 1

    def _key_part(self) -> str:
        found = STRING.match(self._text, self._at) or BARE_KEY.match(self._text, self._at)
        if found is None:
            self.step()
            return ""
        self._at = found.end()
        return _read_key(found[0])


def _read_key(text: str) -> str:
    """Return a key without quotes and escapes, which both formats write alike but for a few that JSON does not know."""
    if text[0] not in "\"'":
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return next(iter(tomllib.loads(f"{text} = 0")))


def _header(walk: _Walk, rows: dict[str, int]) -> str:
    """Walk over `[table]` or `[[row]]`. Returns the pointer of what follows; rows counts the rows of each list."""
    is_row = walk.peek(2) == "[["
    brackets = 1 + is_row
    walk.step(brackets)
    walk.skip_blank()
    pointer = ""
    parts = walk.key()
    for number, part in enumerate(parts, start=1):
        pointer += f"/{escaped(part)}"
        walk.note(pointer)
        if pointer in rows and not (number == len(parts) and is_row):
            pointer += f"/{rows[pointer]}"
    if is_row:
        rows[pointer] = rows.get(pointer, -1) + 1
        pointer += f"/{rows[pointer]}"
        walk.note(pointer)
    walk.step(brackets)
    return pointer
