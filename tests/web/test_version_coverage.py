"""Coverage of a version by its scenarios: measured on a button or by the API, kept, drawn, and told by name."""

import re

import pytest
import sqlalchemy as sa

from app.domain.errors import InvalidInput
from app.operations.define import save_definition
from app.operations.deploy_package import decide_package, deploy_package, submit_package
from app.scenarios.measuring import measure_coverage
from app.scenarios.running import RunBounds
from app.settings import ROOT
from app.storage.tables import case_file
from tests.packing import packed
from tests.web.api_world import Call, app, call, done, refused, site
from tests.web.conftest import Browse, World, csrf_of

__all__ = ["app", "call", "site"]

# The pattern with the fewest scenarios: two.
KEY = "pattern:instant"
PAGE = f"/definitions/{KEY}/versions"
DRAWN = (ROOT / "bpmn/patterns/instant/process.bpmn").read_text(encoding="utf-8")
PLAYED, CODE = "restaurant-verify", "0000074000000000007"
DESIGNER, OTHER, READER = "designer.es", "designer2.es", "catalogue.es"


def test_a_designer_measures_and_everybody_who_reads_the_version_sees_it(browse: Browse, world: World) -> None:
    designer, reader = browse(DESIGNER), browse(READER)
    before = designer.get(f"{PAGE}/1").text

    answer = designer.post(f"{PAGE}/1/coverage", data={"csrf_token": csrf_of(designer, "/definitions")})

    shown = reader.get(f"{PAGE}/1").text
    assert "本版本尚未演练" in before
    assert answer.location == f"{PAGE}/1"
    missed, reached = (set(re.findall(rf'data-{kind}="([^"]*)"', shown)[0].split()) for kind in ("missed", "reached"))
    assert {"refuse_acceptance", "correction"} <= missed
    assert {"handle", "close_case"} <= reached
    assert not missed & reached
    assert re.search(r"覆盖率 \d\d%", shown)
    assert "申请人补正" in shown
    assert "全部场景的结果与预期一致" in shown
    assert "演练并计算覆盖率" not in shown
    with world.container.context.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(case_file)) == 0


def test_a_draft_is_measured_as_it_is_drawn_and_not_after_it_was_saved_again(call: Call, world: World) -> None:
    context, person = world.container.context, world.person(DESIGNER)
    renamed, again = (DRAWN.replace('"补办"', f'"{name}"').encode() for name in ("补办手续", "再次补办"))
    saved = save_definition(context, person, key=KEY, source=renamed, edit=0)
    path = f"/definitions/{KEY}/versions/{saved['version']}/coverage"

    run = done(call(DESIGNER).post(path))
    read = done(call(READER).get(path))
    save_definition(context, person, key=KEY, source=again, edit=int(str(saved["edit"])))

    assert run == read
    assert (run["holds"], run["files"]) == (True, ["late_after_silence.toml", "on_the_spot.toml"])
    assert run["coverage"]["key"] == KEY
    assert 0 < run["coverage"]["percent"] < 100
    assert {"id": "refuse_acceptance", "name": "不予受理"} in run["coverage"]["missing"]
    refused(call(READER).get(path), 404, "coverage_not_measured")


def test_a_scenario_the_draft_breaks_is_told(call: Call, world: World) -> None:
    """What is drawn decides, not what is shipped: the step the scenario completes has another name here."""
    other = DRAWN.replace("handle_late", "made_up")
    saved = save_definition(world.container.context, world.person(DESIGNER), key=KEY, source=other.encode(), edit=0)

    run = done(call(DESIGNER).post(f"/definitions/{KEY}/versions/{saved['version']}/coverage"))

    assert run["holds"] is False
    assert any("late_after_silence.toml" in item["sentence"]["en"] for item in run["differences"])


def test_scenarios_of_a_package_are_played_on_what_the_package_brought(call: Call, world: World) -> None:
    context, first, second = world.container.context, world.person(DESIGNER), world.person(OTHER)
    bpmn = ROOT / "bpmn/patterns/instant"
    listed = (ROOT / "rules/matters/scjg/restaurant-verify.toml").read_text(encoding="utf-8")
    renamed = {PLAYED: "quick-check", '"instant"': '"quick-check"', CODE: "0000994000000000099"}
    played = (bpmn / "scenarios/on_the_spot.toml").read_text(encoding="utf-8").replace(PLAYED, "quick-check")
    for old, new in renamed.items():
        listed = listed.replace(old, new)
    files = {
        "bpmn/patterns/quick-check/process.bpmn": DRAWN,
        "bpmn/patterns/quick-check/scenarios/on_the_spot.toml": played,
        "rules/matters/scjg/quick-check.toml": listed,
    }
    sent = submit_package(context, first, name="quick.zip", content=packed(files))
    decide_package(context, second, package_id=int(str(sent["package_id"])), is_approved=True)
    deploy_package(context, first, package_id=int(str(sent["package_id"])))

    run = done(call(DESIGNER).post("/definitions/pattern:quick-check/versions/1/coverage"))

    assert (run["holds"], run["files"]) == (True, ["on_the_spot.toml"])
    assert run["coverage"]["key"] == "pattern:quick-check"


def test_a_faulty_draft_is_not_played(call: Call, world: World) -> None:
    faulty = DRAWN.replace('lb:role="window_clerk"', 'lb:role="chief"', 1).encode()
    saved = save_definition(world.container.context, world.person(DESIGNER), key=KEY, source=faulty, edit=0)

    answer = refused(
        call(DESIGNER).post(f"/definitions/{KEY}/versions/{saved['version']}/coverage"), 422, "definition_refused"
    )

    assert [item["code"] for item in answer["errors"]] == ["unknown-role"]


def test_who_may_not_measure_is_refused_and_what_has_no_scenario_says_so(call: Call) -> None:
    nothing = "/definitions/process:bench-three-tasks/versions/1/coverage"

    refused(call(READER).post(f"/definitions/{KEY}/versions/1/coverage"), 403, "not_permitted")
    refused(call(DESIGNER).post(nothing), 422, "scenarios_none")
    refused(call(DESIGNER).post("/definitions/decision:site_visit/versions/1/coverage"), 422, "scenarios_none")
    refused(call(DESIGNER).post(f"/definitions/{KEY}/versions/9/coverage"), 404, "definition_unknown")


def test_a_run_that_takes_too_long_keeps_nothing(call: Call, world: World) -> None:
    with pytest.raises(InvalidInput) as given_up:
        measure_coverage(
            world.container.context, world.person(DESIGNER), key=KEY, version=1, bounds=RunBounds(seconds=0.1)
        )

    assert given_up.value.code == "scenario_gave_up"
    refused(call(READER).get(f"/definitions/{KEY}/versions/1/coverage"), 404, "coverage_not_measured")
