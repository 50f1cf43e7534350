"""What scenarios reach of a diagram is counted, and what they do not reach is named."""

import subprocess
import sys
from pathlib import Path

from app.domain.coverage import Coverage, join_coverage
from app.scenarios.playing import Played, play_file
from app.settings import ROOT, read_settings
from tests.scenarios.test_playing import play_text

SCENARIOS = ROOT / "bpmn/patterns/committed/scenarios"
KEY = "pattern:committed"
ACCEPTED = """
[[when]]
task = "check"
by = "window.enshi"
outcome = "accept"
materials = "accepted"
"""


def coverage_of(played: Played, key: str = KEY) -> Coverage:
    return next(item for item in played.covered if item.key == key)


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", "scenarios", "--language", "en", *arguments]
    environment = {"LIANBAN_VAR_DIR": str(folder), "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


def test_elements_and_flows_a_token_passed_are_reached_and_the_others_are_missing(tmp_path: Path) -> None:
    covered = coverage_of(play_text(tmp_path, ACCEPTED))

    assert {"check", "review"} <= covered.reached
    assert "decide" in covered.missing
    assert set(covered.missing) | covered.reached == {*covered.elements, *covered.flows}
    assert 0 < covered.percent < 100


def test_act_that_is_refused_reaches_nothing(tmp_path: Path) -> None:
    before = coverage_of(play_text(tmp_path, ACCEPTED))

    refused = '[[when]]\ntask = "review"\nby = "applicant1"\noutcome = "agree"\nrefused = "not_permitted"\n'
    after = coverage_of(play_text(tmp_path, ACCEPTED + refused))

    assert after.reached == before.reached


def test_files_together_reach_what_each_of_them_reaches(tmp_path: Path) -> None:
    settings = read_settings({"LIANBAN_VAR_DIR": str(tmp_path)})
    parts = [coverage_of(play_file(settings, SCENARIOS / name)) for name in ("sent_back.toml", "not_accepted.toml")]

    (together,) = join_coverage(parts)

    assert together.reached == parts[0].reached | parts[1].reached
    assert together.percent > max(part.percent for part in parts)


def test_whole_is_said_only_when_nothing_is_missing() -> None:
    ids = {str(number): str(number) for number in range(300)}
    nearly = Coverage(key="k", elements=ids, flows={}, reached=frozenset(list(ids)[1:]))
    whole = Coverage(key="k", elements=ids, flows={}, reached=frozenset(ids))

    assert (nearly.percent, nearly.missing) == (99, ("0",))
    assert (whole.percent, whole.missing) == (100, ())


def test_gate_fails_with_the_diagram_and_what_was_never_reached(tmp_path: Path) -> None:
    file = str(SCENARIOS / "not_accepted.toml")

    low, high = run(file, "--at-least", "1", folder=tmp_path), run(file, "--at-least", "100", folder=tmp_path)

    assert low.returncode == 0, low.stdout + low.stderr
    assert high.returncode == 1
    assert f"{KEY} is covered to" in high.stdout
    assert "never reached: " in high.stdout


def test_difference_is_told_in_one_sentence_with_file_and_line(tmp_path: Path) -> None:
    played = play_text(tmp_path, ACCEPTED + '[when.then]\nstate = "received"\n')
    text = (tmp_path / "case.toml").read_text(encoding="utf-8").splitlines()

    (difference,) = played.differences

    assert text[difference.line - 1] == "[when.then]"
    answer = run(str(tmp_path / "case.toml"), folder=tmp_path)
    place = f"case.toml:{difference.line} when 1"
    assert f"{place}: state should be received, is accepted" in answer.stdout
