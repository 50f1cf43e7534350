"""Every sentence a person reads exists in both languages, with the same placeholders."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from string import Formatter

import pytest

from app.domain import errors
from app.domain.messages import LANGUAGES
from app.domain.notice import NOTICE_CLASSES
from tests.architecture.sources import flat, python_files, texts, tree

FOLDER = "rules/messages"
ERROR_CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.CaseworkError)
}
PARTS_OF_AN_ERROR = {"title", "detail", "remedy"}
TEMPLATE_KEY = re.compile(r"""\bt\(\s*(["'])(?P<key>[\w.]+)\1\s*(?P<next>[,)~])""")
KEY = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+")
ASKS = re.compile(r"(?:messages|words(?:\(\))?)\.(?:text|both)$")
DOCUMENT = re.compile(r"rules/documents/[a-z_]+/template\.typ")
TELL = re.compile(r"(?:^|\.)tell_(?:applicant|role|person)$")
ALWAYS_GIVEN = {"case_no", "matter"}


def rooms(language: str) -> list[str]:
    return [name for name in texts() if name.startswith(f"{FOLDER}/{language}/") and name.endswith(".toml")]


def sentences(language: str) -> dict[str, str]:
    return {key: text for name in rooms(language) for key, text in flat(tomllib.loads(texts()[name]))}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_rooms() -> None:
    zh, en = ([name.rpartition("/")[2] for name in rooms(language)] for language in LANGUAGES)

    assert zh == en


def test_both_languages_have_the_same_keys() -> None:
    zh, en = (sentences(language) for language in LANGUAGES)

    assert sorted(zh.keys() ^ en.keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_rooms(language: str) -> None:
    counted = Counter(key for name in rooms(language) for key, _ in flat(tomllib.loads(texts()[name])))

    assert [key for key, count in counted.items() if count > 1] == []


def test_both_languages_have_the_same_placeholders() -> None:
    zh, en = (sentences(language) for language in LANGUAGES)

    different = {key for key in zh.keys() & en.keys() if placeholders(zh[key]) != placeholders(en[key])}

    assert sorted(different) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, text in sentences(language).items() if not text.strip()] == []


def raised_codes() -> Iterator[tuple[str, str]]:
    """Code and place of every error of ours that the program makes, raised or returned."""
    for name in python_files("app"):
        for node in ast.walk(tree(name)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in ERROR_CLASSES:
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, f"{name}:{node.lineno}"
            elif first is None:
                yield ERROR_CLASSES[ast.unparse(node.func).split(".")[-1]].default_code, f"{name}:{node.lineno}"


def test_every_error_says_what_happened_and_what_to_do() -> None:
    known = sentences(LANGUAGES[0])

    missing = [
        f"errors.{code}.{part} ({place})"
        for code, place in sorted(raised_codes())
        for part in sorted(PARTS_OF_AN_ERROR)
        if f"errors.{code}.{part}" not in known
    ]

    assert not missing, "\n".join(missing)


def test_default_of_every_error_class_has_a_sentence() -> None:
    known = sentences(LANGUAGES[0])

    assert [
        kind.default_code for kind in ERROR_CLASSES.values() if f"errors.{kind.default_code}.title" not in known
    ] == []


def test_every_sentence_of_a_page_exists() -> None:
    known = sentences(LANGUAGES[0])
    missing = []
    for name, text in texts().items():
        if not name.startswith("app/web/templates/"):
            continue
        for match in TEMPLATE_KEY.finditer(text):
            key, is_beginning = match["key"], match["next"] == "~"
            if key not in known and not (is_beginning and any(other.startswith(key) for other in known)):
                missing.append(f"{key} ({name})")

    assert not missing, "\n".join(missing)


def asked_keys() -> Iterator[tuple[str, str]]:
    """Pattern and place of every key the program asks the messages for."""
    for name in python_files("app"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Call) and ASKS.search(ast.unparse(node.func)):
                parts = (part for argument in node.args[:2] for part in ast.walk(argument))
                yield from ((pattern, f"{name}:{node.lineno}") for part in parts if (pattern := key_pattern(part)))


def key_pattern(part: ast.AST) -> str:
    """A key as a regular expression: what is filled in at run time may be anything. Empty for what is no key."""
    if isinstance(part, ast.JoinedStr):
        return "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else ".+" for v in part.values)
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) and KEY.fullmatch(str(part.value)) else ""


def test_every_sentence_the_program_asks_for_exists() -> None:
    known = sentences(LANGUAGES[0])

    missing = [
        f"{pattern} ({place})"
        for pattern, place in asked_keys()
        if not any(re.fullmatch(pattern, key) for key in known)
    ]

    assert not missing, "\n".join(missing)


def test_every_document_has_a_name_and_a_number() -> None:
    known = sentences(LANGUAGES[0])
    kinds = {name.split("/")[2] for name in texts() if DOCUMENT.fullmatch(name)}

    assert [
        key
        for kind in sorted(kinds)
        for key in (f"documents.{kind}.name", f"documents.{kind}.number")
        if key not in known
    ] == []


def told() -> Iterator[tuple[str, ast.Dict | None, str]]:
    """Kind, literal facts and place of every notice the program queues."""
    for name in python_files("app"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Call) and TELL.search(ast.unparse(node.func)):
                kinds = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                facts = next((arg for arg in node.args if isinstance(arg, ast.Dict)), None)
                yield from ((kind, facts, f"{name}:{node.lineno}") for kind in kinds)


def test_every_notice_the_program_queues_has_a_class() -> None:
    assert [f"{kind} ({place})" for kind, _facts, place in told() if kind not in NOTICE_CLASSES] == []


def test_every_notice_is_given_the_facts_its_text_asks_for() -> None:
    known = sentences(LANGUAGES[0])
    missing = []
    for kind, facts, place in told():
        if facts is None or kind not in NOTICE_CLASSES:
            continue
        given = {key.value for key in facts.keys if isinstance(key, ast.Constant)} | ALWAYS_GIVEN
        asked = placeholders(known[f"notices.{kind}.subject"]) | placeholders(known[f"notices.{kind}.body"])
        missing += [f"{kind}: {name} ({place})" for name in sorted(asked - given)]

    assert not missing, "\n".join(missing)
