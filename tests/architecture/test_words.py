"""What the files of the project must not contain."""

import re

import pytest

from tests.architecture.sources import texts

ME = "tests/architecture/test_words.py"
LOCK_FILES = ("requirements.lock", "requirements-dev.lock", "package-lock.json")
MACHINE_PATHS = re.compile(r"(?<![\w.\-/<~])/(?:home|Users|root|work|workspace|mnt)/[\w.-]+|[A-Z]:\\Users\\")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|HACK|XXX)\b|NotImplementedError")
HOSTS = re.compile(
    r'index-url|find-links|"resolved"\s*:|pythonhosted|pypi\.org|registry\.npmjs|https?://[^"\s]*/simple'
)
OURS = ("app/", "tools/", "migrations/", "bpmn/", "rules/", "docs/", "tests/")


def found(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    return [
        f"{name}:{texts()[name].count(chr(10), 0, match.start()) + 1} {match.group()}"
        for name in names
        for match in pattern.finditer(texts()[name])
    ]


def test_no_path_of_somebodys_machine() -> None:
    assert not found(MACHINE_PATHS, [name for name in texts() if name != ME])


def test_nothing_is_left_for_later() -> None:
    assert not found(UNFINISHED, [name for name in texts() if name.startswith(OURS) and name != ME])


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_names_no_host(name: str) -> None:
    assert not found(HOSTS, [name])


def test_what_runs_is_locked_as_what_is_tested() -> None:
    run, tested = (set(re.findall(r"^[\w.\[\]-]+==[^\\\n]+", texts()[name], re.MULTILINE)) for name in LOCK_FILES[:2])

    assert sorted(run - tested) == []


@pytest.mark.parametrize("name", LOCK_FILES[:2])
def test_every_locked_version_has_a_hash(name: str) -> None:
    parts = re.split(r"^(?=[\w\[\].-]+==)", texts()[name], flags=re.MULTILINE)[1:]

    assert parts
    assert not [part.splitlines()[0] for part in parts if "--hash=sha256:" not in part]
