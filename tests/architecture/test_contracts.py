"""The import contracts of setup.cfg hold. They say which room may know which (CONTRIBUTING.md)."""

import subprocess
import sys

from app.settings import ROOT

CONTRACTS = 9


def test_imports_follow_the_contracts() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
            "--no-logo",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{CONTRACTS} kept, 0 broken" in run.stdout
