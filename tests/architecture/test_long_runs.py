"""What `make test` does not run still has to start: benchmarks and the long forms of the reliability tests."""

import importlib
from pathlib import Path

import pytest

from app.settings import ROOT

FOLDERS = ("benchmarks", "reliability")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / "tests" / folder).glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_of_a_long_run_can_be_imported(path: Path) -> None:
    assert importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
