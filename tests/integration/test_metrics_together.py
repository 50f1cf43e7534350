"""Several processes count together when a folder is named."""

import os
import subprocess
import sys
from pathlib import Path

from app.settings import ROOT

COUNT = "from app.telemetry.metrics import BUSY, FIRING_LAG; BUSY.inc(2); FIRING_LAG.labels(lane='move').observe(0.3)"
SHOW = (
    "import pathlib, sys; from app.telemetry.metrics import expose;"
    " sys.stdout.buffer.write(expose([], folder=pathlib.Path(sys.argv[1])))"
)


def run(program: str, folder: Path) -> str:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_counts_of_all_processes_are_one_number(tmp_path: Path) -> None:
    run(COUNT, tmp_path)
    run(COUNT, tmp_path)

    shown = run(SHOW, tmp_path)

    assert "lianban_case_busy_total 4.0" in shown
    assert 'lianban_firing_lag_seconds_count{lane="move"} 2.0' in shown
