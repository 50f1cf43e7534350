"""A new theme is begun, checked, played, deployed and applied for exactly as the how-to says, in a copy of the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.catalogue.theme_starter import write_theme
from app.container import build_container
from app.domain.errors import CaseworkError
from app.factory import create_app
from app.operations.deploy_rules import check_folders
from app.settings import ROOT, read_settings

BLOCK = re.compile(r"^ *```(sh|text)$\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
COPIED = ("app", "bpmn", "rules", "migrations")
APPLY = "API="
NO_FILES = shutil.ignore_patterns("__pycache__", "dist")
# What the Makefile would install is there: the interpreter that runs this suite.
THERE = "RUN_STAMP=Makefile"


class Decoder(json.JSONDecoder):
    """Reads JSON texts that stand one after the other."""

    def all_of(self, text: str) -> list[dict[str, object]]:
        found, rest = [], text.strip()
        while rest:
            value, end = self.raw_decode(rest)
            found.append(value)
            rest = rest[end:].lstrip()
        return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which files may be added."""
    root = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=NO_FILES)
    for name in ("Makefile", "wsgi.py", "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    (root / ".venv").symlink_to(Path(sys.prefix))
    return root


def environment(root: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANBAN_")}
    return {**kept, "MAKEFLAGS": THERE, "NO_PROXY": "*", "LIANBAN_VAR_DIR": str(root / "var"), "LANG": "zh_CN.UTF-8"}


def run(root: Path, *command: str, script: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    given = {**environment(root), **more}
    return subprocess.run(
        command, input=script, env=given, cwd=root, capture_output=True, text=True, timeout=300, check=False
    )


def blocks() -> list[tuple[str, str]]:
    text = (ROOT / "docs/themes.md").read_text(encoding="utf-8")
    section = text[text.index("## From a list of matters") : text.index("## What a theme consists of")]
    return [(kind, re.sub(r"^   ", "", body, flags=re.MULTILINE)) for kind, body in BLOCK.findall(section)]


@pytest.fixture(scope="module")
def written(checkout: Path) -> str:
    """What the commands before the first application print."""
    script = "".join(body for kind, body in blocks() if kind == "sh" and APPLY not in body)

    done = run(checkout, "sh", "-eu", script=script)

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def served(checkout: Path, written: str) -> Iterator[str]:
    """Address of the API over what the commands deployed."""
    assert written
    settings = read_settings({"LIANBAN_VAR_DIR": str(checkout / "var"), "LIANBAN_SECRET_KEY": "of the suite"})
    container = build_container(replace(settings, bpmn_dir=checkout / "bpmn", rules_dir=checkout / "rules"))
    server = make_server("127.0.0.1", 0, create_app(container=container), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join()
    server.server_close()
    container.context.database.close()


def test_every_command_before_the_application_does_what_the_page_says(written: str) -> None:
    (told,) = (body for kind, body in blocks() if kind == "text")

    assert "rules/themes/pet-dog/theme.toml" in written
    assert set(told.splitlines()) <= set(written.splitlines())
    assert "both_members" in written
    assert "generation 2" in written


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_first_application_of_the_page_is_received(checkout: Path, served: str) -> None:
    (script,) = (body for kind, body in blocks() if APPLY in body)

    done = run(checkout, "sh", "-eu", script=script, API=served)

    assert done.returncode == 0, done.stderr
    theme, members, receipt = Decoder().all_of(done.stdout)
    assert (theme["name"], theme["is_offered"]) == ("养犬一件事", True)
    assert members == {"members": ["pet-dog-first", "pet-dog-second"]}
    assert str(receipt["case_no"]).startswith("LBPET-DOG422801")


def test_a_theme_that_was_begun_adds_no_fault_to_the_checkout(checkout: Path, written: str) -> None:
    assert written

    assert check_folders(checkout / "bpmn", checkout / "rules") == ()


@pytest.mark.parametrize(
    ("code", "name", "refusal"),
    [
        ("pet-dog", "", "theme_exists"),
        ("startup", "", "theme_exists"),
        ("Pet", "", "theme_code_refused"),
        ("../pet", "", "theme_code_refused"),
        ("p", "", "theme_code_refused"),
        ("pet-cat", 'a"b', "theme_name_refused"),
        ("pet-cat", "<b>", "theme_name_refused"),
    ],
)
def test_a_theme_that_cannot_begin_writes_nothing(
    checkout: Path, written: str, code: str, name: str, refusal: str
) -> None:
    assert written
    before = sorted(checkout.rglob("*.*"))

    with pytest.raises(CaseworkError) as refused:
        write_theme(checkout, code=code, name=name)

    assert refused.value.code == refusal
    assert sorted(checkout.rglob("*.*")) == before


def test_the_command_refuses_a_code_with_its_sentence(checkout: Path) -> None:
    done = run(checkout, sys.executable, "-m", "app.cli", "new-theme", "startup")

    assert (done.returncode, done.stdout) == (1, "")
    assert "theme_exists: The theme is there already" in done.stderr


SHAPE = re.compile(r'bpmnElement="(\w+)"[^>]*>\s*<dc:Bounds x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"')
FLOW = re.compile(r'<bpmn:sequenceFlow id="(\w+)"[^>]*sourceRef="(\w+)" targetRef="(\w+)"')
HOST = re.compile(r'boundaryEvent id="(\w+)"[^>]*attachedToRef="(\w+)"')
EDGE = re.compile(r'BPMNEdge id="\w+" bpmnElement="(\w+)">(.*?)</bpmndi:BPMNEdge>', re.DOTALL)
POINT = re.compile(r'waypoint x="(\d+)" y="(\d+)"')
Box = tuple[int, int, int, int]


def meet(one: Box, other: Box) -> bool:
    """Say whether two boxes (x, y, width, height) have area in common."""
    return all(one[side] < other[side] + other[side + 2] and other[side] < one[side] + one[side + 2] for side in (0, 1))


def test_the_diagram_of_the_starter_is_laid_out_so_that_nothing_lies_on_anything(checkout: Path, written: str) -> None:
    assert written
    text = (checkout / "bpmn/themes/pet-dog/process.bpmn").read_text(encoding="utf-8")
    shapes = {name: (int(x), int(y), int(w), int(h)) for name, x, y, w, h in SHAPE.findall(text)}
    hosts, edges = set(HOST.findall(text)), dict(EDGE.findall(text))

    laps = {
        (one, other)
        for one in shapes
        for other in shapes
        if one < other and meet(shapes[one], shapes[other]) and not {(one, other), (other, one)} & hosts
    }
    crossed = set()
    for flow, source, target in FLOW.findall(text):
        points = [(int(x), int(y)) for x, y in POINT.findall(edges[flow])]
        for (x, y), (to_x, to_y) in pairwise(points):
            line = (min(x, to_x), min(y, to_y), abs(to_x - x) or 1, abs(to_y - y) or 1)
            inner = {name: (x + 1, y + 1, w - 2, h - 2) for name, (x, y, w, h) in shapes.items()}
            crossed |= {(flow, name) for name in inner if name not in (source, target) and meet(line, inner[name])}

    assert (laps, crossed) == (set(), set())
    assert len(shapes) == len(re.findall(r'<bpmn:(?!process|definitions|sequenceFlow|timer)\w+ id="', text))
