"""Serve web and timer worker together on one machine: gunicorn in this process, the worker in a child."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from app.channels import Channel
from app.runtime.context import Context
from app.worker.main import run_worker

WEB_WORKERS = 2
WEB_THREADS = 4
PARENT_CHECK_S = 1.0


def serve_forever(bind: str, *, metrics_dir: Path) -> None:
    """Start the timer worker, then become gunicorn. Both end when this process ends.

    metrics_dir: where the processes count together; counts begin at zero with each start.
    """
    shutil.rmtree(metrics_dir, ignore_errors=True)
    metrics_dir.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_dir)
    subprocess.Popen([sys.executable, "-m", "app.cli", "worker"])
    arguments = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        bind,
        "--workers",
        str(WEB_WORKERS),
        "--threads",
        str(WEB_THREADS),
        "--worker-class",
        "gthread",
        "--preload",
        "--keep-alive",
        "5",
        "--graceful-timeout",
        "10",
        "--no-control-socket",
        "wsgi:application",
    ]
    os.execv(sys.executable, arguments)  # noqa: S606


def run_worker_with_parent(context: Context, channel: Channel) -> None:
    """Run the timer worker until its parent is gone, so that a killed server leaves no worker behind."""
    stop = threading.Event()
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    run_worker(context, channel, stop=stop)
