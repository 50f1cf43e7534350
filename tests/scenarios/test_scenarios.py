"""Every scenario file beside a diagram or a theme holds. A new folder is found without touching this file."""

from pathlib import Path

import pytest

from app.catalogue.scenarios import find_scenario_files, read_scenario
from app.scenarios.playing import play_file
from app.settings import ROOT, read_settings

FILES = find_scenario_files(ROOT / "bpmn", ROOT / "rules")


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_scenario_holds(path: Path, tmp_path: Path) -> None:
    played = play_file(read_settings({"LIANBAN_VAR_DIR": str(tmp_path)}), path)

    assert [f"{item.place} {item.what}: {item.expected} <> {item.found}" for item in played.differences] == []


def test_every_pattern_and_theme_in_use_has_scenarios() -> None:
    folders = {path.parent.parent.name for path in FILES}

    assert folders >= {
        "instant",
        "committed",
        "committed-with-special-procedure",
        "startup",
        "restaurant",
        "deregister",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_scenario_has_a_title_in_both_languages_and_expects_something(path: Path) -> None:
    scenario = read_scenario(path)

    assert set(scenario.titles) == {"zh", "en"}
    assert scenario.then != type(scenario.then)()
