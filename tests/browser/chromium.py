"""Where the browser of the tests comes from, and how it finds Chinese letters.

A Chromium on PATH is taken; else that of the npm package `@sparticuz/chromium`, which `python -m tools.build_assets
--test-tools` installs. The package brings the libraries it needs, so nothing has to be installed on the machine.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn

from tools.build_assets import ROOT, Places, find_node

ON_PATH = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)
PLACES = Places(root=ROOT)
PACKAGE = PLACES.modules / "@sparticuz" / "chromium"
UNPACK = 'import chromium from "{module}"; console.log(await chromium.executablePath());'
# The package unpacks its libraries only where this says that it runs on the system they were made for.
WITH_LIBRARIES = {"AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromium:
    """An executable that starts here. environment: what it needs besides that of this process."""

    path: str
    environment: Mapping[str, str] = field(default_factory=dict)


def find_chromium(cache: Path) -> Chromium:
    """Return a Chromium that starts. cache: where the one of the npm package is unpacked once.

    Raises AssertionError when there is none: the tests in a browser are never left out in silence.
    """
    found = [Chromium(path=path) for name in ON_PATH if (path := shutil.which(name))]
    started = next((chromium for chromium in found if _starts(chromium)), None)
    return started or _packaged(cache)


def write_fonts(folder: Path) -> Path:
    """Write the font settings for a browser: the machine's own fonts, and the Chinese one that papers are set in."""
    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    file = folder / "fonts.conf"
    file.write_text(FONTS.format(fonts=escape(str(fonts)), cache=escape(str(folder / "fonts"))), encoding="utf-8")
    return file


def _packaged(cache: Path) -> Chromium:
    module = PACKAGE / "build" / "esm" / "index.js"
    assert module.exists(), "no Chromium on PATH; `python -m tools.build_assets --test-tools` installs one"
    unpacked = cache / f"chromium-{_version()}"
    if not unpacked.exists():
        _unpack(module, unpacked)
    path = str(unpacked / "chromium")
    ways = (Chromium(path=path), Chromium(path=path, environment={"LD_LIBRARY_PATH": str(unpacked / "al2023" / "lib")}))
    started = next((way for way in ways if _starts(way)), None)
    assert started is not None, f"{path} does not start: {_try(ways[-1]).stderr}"
    return started


def _unpack(module: Path, unpacked: Path) -> None:
    """Unpack beside the goal and rename: the package takes whatever lies in its folder, also half a file."""
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=unpacked.parent) as folder:
        subprocess.run(
            ["node", "--input-type=module", "--eval", UNPACK.format(module=module.as_uri())],
            env={**find_node(PLACES), **WITH_LIBRARIES, "TMPDIR": folder},
            check=True,
            capture_output=True,
        )
        Path(folder).rename(unpacked)
        Path(folder).mkdir()


def _version() -> str:
    return str(json.loads((PACKAGE / "package.json").read_bytes())["version"])


def _starts(chromium: Chromium) -> bool:
    return _try(chromium).returncode == 0


def _try(chromium: Chromium) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [chromium.path, "--version"],
        env={**os.environ, **chromium.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
