"""The README's case by curl, run as it stands against a served application."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.settings import ROOT
from tests.web.api_world import Call, call, done, site
from tests.web.conftest import World

__all__ = ["call", "site"]
SECTION = re.compile(r"^## A case by curl$(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```sh$(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def served(site: Flask) -> Iterator[str]:
    """Address of the API on a free port of this machine."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_case_of_the_readme_runs_as_it_stands(served: str, world: World, call: Call, tmp_path: Path) -> None:
    section = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert section is not None
    script = "".join(BLOCK.findall(section[1]))
    given = {
        **os.environ,
        "API": served,
        "OUT": str(tmp_path),
        "NO_PROXY": "*",
        "LIANBAN_VAR_DIR": str(world.container.settings.var_dir),
    }

    done_by_shell = subprocess.run(
        ["sh", "-eu"], input=script, env=given, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )

    assert done_by_shell.returncode == 0, done_by_shell.stderr
    lines = done_by_shell.stdout.splitlines()
    assert "2026-03-09" in lines[0]
    assert "closed" in lines
    assert not [line for line in lines if '"/problems/' in line]
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF")
    (listed,) = done(call("applicant1").get("/cases"))["items"]
    assert listed["state"] == "closed"
