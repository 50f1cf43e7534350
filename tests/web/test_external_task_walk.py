"""The walk of a program by curl, run as it stands in docs/external-tasks.md."""

import os
import shutil
import subprocess

import pytest

from app.settings import ROOT
from tests.web.api_world import call, site
from tests.web.conftest import World
from tests.web.test_readme import BLOCK, served

__all__ = ["call", "served", "site"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_walk_of_a_program_runs_as_it_stands(served: str, world: World) -> None:
    script = "".join(BLOCK.findall((ROOT / "docs" / "external-tasks.md").read_text(encoding="utf-8")))
    given = {
        **os.environ,
        "API": served,
        "NO_PROXY": "*",
        "LIANBAN_VAR_DIR": str(world.container.settings.var_dir),
    }

    done_by_shell = subprocess.run(
        ["sh", "-eu"], input=script, env=given, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert done_by_shell.returncode == 0, done_by_shell.stderr
    case_no, *said = done_by_shell.stdout.splitlines()
    assert said == ["恩施好味餐饮有限公司", "waiting", "completed"]
    assert world.open_task(case_no, "handle").state == "open"
