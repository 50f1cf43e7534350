"""Text to tokens. Names may be of any script; names with blanks exist for published functions only."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.domain.feel.refusals import MAX_CHARACTERS, MAX_TOKENS, FeelRefused

KEYWORDS = frozenset(
    ["and", "or", "in", "between", "if", "then", "else", "some", "every", "satisfies", "true", "false", "null", "not"]
)
RESERVED = KEYWORDS | {"for", "return", "function", "external", "instance", "of", "item"}

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<at>@"[^"\\]*")
    | (?P<sign>\.\.|\*\*|<=|>=|!=|==|[-+*/=<>(){}\[\],.:?])
    | (?P<name>[^\W\d]\w*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[^\W\d]\w*")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Token:
    """One part of the text. kind: number, text, at, sign, name or end; position counts characters from 0."""

    kind: str
    value: str
    position: int


def is_feel_name(text: str) -> bool:
    """Say whether `text` can be the name of a variable or a form field: one word, none of the language's own."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED


def read_tokens(text: str, functions: Collection[str], *, offset: int = 0) -> tuple[Token, ...]:
    """Return the tokens of `text`, the last of kind `end`.

    functions: known function names; those with blanks become one token where a bracket follows. offset: added to
    every position. Raises FeelRefused `feel_too_long`, `feel_too_many_parts` or `feel_unreadable`.
    """
    if len(text) > MAX_CHARACTERS:
        raise FeelRefused("feel_too_long", position=offset + MAX_CHARACTERS, most=MAX_CHARACTERS)
    tokens = list(_scan(text.rstrip(), offset))
    if len(tokens) > MAX_TOKENS:
        raise FeelRefused("feel_too_many_parts", position=tokens[MAX_TOKENS].position, most=MAX_TOKENS)
    return (*_join_names(tokens, functions), Token("end", "", offset + len(text.rstrip())))


def text_of(token: Token) -> str:
    """Return what a text token stands for, its escapes resolved."""

    def resolve(match: re.Match[str]) -> str:
        escaped = match[1]
        return chr(int(escaped[1:], 16)) if len(escaped) > 1 else _ESCAPES.get(escaped, escaped)

    return _ESCAPE.sub(resolve, token.value[1:-1])


def _scan(text: str, offset: int) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FeelRefused("feel_unreadable", position=offset + at, found=text[at : at + _SHOWN].strip())
        kind = match.lastgroup
        assert kind is not None
        yield Token(kind, match[kind], offset + match.start(kind))
        at = match.end()


def _join_names(tokens: list[Token], functions: Collection[str]) -> Iterator[Token]:
    long_names = sorted((name.split(" ") for name in functions if " " in name), key=len, reverse=True)
    at = 0
    while at < len(tokens):
        words = next((words for words in long_names if _stands_at(tokens, at, words)), None)
        if words is None:
            yield tokens[at]
            at += 1
        else:
            yield Token("name", " ".join(words), tokens[at].position)
            at += len(words)


def _stands_at(tokens: list[Token], at: int, words: list[str]) -> bool:
    end = at + len(words)
    return (
        end < len(tokens)
        and tokens[end].value == "("
        and all(token.kind == "name" and token.value == word for token, word in zip(tokens[at:end], words, strict=True))
    )
