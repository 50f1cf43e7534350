"""The pages and the server read conditions alike: one table of cases, run by feelin in a real browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tools.build_assets import ROOT

CASES: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "feel_cases.json").read_text(encoding="utf-8"))
TINY = 1e-9


@pytest.fixture(scope="module")
def given(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What feelin gives for every case, in their order."""
    bundle = tmp_path_factory.mktemp("feel") / "cases.js"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [
        esbuild,
        Path(__file__).with_name("feel_cases.js"),
        "--bundle",
        f"--outfile={bundle}",
        "--log-level=error",
    ]
    subprocess.run(command, check=True, cwd=ROOT)
    page = browser.new_page()
    page.add_script_tag(path=bundle)
    found: dict[str, list[object]] = page.evaluate("cases => runFeelCases(cases)", CASES)
    page.close()
    return found


def same(found: object, expected: object) -> bool:
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return isinstance(found, int | float) and not isinstance(found, bool) and abs(found - expected) < TINY
    return type(found) is type(expected) and found == expected


@pytest.mark.parametrize("kind", ["expressions", "unary_tests"])
def test_feelin_gives_what_the_shared_table_says(given: dict[str, list[object]], kind: str) -> None:
    differing = [
        (case.get("expression") or (case["tests"], case["input"]), found)
        for case, found in zip(CASES[kind], given[kind], strict=True)
        if not same(found, case["browser"] if "browser" in case else case["expected"])
    ]

    assert differing == []


def test_difference_is_told_only_where_there_is_one(given: dict[str, list[object]]) -> None:
    told = [
        case["expression"]
        for case, found in zip(CASES["expressions"], given["expressions"], strict=True)
        if "browser" in case and same(found, case["expected"])
    ]

    assert told == []
