"""Scenarios over the API: played apart from this installation, within bounds, with everything that differs."""

import pytest
import sqlalchemy as sa

from app.domain.errors import InvalidInput
from app.scenarios.running import RunBounds, run_apart
from app.settings import ROOT
from app.storage.tables import case_file
from tests.web.api_world import REVIEWER, Call, call, done, refused, site
from tests.web.conftest import World

__all__ = ["call", "site"]

DESIGNER = "designer.es"
NAME = "committed/not_accepted.toml"
TEXT = (ROOT / "bpmn/patterns/committed/scenarios/not_accepted.toml").read_text(encoding="utf-8")


def body(*texts: str) -> dict[str, object]:
    return {"files": [{"name": f"{number}.toml", "content": text} for number, text in enumerate(texts)]}


def test_files_are_played_and_nothing_of_this_installation_changes(call: Call, world: World) -> None:
    with world.container.context.database.read() as connection:
        before = connection.scalar(sa.select(sa.func.count()).select_from(case_file))

    run = done(call(DESIGNER).post("/scenarios/runs", body(TEXT)))

    assert run["holds"] is True
    assert [item["file"] for item in run["items"]] == ["0.toml"]
    (covered,) = run["coverage"]
    assert covered["key"] == "pattern:committed"
    assert 0 < covered["elements"]["reached"] < covered["elements"]["count"]
    assert {"id": "decide", "name": "决定"} in covered["missing"]
    with world.container.context.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(case_file)) == before


def test_what_differs_is_told_in_both_languages_with_its_line(call: Call) -> None:
    wrong = TEXT[: TEXT.index("[then]")] + '[then]\nstate = "received"\n'

    run = done(call(DESIGNER).post("/scenarios/runs", body(wrong)))

    (difference,) = run["items"][0]["differences"]
    assert run["holds"] is False
    assert wrong.splitlines()[difference["line"] - 1] == "[then]"
    assert difference["sentence"]["en"].startswith(f"0.toml:{difference['line']} then: state should be received")
    assert "应为 received" in difference["sentence"]["zh"]


def test_only_designers_run_scenarios(call: Call) -> None:
    refused(call(REVIEWER).post("/scenarios/runs", body(TEXT)), 403, "not_permitted")


def test_file_that_cannot_be_played_is_refused_with_its_faults(call: Call) -> None:
    designer = call(DESIGNER)

    unreadable = refused(designer.post("/scenarios/runs", body("[given")), 422, "scenario_file")
    nobody = TEXT.replace('by = "window.enshi"', 'by = "nobody"')

    assert [item["code"] for item in unreadable["errors"]] == ["scenario_unreadable"]
    refused(designer.post("/scenarios/runs", body(nobody)), 422, "scenario_person")


def test_bodies_without_files_or_with_too_many_or_too_long_ones_are_refused(call: Call) -> None:
    designer = call(DESIGNER)
    twice = {"files": [{"name": NAME, "content": TEXT}] * 2}

    for sent in ({"files": []}, twice, body(*[TEXT] * 11), body("#" * 65_537)):
        refused(designer.post("/scenarios/runs", sent), 422, "invalid")


def test_run_that_takes_too_long_is_given_up(world: World) -> None:
    with pytest.raises(InvalidInput) as given_up:
        run_apart(world.container.context.settings, {NAME: TEXT}, RunBounds(seconds=0.1))

    assert given_up.value.code == "scenario_gave_up"
