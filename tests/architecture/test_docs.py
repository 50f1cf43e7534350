"""The documentation is in step with the program, and its links lead somewhere."""

import re
from pathlib import PurePosixPath
from posixpath import normpath

import pytest

from app.settings import ROOT
from tests.architecture.sources import texts
from tools.build_checks import check_pages
from tools.build_reference import reference_pages

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
COMMAND = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
DECISION = re.compile(r"docs/adr/\d{4}-[a-z-]+\.md")
CITED = re.compile(r"(?<![/\w-])(?:docs/)?([a-z][a-z-]*\.md)\b")
PAGES = sorted(name for name in texts() if name.endswith(".md"))


def test_reference_says_what_the_program_says() -> None:
    stale = [name for name, text in reference_pages().items() if texts().get(f"docs/reference/{name}") != text]

    assert stale == [], "run make docs"


def test_pages_about_checks_say_what_the_rules_say() -> None:
    pages = check_pages(ROOT)
    folder = ROOT / "docs" / "checks"
    stale = [name for name, text in pages.items() if (folder / name).read_text(encoding="utf-8") != text]
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in {".md", ".svg"}}

    assert stale == [], "run make docs"
    assert kept == set(pages)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = PurePosixPath(page).parent

    broken = [link for link in LINK.findall(texts()[page]) if not (ROOT / normpath(folder / link)).exists()]

    assert broken == []


def test_every_decision_is_listed() -> None:
    written = {name.rpartition("/")[2] for name in texts() if DECISION.fullmatch(name)}

    assert written == set(LINK.findall(texts()["docs/adr/README.md"]))


def test_commands_that_are_told_exist() -> None:
    told = {(page, target) for page in (*PAGES, ".ci/run") for target in COMMAND.findall(texts()[page])}
    targets = set(TARGET.findall(texts()["Makefile"]))

    assert sorted((page, target) for page, target in told if target not in targets) == []


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    assert "\nmake test\n" in texts()["README.md"]
    assert "\nmake test 2>&1" in texts()[".ci/run"]


def test_pages_that_the_program_cites_exist() -> None:
    cited = {
        (name, page)
        for name, text in texts().items()
        if name.startswith(("app/", "rules/", "migrations/", "bpmn/"))
        for page in CITED.findall(text)
    }

    assert sorted((name, page) for name, page in cited if f"docs/{page}" not in texts()) == []
