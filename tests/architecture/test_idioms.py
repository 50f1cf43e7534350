"""Idioms that reviews forget, read from the syntax trees."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.sources import CHINESE, budgets, docstrings, is_listed, python_files, texts, tree

CLOCK_READS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime"}
)
BROAD = frozenset({"Exception", "BaseException"})
SUPPRESSIONS = {"noqa": re.compile(r"#\s*noqa"), "type_ignore": re.compile(r"#\s*type:\s*ignore")}


def calls(name: str) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a file with the dotted name of what is called."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def test_only_the_clock_adapter_asks_what_time_it_is() -> None:
    found = [
        f"{name}:{call.lineno} {called}"
        for name in python_files("app")
        if not is_listed(name, budgets()["clock_reads"])
        for call, called in calls(name)
        if ".".join(called.split(".")[-2:]) in CLOCK_READS
    ]

    assert not found, "\n".join(["take the instant as an argument:", *found])


def test_only_the_unit_of_work_commits() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name in python_files("app")
        if not is_listed(name, budgets()["commits"])
        for call, called in calls(name)
        if called.endswith(".commit")
    ]

    assert not found, "\n".join(found)


def test_broad_handlers_stand_where_work_must_go_on() -> None:
    found = [
        f"{name}:{handler.lineno}"
        for name in python_files("app", "tools")
        if not is_listed(name, budgets()["broad_handlers"])
        for handler in ast.walk(tree(name))
        if isinstance(handler, ast.ExceptHandler) and _is_broad(handler) and not _passes_on(handler)
    ]

    assert not found, "\n".join(["catch what you expect:", *found])


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(kind) in BROAD for kind in kinds)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Cleaning up and raising the same error again hides nothing."""
    return any(isinstance(node, ast.Raise) and node.exc is None for node in handler.body)


def test_sentences_for_people_stand_in_the_messages() -> None:
    found = [
        f"{name}:{node.lineno} {node.value!r}"
        for name in python_files("app")
        if not is_listed(name, budgets()["chinese_literals"])
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and id(node) not in docstrings(tree(name)) | _descriptions(name)
    ]

    assert not found, "\n".join(["move the text to rules/messages/:", *found])


def _descriptions(name: str) -> frozenset[int]:
    """The published API names the glossary word in its description; that is documentation for programmers."""
    return frozenset(
        id(keyword.value)
        for call, _called in calls(name)
        for keyword in call.keywords
        if name.startswith("app/web/api/") and keyword.arg in ("description", "summary")
    )


def test_only_the_command_line_prints() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name in python_files("app")
        if not is_listed(name, budgets()["prints"])
        for call, called in calls(name)
        if called == "print"
    ]

    assert not found, "\n".join(["log it:", *found])


@pytest.mark.parametrize("kind", SUPPRESSIONS)
def test_suppressions_only_fall(kind: str) -> None:
    counted: Counter[str] = Counter()
    for name in python_files("app", "tools", "tests", "migrations"):
        for token in tokenize.generate_tokens(io.StringIO(texts()[name]).readline):
            if token.type == tokenize.COMMENT and SUPPRESSIONS[kind].search(token.string):
                counted[name] += 1

    assert counted.total() <= budgets()["suppressions"][kind], counted.most_common()
