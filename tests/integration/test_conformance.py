"""Diagrams of other tools: every file of a folder gets an answer, whatever is in it."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import cli
from app.scenarios.conformance import Bounds, try_diagrams

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
SOUND = (
    f'{HEAD}<process id="p"><startEvent id="s"/><userTask id="a"/><endEvent id="e"/>'
    '<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/>'
    "</process></definitions>"
)
FILES = {
    "deep/sound.bpmn": SOUND.encode(),
    "faulty.bpmn": SOUND.replace("userTask", "scriptTask").encode(),
    "utf16.bpmn": SOUND.encode("utf-16"),
    "binary.bpmn": bytes(range(256)) * 10,
    "empty.bpmn": b"",
    "huge.bpmn": b"<a>" + b" " * 50_000_000,
    "notes.txt": b"no diagram",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as it may come from anywhere."""
    for name, raw in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(raw)
    return tmp_path


def run(*arguments: object) -> Result:
    """Run the command and return what it printed."""
    return CliRunner().invoke(cli, ["conformance", *map(str, arguments)], catch_exceptions=False)


def test_every_file_gets_one_line(folder: Path) -> None:
    answer = run(folder, "--language", "en")

    lines = answer.output.splitlines()
    assert answer.exit_code == 0
    assert [line.split(" | ")[:2] for line in lines[:-1]] == [
        ["refused", "binary.bpmn"],
        ["deployable", "deep/sound.bpmn"],
        ["refused", "empty.bpmn"],
        ["opens as draft", "faulty.bpmn"],
        ["refused", "huge.bpmn"],
        ["deployable", "utf16.bpmn"],
    ]
    assert lines[-1] == "6 files: 3 open, 2 of them deployable; 3 refused; 3 reach the end in every random walk."


def test_a_reason_names_rule_element_and_line(folder: Path) -> None:
    answer = run(folder / "faulty.bpmn", "--language", "en")

    assert "script-refused a:1 Scripts are not run." in answer.output


def test_answer_in_json_has_remedies_in_both_languages(folder: Path) -> None:
    answer = run(folder, "--format", "json", "--walks", 3)

    told = json.loads(answer.output)
    faulty = next(item for item in told["files"] if item["file"] == "faulty.bpmn")
    assert told["totals"] == {"files": 6, "opened": 3, "deployable": 2, "refused": 3, "always_ended": 3}
    assert (faulty["deployable"], faulty["opens_as_draft"]) == (False, True)
    assert faulty["walks"] == {"run": 3, "ended": 3}
    assert set(faulty["faults"][0]["remedy"]) == {"zh", "en"}


def test_what_only_the_engine_refuses_is_told_with_its_reason(tmp_path: Path) -> None:
    odd = SOUND.replace('<userTask id="a"/>', '<exclusiveGateway id="a"/><endEvent id="e2"/>').replace(
        '<process id="p">', '<process id="p"><sequenceFlow id="q&quot;" sourceRef="a" targetRef="e2"/>'
    )
    (tmp_path / "odd.bpmn").write_text(odd, encoding="utf-8")

    answer = run(tmp_path, "--language", "en")

    assert answer.output.startswith("refused | odd.bpmn")
    assert "The engine cannot execute this (feel_" in answer.output


def test_a_file_that_costs_too_much_memory_is_answered_too(folder: Path) -> None:
    bounds = Bounds(memory_bytes=1 << 20)

    trials = list(try_diagrams([folder / "deep/sound.bpmn", folder / "huge.bpmn"], bounds))

    assert [(trial.verdict, trial.findings[0].code) for trial in trials] == [("refused", "gave-up")] * 2


def test_a_file_that_takes_too_long_is_answered_and_the_next_one_is_tried(folder: Path) -> None:
    trials = list(try_diagrams([folder / "deep/sound.bpmn"] * 2, Bounds(seconds=0.0, walks=10_000)))

    assert [(trial.verdict, trial.findings[0].code) for trial in trials] == [("refused", "gave-up")] * 2


def test_what_is_named_as_a_diagram_and_is_no_file_of_the_folder_is_answered_at_once(tmp_path: Path) -> None:
    """Links in a circle, out of the folder and to nothing, a pipe nobody writes to, a device, a folder."""
    inside, outside = tmp_path / "inside", tmp_path / "outside.bpmn"
    (inside / "deep").mkdir(parents=True)
    outside.write_text(SOUND, encoding="utf-8")
    (inside / "deep/sound.bpmn").write_text(SOUND, encoding="utf-8")
    (inside / "deep/up").symlink_to(inside)
    (inside / "deep/up.bpmn").symlink_to(inside)
    (inside / "circle.bpmn").symlink_to("other-circle.bpmn")
    (inside / "other-circle.bpmn").symlink_to("circle.bpmn")
    (inside / "gone.bpmn").symlink_to("nowhere.bpmn")
    (inside / "out.bpmn").symlink_to(outside)
    (inside / "device.bpmn").symlink_to("/dev/zero")
    (inside / "link.bpmn").symlink_to("deep/sound.bpmn")
    os.mkfifo(inside / "pipe.bpmn")

    told = json.loads(run(inside, "--format", "json", "--walks", 1).output)["files"]

    assert {item["file"]: [fault["code"] for fault in item["faults"]] for item in told} == {
        "circle.bpmn": ["link-broken"],
        "deep/sound.bpmn": [],
        "deep/up.bpmn": ["not-a-file"],
        "device.bpmn": ["link-outside"],
        "gone.bpmn": ["link-broken"],
        "link.bpmn": [],
        "other-circle.bpmn": ["link-broken"],
        "out.bpmn": ["link-outside"],
        "pipe.bpmn": ["not-a-file"],
    }
    assert all(fault["message"]["zh"] and fault["remedy"]["en"] for item in told for fault in item["faults"])


def test_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """As it is when it was taken away, or kept from this account, between the listing and the reading."""
    trials = list(try_diagrams([tmp_path / "gone.bpmn", tmp_path / f"{'a' * 300}.bpmn"], Bounds()))

    assert [(trial.verdict, trial.findings[0].code) for trial in trials] == [("refused", "file-unreadable")] * 2
    assert "No such file" in str(trials[0].findings[0].facts["reason"])


def calling(process_id: str, called: str) -> str:
    """A diagram of another system that calls a process by its id."""
    return SOUND.replace('<process id="p">', f'<process id="{process_id}">').replace(
        '<userTask id="a"/>', f'<callActivity id="a" calledElement="{called}"/>'
    )


SISTERS = {
    "caller.bpmn": calling("caller", "p"),
    "p.bpmn": SOUND,
    "far.bpmn": calling("far", "elsewhere"),
    "deep/elsewhere.bpmn": SOUND.replace('"p"', '"elsewhere"'),
    "chain.bpmn": calling("chain", "caller"),
    "ring-a.bpmn": calling("one", "two"),
    "ring-b.bpmn": calling("two", "one"),
    "to-ring.bpmn": calling("to", "one"),
    "to-faulty.bpmn": calling("to-faulty", "faulty"),
    "faulty.bpmn": SOUND.replace('"p"', '"faulty"').replace("userTask", "scriptTask"),
}


def test_a_file_that_calls_a_file_beside_it_is_deployable_when_that_one_is(tmp_path: Path) -> None:
    for name, drawn in SISTERS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(drawn, encoding="utf-8")

    trials = {trial.file: trial for trial in try_diagrams([tmp_path], Bounds(walks=3))}

    assert {
        name: [item.code for item in trial.findings if item.severity == "error"] for name, trial in trials.items()
    } == {
        "caller.bpmn": [],
        "chain.bpmn": [],
        "deep/elsewhere.bpmn": [],
        "far.bpmn": ["unknown-process"],
        "faulty.bpmn": ["script-refused"],
        "p.bpmn": [],
        "ring-a.bpmn": ["call-circle"],
        "ring-b.bpmn": ["call-circle"],
        "to-faulty.bpmn": ["call-not-deployable"],
        "to-ring.bpmn": ["call-not-deployable"],
    }
    assert trials["chain.bpmn"].walks == {"ended": 3}
    assert trials["ring-a.bpmn"].verdict == "draft"
