"""Every construct of BPMN: it runs as the table says, saved and loaded after every step or not, or is refused by rule."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.diagrams.calls import read_calls
from app.diagrams.check_diagram import check_diagram
from app.diagrams.normalise import normalise
from app.diagrams.reader import read
from app.domain.decisions import Decision, DecisionModel
from app.domain.diagram import Published
from app.domain.errors import DiagramRefused
from app.domain.feel import compile_expression
from app.domain.moves import CompleteTask
from app.engine.faults import NoMatchingFlow
from app.engine.parser import parse
from tests.unit.engine.kit import Host

ROWS: list[dict[str, Any]] = tomllib.loads(Path("tests/data/constructs.toml").read_text(encoding="utf-8"))["construct"]
RUNNING = [row for row in ROWS if row["answer"] != "refused" and "raises" not in row]
PUBLISHED = Published(
    matters=frozenset({"food"}),
    operations=frozenset({"work"}),
    decisions=frozenset({"risk"}),
    topics={"register": frozenset({"name"})},
    signals=frozenset({"restored"}),
)
OWN_KEY = "process:this"
UNASKED = {"gateway-without-name", "unknown-role", "start-trigger"}
DECISIONS = DecisionModel(decisions={"risk": Decision(id="risk", name="risk", body=compile_expression('"high"'))})


def called_by(row: dict[str, Any]) -> dict[str, str]:
    """The other files of a row, by the keys they are deployed under."""
    return {f"process:{name}": drawn for name, drawn in row.get("called", {}).items()}


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def found_in(row: dict[str, Any]) -> list[str]:
    """The findings that matter: severity, rule and element; who does a step and how a choice is named are no question."""
    files = called_by(row)
    calls = {key: read_calls(drawn.encode(), called={*files, OWN_KEY}) for key, drawn in files.items()}
    published = replace(PUBLISHED, calls=calls, own_key=OWN_KEY)
    try:
        _normalised, findings = check_diagram(row["drawn"].encode(), file="x", published=published)
    except DiagramRefused as refused:
        return [f"{item['severity']} {item['code']} {item['element_id']}".strip() for item in refused.items]
    return [f"{item.severity} {item.code} {item.element}" for item in findings if item.code not in UNASKED]


def begin(row: dict[str, Any], *, is_saving: bool) -> Host:
    files = called_by(row)
    drawn = normalise(read(row["drawn"].encode(), file="x"), start=row.get("start", ""), called=files)
    called = {key: normalise(read(text.encode(), file="x"), called=files) for key, text in files.items()}
    definition = parse(drawn, key="k", called=called)
    return Host(definition, row.get("variables"), is_saving=is_saving, decisions=DECISIONS)


def let(host: Host, step: str) -> None:
    """One step of a row: `do a`, `do a x=2`, `fire late`, `tell m`, `finish w`, `fail w`, `close c`."""
    verb, element, *values = step.split()
    match verb:
        case "do":
            data = {name: int(value) for name, _, value in (item.partition("=") for item in values)}
            host.apply(CompleteTask(task_id=host.task(element).task_id, data=data))
        case "fail":
            host.fail(element, "busy")
        case _:
            getattr(host, verb)(element)


@pytest.mark.parametrize("row", ROWS, ids=names(ROWS))
def test_what_is_found_is_what_the_table_says(row: dict[str, Any]) -> None:
    expected = row["finding"].split(", ") if "finding" in row else []
    undelivered = [f"error not-delivered {row['undelivered']}"] if "undelivered" in row else []

    found = found_in(row)

    assert [item for item in found if " not-delivered " in item] == undelivered
    assert [item for item in found if item not in undelivered] == expected
    assert (row["answer"] == "refused") == any(item.startswith("error") for item in expected)


@pytest.mark.parametrize("is_saving", [False, True], ids=["kept", "saved"])
@pytest.mark.parametrize("row", RUNNING, ids=names(RUNNING))
def test_what_is_drawn_happens(row: dict[str, Any], *, is_saving: bool) -> None:
    host = begin(row, is_saving=is_saving)
    for step in row.get("play", []):
        let(host, step)

    assert sorted(host.open) == sorted(row.get("open", []))
    assert host.ended is row.get("ended", False)
    if "thrown" in row:
        assert [thrown.kind for thrown in host.now.thrown] == [row["thrown"]]


def test_a_choice_without_a_way_stops_the_case_and_says_where() -> None:
    row = next(row for row in ROWS if row.get("raises") == "no_matching_flow")

    with pytest.raises(NoMatchingFlow) as stopped:
        begin(row, is_saving=False)

    assert stopped.value.facts["element"] == "g"


@pytest.mark.parametrize("row", [row for row in ROWS if row["answer"] == "refused"][:-1], ids=lambda row: row["name"])
def test_what_is_refused_opens_as_a_draft_all_the_same(row: dict[str, Any]) -> None:
    host = begin(row, is_saving=False)

    assert host.open or host.armed or host.now.services or host.ended
