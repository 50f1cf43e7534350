"""Publishing a list version moves no due instant of a clock: a case keeps the limits in force at its receipt (K24)."""

import shutil
from pathlib import Path

from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from tests.web.api_world import APPLICANT, REVIEWER, WINDOW, Call, call, clock_of, site
from tests.web.conftest import World

__all__ = ["call", "site"]
FIVE, TWO = 'promised_limit = "5WD"', 'promised_limit = "2WD"'


def publish_shorter_promise(world: World, folder: Path) -> None:
    """Deploy the same rules with a promise of two working days for the matter."""
    settings = world.container.settings
    shutil.copytree(settings.rules_dir, folder)
    file = next(path for path in folder.glob("matters/*/*.toml") if path.stem == "restaurant-food")
    text = file.read_text(encoding="utf-8")
    assert FIVE in text
    file.write_text(text.replace(FIVE, TWO), encoding="utf-8")
    context = world.container.context
    deploy_rules(context, bpmn_dir=settings.bpmn_dir, rules_dir=folder, actor=system_actor("test"))


def test_publishing_a_list_version_moves_no_due_instant(call: Call, world: World, tmp_path: Path) -> None:
    running, received = (str(call(APPLICANT).apply()["case_no"]) for _ in range(2))
    call(WINDOW).do(running, "check", "accept")

    publish_shorter_promise(world, tmp_path / "rules")
    call(WINDOW).do(received, "check", "accept")
    later = str(call(APPLICANT).apply()["case_no"])
    call(WINDOW).do(later, "check", "accept")

    dues = {name: clock_of(call(REVIEWER).case(name), "promised")["due_at"] for name in (running, received, later)}
    assert dues[running] == dues[received] == "2026-03-09T17:30:00+08:00"
    assert dues[later] == "2026-03-04T17:30:00+08:00"
