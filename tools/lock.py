"""Resolve the lists of libraries into lock files with exact versions and hashes: `python -m tools.lock`.

The resolver is the PyPI package `uv`, installed into `.cache/lock`. The lock of the suite is resolved with the run-time
lock as a constraint, so what is tested is what runs. No name of a package index is written into a lock.
"""

import argparse
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
RESOLVER = "uv==0.13.9"
OLDEST_PYTHON = "3.11"
RUN, DEV = "requirements", "requirements-dev"


def resolve(root: Path, *, is_upgrading: bool) -> None:
    """Write requirements.lock and requirements-dev.lock of the folder `root`.

    is_upgrading: take the newest versions the lists allow; otherwise known ones stay. Raises CalledProcessError when
    the lists cannot be resolved.
    """
    _compile(root, RUN, extra=["--upgrade"] if is_upgrading else [])
    _compile(root, DEV, extra=["--constraint", f"{RUN}.lock", *(["--upgrade"] if is_upgrading else [])])


def _compile(root: Path, name: str, *, extra: Sequence[str]) -> None:
    options = [
        "--generate-hashes",
        "--universal",
        "--no-header",
        "--no-emit-index-url",
        "--python-version",
        OLDEST_PYTHON,
    ]
    command = [sys.executable, "-m", "uv", "pip", "compile", f"{name}.in", "--output-file", f"{name}.lock", "--quiet"]
    subprocess.run(  # noqa: S603 - fixed arguments
        [*command, *options, *extra], cwd=root, check=True, env={**os.environ, "PYTHONPATH": str(_resolver(root))}
    )
    log.info("Wrote %s.lock", name)


def _resolver(root: Path) -> Path:
    """Install the resolver apart from what the system runs with."""
    folder = root / ".cache" / "lock"
    if not (folder / "uv").is_dir():
        pip = [sys.executable, "-m", "pip", "--quiet", "install", "--target", str(folder), RESOLVER]
        subprocess.run(pip, check=True)  # noqa: S603 - fixed arguments
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Resolve; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions the lists allow")
    resolve(ROOT, is_upgrading=parser.parse_args(arguments).upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())
