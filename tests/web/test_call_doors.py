"""Calls of other files at the doors: checked with what is deployed, and shown where a case stands."""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests import called_diagrams
from tests.called_diagrams import CALLED, CALLER, CASE, calling, drawn, tasks
from tests.new_versions import deploy_changed, deploy_source
from tests.web.api_world import REVIEWER, Call, call, done, site
from tests.web.conftest import World

__all__ = ["call", "site"]
XML = "application/xml"
Browse = Callable[[str], FlaskClient]
calls = called_diagrams.call


def test_check_knows_what_is_deployed_and_names_all_that_is_not(call: Call, world: World) -> None:
    deploy_source(world, CALLED, tasks("inspect"))
    deploy_changed(world, calling, key=CALLER)
    designer = call("designer.es")
    steps = {"a": calls("a"), "b": calls("b", "process:nowhere"), "c": calls("c", CALLER)}

    sound = done(designer.send("/definitions/checks", drawn({"a": calls("a")}, process_id="other"), XML))
    found = done(designer.send("/definitions/checks", drawn(steps, process_id="other"), XML))
    circle = done(designer.send("/definitions/checks", drawn({"c": calls("c", CALLER)}), XML))

    assert sound == {"deployable": True, "findings": []}
    (unknown,) = found["findings"]
    assert (unknown["code"], unknown["element_id"], unknown["line"]) == ("unknown-process", "b", 5)
    assert unknown["message"]["en"] == "The called process “process:nowhere” is not deployed."
    assert "process:<名称>" in unknown["remedy"]["zh"]
    (back,) = circle["findings"]
    assert back["message"]["en"].endswith("process:look → process:bench-three-tasks → process:look.")


def test_draft_with_a_faulty_call_is_kept_with_its_findings_and_not_submitted(call: Call, world: World) -> None:
    designer, path = call("designer.es"), f"/definitions/{CALLED}/draft"
    source = drawn({"a": calls("a", "process:nowhere")})

    draft = done(designer.send(path, source, XML, "PUT", If_Match="0"))
    refused = designer.post(f"{path}/submission")

    assert [item["code"] for item in draft["findings"]] == ["unknown-process"]
    assert refused.status_code == 422
    assert refused.get_json()["code"] == "definition_refused"


def test_diagram_of_a_case_shows_the_call_while_its_process_runs(call: Call, world: World) -> None:
    deploy_source(world, CALLED, tasks("inspect"))
    deploy_changed(world, calling, key=CALLER)
    case_no = world.apply(CASE)
    world.complete(case_no, "first", "reviewer.enshi", "accept")

    shown = done(call(REVIEWER).get(f"/cases/{case_no}/diagram"))

    assert (shown["key"], shown["current"], shown["done"]) == (CALLER, ["second"], ["first"])


def test_version_says_what_it_calls_and_who_calls_it(call: Call, world: World, browse: Browse) -> None:
    deploy_source(world, CALLED, tasks("inspect"))
    caller = deploy_changed(world, calling, key=CALLER)
    deploy_source(world, CALLED, tasks("visit"))
    designer, page = call("designer.es"), browse("designer.es")

    own = done(designer.get(f"/definitions/{CALLER}/versions/{caller}/calls"))
    called = done(designer.get(f"/definitions/{CALLED}/versions/2/calls"))

    assert own == {"calls": [{"key": CALLED, "version": 1, "deployed_version": 2}], "callers": []}
    assert called == {"calls": [], "callers": [{"key": CALLER, "version": caller, "called_version": 1}]}
    assert (
        "process:look v1（已部署 v2，本流程重新部署后采用）"
        in page.get(f"/definitions/{CALLER}/versions/{caller}").text
    )
    assert f"process:bench-three-tasks v{caller}（使用 v1）" in page.get(f"/definitions/{CALLED}/versions/2").text
    assert designer.get(f"/definitions/{CALLED}/versions/9/calls").status_code == 404
    assert call(REVIEWER).get(f"/definitions/{CALLED}/versions/2/calls").status_code == 403
