"""Limits drawn on steps are held against the promises of the matters that use the diagram, by every way to deployment."""

import re
import shutil
from pathlib import Path

from app.diagrams.checks.steps_longer_than_promise import CODE
from app.operations.define import check_definition, save_definition
from app.operations.deploy_rules import check_folders
from app.settings import ROOT
from tests.world import World

KEY = "pattern:committed"
DRAWN = ROOT / "bpmn/patterns/committed/process.bpmn"
LIMITED = re.sub(
    r'(<(?:\w+:)?userTask id="(?:review|decide)")', r'\1 lb:limit="4WD"', DRAWN.read_text(encoding="utf-8")
)


def test_a_draft_is_held_against_the_matters_of_its_key(shared_world: World) -> None:
    context, designer = shared_world.container.context, shared_world.person("designer.es")

    saved = save_definition(context, designer, key=KEY, source=LIMITED.encode(), edit=0)
    elsewhere = check_definition(context, LIMITED.encode(), file="upload")

    assert [(item["code"], item["element_id"]) for item in saved["findings"]] == [(CODE, "review")]
    assert [item.code for item in elsewhere.findings] == []


def test_a_folder_is_held_against_its_own_matters(tmp_path: Path) -> None:
    rules, bpmn = (Path(shutil.copytree(ROOT / name, tmp_path / name)) for name in ("rules", "bpmn"))
    (bpmn / "patterns/committed/process.bpmn").write_text(LIMITED, encoding="utf-8")

    findings = check_folders(bpmn, rules)

    assert [(item.severity, item.code, item.file) for item in findings] == [
        ("error", CODE, "bpmn/patterns/committed/process.bpmn")
    ]
