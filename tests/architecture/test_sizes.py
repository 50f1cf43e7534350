"""Growth is noticed: the longest files and functions are printed, and each over the budget needs a reason."""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

import pytest

from tests.architecture.sources import budgets, is_listed, python_files, texts, tree

FOLDERS = ("app", "tools")
SHOWN = 10
BRACKET = "app/runtime/advance.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A function of ours. parameters: without self and cls; keyword-only ones apart."""

    name: str
    lines: int
    parameters: int
    keyword_only: int


def measured_functions() -> list[Measured]:
    return [_measure(name, node) for name in python_files(*FOLDERS) for node in functions_of(tree(name))]


def functions_of(module: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(module) if isinstance(node, Function))


def _measure(file: str, node: Function) -> Measured:
    named = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return Measured(
        name=f"{file}:{node.name}",
        lines=(node.end_lineno or node.lineno) - node.lineno + 1,
        parameters=len(named) - (named[:1] in (["self"], ["cls"])),
        keyword_only=len(node.args.kwonlyargs),
    )


def file_lines() -> dict[str, int]:
    return {name: texts()[name].count("\n") for name in python_files(*FOLDERS)}


def test_longest_are_shown() -> None:
    for name, lines in sorted(file_lines().items(), key=lambda item: -item[1])[:SHOWN]:
        sys.stdout.write(f"{lines:5} {name}\n")
    for function in sorted(measured_functions(), key=lambda one: -one.lines)[:SHOWN]:
        sys.stdout.write(f"{function.lines:5} {function.name}\n")


def without_reason(found: set[str], section: str) -> tuple[list[str], list[str]]:
    """What is over the budget without an entry of the section, and entries that nothing needs any longer."""
    patterns: Mapping[str, str] = budgets()[section]
    return (
        sorted(name for name in found if not is_listed(name, patterns)),
        sorted(pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in found)),
    )


def test_long_files_have_a_reason() -> None:
    limit = budgets()["look_again"]["file_lines"]

    long = {name for name, lines in file_lines().items() if lines > limit}

    assert without_reason(long, "long_files") == ([], [])


def test_long_functions_have_a_reason() -> None:
    limit = budgets()["look_again"]["function_lines"]

    long = {function.name for function in measured_functions() if function.lines > limit}

    assert without_reason(long, "long_functions") == ([], [])


def test_calls_read_like_sentences() -> None:
    limits = budgets()["look_again"]

    wide = {
        function.name
        for function in measured_functions()
        if function.parameters > limits["parameters"] or function.keyword_only > limits["keyword_only"]
    }

    assert without_reason(wide, "wide_functions") == ([], [])


def test_the_bracket_stays_short() -> None:
    lines = file_lines().get(BRACKET)
    if lines is None:
        pytest.fail(f"{BRACKET} is gone: every move goes through it")

    assert lines < budgets()["look_again"]["bracket_lines"]
